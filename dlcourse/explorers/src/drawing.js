// What several marks are drawn with.
import { css } from "./colors.js";
import { dashes, round, svg } from "./svg.js";
import { LINE, lines, tspans } from "./typeset.js";

export const pairs = (array) =>
  Array.from({ length: array.length / 2 }, (_, k) => [array[2 * k], array[2 * k + 1]]);
export const stroke = (mark) => ({
  fill: "none",
  style: `stroke:${css(mark.color)}`,
  "stroke-width": mark.width,
  "stroke-dasharray": dashes(mark.dash),
  "stroke-linejoin": "round",
  opacity: mark.opacity,
});

/** A line, where it is wanted on a casing in the colour of the page. */
export function pen(mark, attributes) {
  const line = svg("path", { ...stroke(mark), ...attributes });
  if (!mark.casing) return [line];
  const casing = { "stroke-width": mark.width + 3, style: `stroke:${css("paper")}`, class: "dlx-casing" };
  return [svg("path", { ...stroke(mark), ...attributes, ...casing }), line];
}

/** An image as small as its numbers, ready to be drawn at any size; what has no colour is left clear. */
export function bitmap(width, height, colorAt) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  for (let k = 0; k < width * height; k++) {
    const color = colorAt(k);
    if (!color) continue;
    for (let c = 0; c < 3; c++) image.data[4 * k + c] = color[c];
    image.data[4 * k + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** The pixel of `value`, or of the end of the axis that it lies beyond. */
export function within(scale, value) {
  const [low, high] = scale.domain();
  return scale(Math.max(low, Math.min(high, value)));
}

/** A path through the points that can be shown; a point that cannot leaves a gap. */
export function through(xs, ys, place) {
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

/** Text of one or more lines, with a halo of the page's colour, so that it can be read on a field. */
export function words(text, x, y, { color = "ink", anchor = "middle", size = 1, bold = false, halo = 3.5 }) {
  const parts = lines(text);
  const line = (content, k) => {
    const down = (k - (parts.length - 1) / 2) * LINE * size;
    return svg("tspan", { class: "dlx-line", x: round(x), y: round(y + down) }, ...tspans(content, true));
  };
  return svg(
    "text",
    {
      x: round(x),
      y: round(y),
      "text-anchor": anchor,
      "dominant-baseline": "central",
      class: "dlx-words",
      style: `fill:${css(color)};font-size:${size}em;font-weight:${bold ? 600 : 400};stroke-width:${halo}px`,
    },
    ...(parts.length > 1 ? parts.map(line) : tspans(text, true)),
  );
}
