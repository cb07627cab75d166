// A line across the whole panel.
import { stroke, words } from "../drawing.js";
import { svg } from "../svg.js";

export function paint(mark, place) {
  const vertical = mark.x != null;
  const at = vertical ? place.x(mark.x) : place.y(mark.y);
  if (!place.holds(...(vertical ? [at, place.top] : [place.left, at]))) return [];
  const side = at > (place.left + place.right) / 2 ? -1 : 1; // the label goes where there is more room
  const ends = vertical
    ? { x1: at, x2: at, y1: place.top, y2: place.bottom }
    : { x1: place.left, x2: place.right, y1: at, y2: at };
  const label = vertical
    ? words(mark.label, at + 5 * side, place.top + 8, {
        color: mark.color,
        anchor: side < 0 ? "end" : "start",
      })
    : words(mark.label, place.right - 2, at - 9, { color: mark.color, anchor: "end" });
  return [svg("line", { ...stroke(mark), ...ends }), label];
}
