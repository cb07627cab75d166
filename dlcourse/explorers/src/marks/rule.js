// A line across the whole panel.
import { stroke } from "../drawing.js";
import { svg } from "../svg.js";
import { LINE } from "../typeset.js";

export function paint(mark, place) {
  const vertical = mark.x != null;
  const at = vertical ? place.x(mark.x) : place.y(mark.y);
  if (!place.holds(...(vertical ? [at, place.top] : [place.left, at]))) return [];
  const ends = vertical
    ? { x1: at, x2: at, y1: place.top, y2: place.bottom }
    : { x1: place.left, x2: place.right, y1: at, y2: at };
  const label = place.label("rule", mark.label, vertical ? beside(at, place) : along(at, place), {
    color: mark.color,
  });
  return [svg("line", { ...stroke(mark), ...ends }), label];
}

/** At the upper end, on the side with more room; else on the other side, else further down. */
function beside(x, place) {
  const side = x > (place.left + place.right) / 2 ? -1 : 1;
  return [0, 1, 2, 3, 4].flatMap((row) =>
    [side, -side].map((to) => [x + 5 * to, place.top + 8 + row * LINE, to < 0 ? "end" : "start"]),
  );
}

/** Above the right end; else below it, else at the left end. */
const along = (y, place) => [
  [place.right - 2, y - 9, "end"],
  [place.right - 2, y + 9, "end"],
  [place.left + 2, y - 9, "start"],
  [place.left + 2, y + 9, "start"],
];
