// Vectors, steps, segments.
import { css } from "../colors.js";
import { arrowHead, pairs, stroke } from "../drawing.js";
import { round, svg } from "../svg.js";

export function paint(mark, place) {
  const ends = pairs(mark.end).map(([x, y]) => [place.x(x), place.y(y)]);
  const starts = pairs(mark.start).map(([x, y]) => [place.x(x), place.y(y)]);
  const heads = ends.map((end, k) => arrowHead(...starts[k], ...end, 5 + 2 * mark.width));
  const shaft = (k) => `M${starts[k].map(round)}L${(mark.head ? heads[k].end : ends[k]).map(round)}`;
  const drawn = [svg("path", { ...stroke(mark), d: ends.map((_, k) => shaft(k)).join("") })];
  if (mark.head)
    drawn.push(svg("path", { d: heads.map((head) => head.d).join(""), style: `fill:${css(mark.color)}` }));
  return [svg("g", { "clip-path": place.clip }, ...drawn)];
}
