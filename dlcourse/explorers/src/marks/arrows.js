// Vectors, steps, segments.
import { css } from "../colors.js";
import { arrowHead, pairs, pen } from "../drawing.js";
import { round, svg } from "../svg.js";

export function paint(mark, place) {
  const ends = pairs(mark.end).map(([x, y]) => [place.x(x), place.y(y)]);
  const starts = pairs(mark.start).map(([x, y]) => [place.x(x), place.y(y)]);
  const heads = ends.map((end, k) => arrowHead(...starts[k], ...end, 5 + 2 * mark.width));
  const shaft = (k) => `M${starts[k].map(round)}L${(mark.head ? heads[k].end : ends[k]).map(round)}`;
  const drawn = pen(mark, { d: ends.map((_, k) => shaft(k)).join("") });
  if (mark.head) {
    const edge = mark.casing ? `;stroke:${css("paper")};stroke-width:3px;paint-order:stroke` : "";
    const d = heads.map((head) => head.d).join("");
    drawn.push(svg("path", { d, style: `fill:${css(mark.color)}${edge}` }));
  }
  return [svg("g", { "clip-path": place.clip }, ...drawn)];
}
