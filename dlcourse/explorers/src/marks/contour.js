// Lines of equal value.
import { contours } from "d3-contour";
import { pen, through, words } from "../drawing.js";

const GAP = 8; // what a number's halo hides of its line

export function paint(mark, place) {
  const [rows, columns] = mark.values.shape;
  // d3 closes a line around the field's outside, half a cell beyond its last values: no part of the contour
  const along = ([low, high], count) => (at) =>
    at < 0.5 || at > count - 0.5 ? NaN : low + ((at - 0.5) / (count - 1)) * (high - low);
  const [toX, toY] = [along(mark.x, columns), along(mark.y, rows)];
  const lines = contours().size([columns, rows]);
  const rings = mark.level.flatMap((level) => lines.contour(mark.values, level).coordinates.flat());
  const path = rings.map((ring) =>
    through(
      ring.map(([u]) => toX(u)),
      ring.map(([, v]) => toY(v)),
      place,
    ),
  );
  const numbers = (mark.numbers ?? []).map(([text, x, y]) =>
    words(text, place.x(x), place.y(y), { color: mark.color, size: 0.85, halo: GAP }),
  );
  return [...pen(mark, { d: path.join(""), "clip-path": place.clip }), ...numbers];
}
