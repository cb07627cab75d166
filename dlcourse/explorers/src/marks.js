// How each mark is drawn. A painter gets the mark and the place it is drawn in:
//   { x, y, left, top, right, bottom, theme, canvas, clip }, where x and y are scales to pixels,
// paints on the canvas (fields and images) and returns SVG elements (everything else).
import { contours } from "d3-contour";
import { css, inkOn, shade } from "./colors.js";
import { dashes, formatNumber, round, svg, symbol } from "./svg.js";
import { diagram } from "./diagram.js";

const pairs = (array) =>
  Array.from({ length: array.length / 2 }, (_, k) => [array[2 * k], array[2 * k + 1]]);
const stroke = (mark) => ({
  fill: "none",
  style: `stroke:${css(mark.color)}`,
  "stroke-width": mark.width,
  "stroke-dasharray": dashes(mark.dash),
  "stroke-linejoin": "round",
});

/** An image as small as its numbers, ready to be drawn at any size. */
function bitmap(width, height, colorAt) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  for (let k = 0; k < width * height; k++) {
    const color = colorAt(k);
    for (let c = 0; c < 3; c++) image.data[4 * k + c] = color[c];
    image.data[4 * k + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

function field(mark, place) {
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

function contour(mark, place) {
  const [rows, columns] = mark.values.shape;
  const toX = ([u]) => round(place.x(mark.x[0] + ((u - 0.5) / (columns - 1)) * (mark.x[1] - mark.x[0])));
  const toY = ([, v]) => round(place.y(mark.y[0] + ((v - 0.5) / (rows - 1)) * (mark.y[1] - mark.y[0])));
  const lines = contours().size([columns, rows]);
  const rings = mark.level.flatMap((level) => lines.contour(mark.values, level).coordinates.flat());
  const path = rings.map((ring) => `M${ring.map((p) => `${toX(p)},${toY(p)}`).join("L")}Z`).join("");
  return [svg("path", { ...stroke(mark), d: path, "clip-path": place.clip })];
}

function points(mark, place) {
  const groups = new Map();
  pairs(mark.X).forEach(([x, y], k) => {
    const [px, py] = [place.x(x), place.y(y)];
    if (!place.holds(px, py)) return;
    const group = mark.y ? mark.y[k] : mark.color;
    groups.set(group, (groups.get(group) ?? "") + symbol(group, px, py, mark.size / 2));
  });
  return [...groups].map(([group, d]) =>
    svg("path", {
      d,
      opacity: mark.opacity,
      "stroke-width": mark.hollow ? 2 : 0.9,
      style: mark.hollow ? `fill:none;stroke:${css(group)}` : `fill:${css(group)};stroke:var(--dlx-paper)`,
    }),
  );
}

/** A path through the points that can be shown; a point that cannot leaves a gap. */
function through(xs, ys, place) {
  let path = "",
    pen = "M";
  for (let k = 0; k < xs.length; k++) {
    const [x, y] = [place.x(xs[k]), place.y(ys[k])];
    if (!Number.isFinite(x) || !Number.isFinite(y)) pen = "M";
    else {
      path += `${pen}${round(x)},${round(y)}`;
      pen = "L";
    }
  }
  return path;
}

function line(mark, place) {
  const drawn = [
    svg("path", { ...stroke(mark), d: through(mark.x, mark.y, place), "clip-path": place.clip }),
  ];
  const shown = Array.from(mark.x, (x, k) => [place.x(x), place.y(mark.y[k])]).filter((p) =>
    place.holds(...p),
  );
  if (mark.markers) {
    const d = shown.map(([x, y]) => symbol(mark.color, x, y, mark.width + 1.8)).join("");
    drawn.push(svg("path", { d, style: `fill:${css(mark.color)};stroke:var(--dlx-paper)` }));
  }
  if (mark.direct && shown.length) {
    const [x, y] = shown.at(-1);
    drawn.push(words(mark.label, x + 6, y, { color: mark.color, anchor: "start", bold: true }));
  }
  return drawn;
}

function band(mark, place) {
  const back = through([...mark.x].reverse(), [...mark.high].reverse(), place).replace("M", "L");
  const d = `${through(mark.x, mark.low, place)}${back}Z`;
  return [
    svg("path", { d, style: `fill:${css(mark.color)}`, opacity: mark.opacity, "clip-path": place.clip }),
  ];
}

/** Path of a filled arrow head with its tip at (x, y), and the point where the shaft ends. */
export function arrowHead(x0, y0, x, y, size) {
  const length = Math.hypot(x - x0, y - y0) || 1;
  const reach = Math.min(size, length);
  const [ux, uy] = [((x - x0) / length) * reach, ((y - y0) / length) * reach];
  const [bx, by] = [x - ux, y - uy];
  const corners = [
    [x, y],
    [bx - uy * 0.42, by + ux * 0.42],
    [bx + uy * 0.42, by - ux * 0.42],
  ];
  return {
    d: `M${corners.map((c) => c.map(round).join(",")).join("L")}Z`,
    end: [bx + ux * 0.2, by + uy * 0.2],
  };
}

function arrows(mark, place) {
  const ends = pairs(mark.end).map(([x, y]) => [place.x(x), place.y(y)]);
  const starts = pairs(mark.start).map(([x, y]) => [place.x(x), place.y(y)]);
  const heads = ends.map((end, k) => arrowHead(...starts[k], ...end, 5 + 2 * mark.width));
  const shaft = (k) => `M${starts[k].map(round)}L${(mark.head ? heads[k].end : ends[k]).map(round)}`;
  const drawn = [svg("path", { ...stroke(mark), d: ends.map((_, k) => shaft(k)).join("") })];
  if (mark.head)
    drawn.push(svg("path", { d: heads.map((head) => head.d).join(""), style: `fill:${css(mark.color)}` }));
  return [svg("g", { "clip-path": place.clip }, ...drawn)];
}

function bars(mark, place) {
  const [count, series] = mark.values.shape;
  const edges = mark.edges?.length ? mark.edges : Array.from({ length: count + 1 }, (_, k) => k - 0.5);
  const [along, across] = mark.horizontal ? [place.y, place.x] : [place.x, place.y];
  const drawn = [];
  for (let k = 0; k < count; k++) {
    const gap = mark.edges?.length ? 0.02 : 0.1; // a histogram's bars touch
    const thick = ((edges[k + 1] - edges[k]) * (1 - 2 * gap)) / series;
    for (let j = 0; j < series; j++) {
      const value = mark.values[k * series + j];
      const from = edges[k] + (edges[k + 1] - edges[k]) * gap + j * thick;
      const [a, b] = [along(from), along(from + thick)].sort((p, q) => p - q);
      const [low, high] = [across(0), across(value)].sort((p, q) => p - q);
      const box = mark.horizontal ? [low, a, high - low, b - a] : [a, low, b - a, high - low];
      const [x, y, width, height] = box.map(round);
      drawn.push(
        svg("rect", { x, y, width, height, rx: 1, style: `fill:${css(barColor(mark, k, j, value))}` }),
      );
      if (mark.numbers) drawn.push(barNumber(mark, value, across(value), (a + b) / 2));
    }
  }
  return drawn;
}

function barColor(mark, k, j, value) {
  if (mark.color === "signed") return value > 0 ? "positive" : "negative";
  if (Array.isArray(mark.color)) return mark.color[k];
  return typeof mark.color === "number" ? mark.color + j : mark.color;
}

function barNumber(mark, value, end, middle) {
  const text = formatNumber(value, mark.numbers);
  const beyond = value < 0 ? -1 : 1;
  if (mark.horizontal)
    return words(text, end + 5 * beyond, middle, { anchor: value < 0 ? "end" : "start" });
  return words(text, middle, end - 10 * beyond, {});
}

/** Text with a halo of the page's colour, so that it can be read on a field. */
export function words(text, x, y, { color = "ink", anchor = "middle", size = 1, bold = false }) {
  return svg(
    "text",
    {
      x: round(x),
      y: round(y),
      "text-anchor": anchor,
      "dominant-baseline": "central",
      class: "dlx-words",
      style: `fill:${css(color)};font-size:${size}em;font-weight:${bold ? 600 : 400}`,
    },
    text,
  );
}

function text(mark, place) {
  return [words(mark.text, place.x(mark.x) + mark.dx, place.y(mark.y) - mark.dy, mark)];
}

function rule(mark, place) {
  const vertical = mark.x !== null;
  const at = vertical ? place.x(mark.x) : place.y(mark.y);
  const ends = vertical
    ? { x1: at, x2: at, y1: place.top, y2: place.bottom }
    : { x1: place.left, x2: place.right, y1: at, y2: at };
  const label = vertical
    ? words(mark.label, at + 5, place.top + 8, { color: mark.color, anchor: "start" })
    : words(mark.label, place.right - 2, at - 9, { color: mark.color, anchor: "end" });
  return [svg("line", { ...stroke(mark), ...ends }), label];
}

/** Images in a grid, as large as the panel allows, the first at the top left. */
function image(mark, place) {
  const [count, height, width] = mark.pixels.shape;
  const columns = Math.min(mark.columns, count),
    rows = Math.ceil(count / columns);
  const head = (mark.titles.length ? 17 : 0) + (mark.names.length ? 17 : 0);
  const side = mark.rows.length ? 7 * Math.max(...mark.rows.map((name) => name.length)) + 8 : 0;
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
  if (mark.numbers && !mark.rgb)
    pixels.forEach((value, p) =>
      drawn.push(
        svg(
          "text",
          {
            x: x + cell * ((p % width) + 0.5),
            y: y + cell * (Math.floor(p / width) + 0.5),
            class: "dlx-cell",
            style: `fill:${inkOn(colorAt(p))};font-size:${Math.min(13, cell * 0.42)}px`,
          },
          formatNumber(value, mark.numbers),
        ),
      ),
    );
  return drawn;
}

export const painters = { field, contour, points, line, band, arrows, bars, image, text, rule, diagram };
