// Images in a grid.
import { inkOn, shade } from "../colors.js";
import { bitmap, words } from "../drawing.js";
import { svg } from "../svg.js";
import { plain } from "../typeset.js";

/** Images in a grid, as large as the panel allows, the first at the top left. */
export function paint(mark, place) {
  const [count, height, width] = mark.pixels.shape;
  const columns = Math.min(mark.columns, count),
    rows = Math.ceil(count / columns);
  const head = (mark.titles.length ? 17 : 0) + (mark.names.length ? 17 : 0);
  const side = mark.rows.length ? 7 * Math.max(...mark.rows.map((name) => plain(name).length)) + 8 : 0;
  const gap = columns * rows > 1 ? 5 : 0;
  const room = [
    place.right - place.left - side - gap * (columns - 1),
    place.bottom - place.top - (head + gap) * rows,
  ];
  let cell = Math.min(room[0] / (columns * width), room[1] / (rows * height));
  if (cell > 1.5) cell = Math.floor(cell); // whole pixels stay sharp
  const total = [columns * (cell * width + gap) - gap, rows * (cell * height + head + gap)];
  const origin = [
    (place.left + place.right + side - total[0]) / 2,
    place.top + Math.max(0, (place.bottom - place.top - total[1]) / 2),
  ].map(Math.round);
  const drawn = [];
  for (let k = 0; k < count; k++) {
    const x = origin[0] + (k % columns) * (cell * width + gap);
    const y = origin[1] + Math.floor(k / columns) * (cell * height + head + gap) + head;
    drawn.push(...oneImage(mark, place, k, x, y, cell));
  }
  return drawn;
}

function oneImage(mark, place, k, x, y, cell) {
  const [, height, width] = mark.pixels.shape;
  const depth = mark.rgb ? 3 : 1;
  const pixels = mark.pixels.subarray(k * height * width * depth, (k + 1) * height * width * depth);
  const ramp = place.theme.ramps[mark.scale];
  const colorAt = mark.rgb
    ? (p) => [0, 1, 2].map((c) => 255 * pixels[3 * p + c])
    : (p) => shade(ramp, pixels[p], mark.domain);
  place.canvas.imageSmoothingEnabled = false;
  place.canvas.drawImage(bitmap(width, height, colorAt), x, y, cell * width, cell * height);
  const strong = mark.highlight.includes(k);
  const frame = {
    x,
    y,
    width: cell * width,
    height: cell * height,
    class: strong ? "dlx-strong-frame" : "dlx-frame",
  };
  const drawn = [svg("rect", frame)];
  if (mark.titles[k]) drawn.push(words(mark.titles[k], x + (cell * width) / 2, y - 9, {}));
  mark.rows.forEach((name, i) => drawn.push(words(name, x - 6, y + cell * (i + 0.5), { anchor: "end" })));
  mark.names.forEach((name, j) => drawn.push(words(name, x + cell * (j + 0.5), y - 9, {})));
  mark.numbers.slice(k * height * width, (k + 1) * height * width).forEach((number, p) =>
    drawn.push(
      svg(
        "text",
        {
          x: x + cell * ((p % width) + 0.5),
          y: y + cell * (Math.floor(p / width) + 0.5),
          class: "dlx-cell",
          style: `fill:${inkOn(colorAt(p))};font-size:${Math.min(13, cell * 0.42)}px`,
        },
        number,
      ),
    ),
  );
  return drawn;
}
