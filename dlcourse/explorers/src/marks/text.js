// A few words at a place.
import { LINE, lines } from "../typeset.js";

export function paint(mark, place) {
  const [x, y] = [place.x(mark.x), place.y(mark.y)];
  const beyond = mark.anchor === "start" && x > place.right;
  const step = (LINE * mark.size * (lines(mark.text).length + 1)) / 2;
  const spots = Array.from({ length: 8 }, (_, row) => Math.abs(mark.dy) + row * step)
    .flatMap((far) => (mark.dy < 0 ? [far, -far] : [-far, far])) // further away, or on the other side
    .map((down) => [x + mark.dx, y + down, mark.anchor]);
  if (mark.anchor !== "middle")
    spots.splice(1, 0, [x - mark.dx, y - mark.dy, mark.anchor === "start" ? "end" : "start"]);
  const look = { ...mark, from: [x, y] };
  return [place.label("text", mark.text, spots, look, beyond ? place.beside : undefined)];
}
