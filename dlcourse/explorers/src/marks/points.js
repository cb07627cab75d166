// Points, by class.
import { css } from "../colors.js";
import { pairs } from "../drawing.js";
import { svg, symbol } from "../svg.js";

export function paint(mark, place) {
  const groups = new Map();
  pairs(mark.X).forEach(([x, y], k) => {
    const [px, py] = [place.x(x), place.y(y)];
    if (!place.holds(px, py)) return;
    const group = mark.y ? mark.y[k] : mark.color;
    groups.set(group, (groups.get(group) ?? "") + symbol(group, px, py, (mark.size[k] ?? mark.size) / 2));
  });
  return [...groups].map(([group, d]) =>
    svg("path", {
      d,
      opacity: mark.opacity,
      "stroke-width": mark.hollow ? 2 : 0.9,
      style: mark.hollow ? `fill:none;stroke:${css(group)}` : `fill:${css(group)};stroke:var(--dl-paper)`,
    }),
  );
}
