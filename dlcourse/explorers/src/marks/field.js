// A number at every place: a heat map on the canvas.
import { shade } from "../colors.js";
import { bitmap } from "../drawing.js";

export function paint(mark, place) {
  const [rows, columns] = mark.values.shape;
  const ramp = place.theme.ramps[mark.scale];
  const picture = bitmap(columns, rows, (k) => {
    const row = rows - 1 - Math.floor(k / columns); // the first row of values lies at the bottom
    return shade(ramp, mark.values[row * columns + (k % columns)], mark.domain);
  });
  // the first and the last value lie on the sides, so a picture element reaches half over them
  const over = (axis, [low, high], count) => {
    const half = (high - low) / (count - 1) / 2;
    return [place[axis](low - half), place[axis](high + half)];
  };
  const [x0, x1] = over("x", mark.x, columns);
  const [y0, y1] = over("y", mark.y, rows);
  place.canvas.imageSmoothingEnabled = mark.smooth;
  place.canvas.imageSmoothingQuality = "high";
  place.canvas.drawImage(picture, x0, y1, x1 - x0, y0 - y1);
  return [];
}

export const axes = () => ({ frame: true });
