// A few words at a place.
import { LINE, lines } from "../typeset.js";

export function paint(mark, place) {
  const [x, y] = [place.x(mark.x), place.y(mark.y) - mark.dy];
  const beyond = mark.anchor === "start" && x > place.right;
  const step = (LINE * mark.size * (lines(mark.text).length + 1)) / 2;
  const away = [0, 1, -1, 2, -2, 3, -3, 4, -4]; // upwards first
  const spots = away.map((k) => [x + mark.dx, y - k * step, mark.anchor]);
  if (mark.anchor !== "middle")
    spots.splice(1, 0, [x - mark.dx, y, mark.anchor === "start" ? "end" : "start"]);
  return [place.label("text", mark.text, spots, mark, beyond ? place.beside : undefined)];
}
