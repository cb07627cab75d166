// Points, by class or by a number.
import { css, shade } from "../colors.js";
import { pairs } from "../drawing.js";
import { svg, symbol } from "../svg.js";

export function paint(mark, place) {
  const ramp = place.theme.ramps[mark.scale];
  const paths = new Map(); // by colour
  const drawn = pairs(mark.X).slice(0, (mark.upto ?? Infinity) + 1);
  drawn.forEach(([x, y], k) => {
    const [px, py] = [place.x(x), place.y(y)];
    if (!place.holds(px, py)) return;
    const group = mark.y ? mark.y[k] : mark.color;
    const fill = mark.values ? `rgb(${shade(ramp, mark.values[k], mark.domain).map(Math.round)})` : css(group);
    const shape = symbol(mark.marker ?? group, px, py, (mark.size[k] ?? mark.size) / 2);
    paths.set(fill, (paths.get(fill) ?? "") + shape);
  });
  const edge = css(mark.values ? "muted" : "paper");
  return [...paths].map(([fill, d]) =>
    svg("path", {
      d,
      opacity: mark.opacity,
      "stroke-width": mark.hollow ? 2 : 1.6,
      "paint-order": "stroke", // or the outlines of points that lie together hide them all
      style: mark.hollow ? `fill:none;stroke:${fill}` : `fill:${fill};stroke:${edge}`,
    }),
  );
}
