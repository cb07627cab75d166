// A line through points.
import { css } from "../colors.js";
import { pen, through } from "../drawing.js";
import { svg, symbol } from "../svg.js";

export function paint(mark, place) {
  const [xs, ys] = [mark.x, mark.y].map((all) => all.subarray(0, (mark.upto ?? all.length) + 1));
  const drawn = pen(mark, { d: through(xs, ys, place), "clip-path": place.clip });
  const points = Array.from(xs, (x, k) => [place.x(x), place.y(ys[k])]);
  const inSight = (some) => some.filter((p) => place.holds(...p));
  const shown = inSight(points);
  const marked = mark.markers ? shown : mark.upto == null ? [] : inSight(points.slice(-1));
  if (marked.length) {
    const [shape, radius] = [mark.marker ?? mark.color, mark.width + (mark.markers ? 1.8 : 3)];
    const d = marked.map(([x, y]) => symbol(shape, x, y, radius)).join("");
    const style = `fill:${css(mark.color)};stroke:var(--dl-paper)`;
    drawn.push(svg("path", { d, "paint-order": "stroke", "stroke-width": 1.6, style })); // see points.js
  }
  if (mark.direct && shown.length) {
    const [x, y] = shown.at(-1);
    const look = { color: mark.color, bold: true };
    drawn.push(place.label("end", mark.label, [[x + 6, y, "start"]], look, place.beside));
  }
  return drawn;
}
