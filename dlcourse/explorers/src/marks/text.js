// A few words at a place.
import { words } from "../drawing.js";

export function paint(mark, place) {
  return [words(mark.text, place.x(mark.x) + mark.dx, place.y(mark.y) - mark.dy, mark)];
}
