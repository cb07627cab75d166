// A shaded stretch across the whole panel.
import { css } from "../colors.js";
import { within } from "../drawing.js";
import { round, svg } from "../svg.js";
import { LINE } from "../typeset.js";

export function paint(mark, place) {
  const across = mark.x != null;
  const [a, b] = (across ? mark.x : mark.y).map((end) => within(across ? place.x : place.y, end));
  const [low, high] = [Math.min(a, b), Math.max(a, b)];
  if (low === high) return [];
  const box = across
    ? { x: low, y: place.top, width: high - low, height: place.bottom - place.top }
    : { x: place.left, y: low, width: place.right - place.left, height: high - low };
  for (const side in box) box[side] = round(box[side]);
  const middle = (low + high) / 2;
  const spots = across
    ? Array.from({ length: 10 }, (_, row) => [middle, place.top + 8 + row * LINE, "middle"])
    : [
        [place.right - 4, middle, "end"],
        [place.left + 4, middle, "start"],
      ];
  const room = across ? Math.max(high - low - 4, 40) : place.right - place.left;
  return [
    svg("rect", { ...box, style: `fill:${css(mark.color)}`, opacity: mark.opacity }),
    place.label("span", mark.label, spots, { color: "ink" }, room),
  ];
}
