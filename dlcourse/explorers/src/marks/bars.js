// Bars from zero.
import { css } from "../colors.js";
import { within, words } from "../drawing.js";
import { round, svg } from "../svg.js";
import { LINE } from "../typeset.js";

export function paint(mark, place) {
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
      const [a, b] = [within(along, from), within(along, from + thick)].sort((p, q) => p - q);
      const [low, high] = [within(across, 0), within(across, value)].sort((p, q) => p - q);
      const box = mark.horizontal ? [low, a, high - low, b - a] : [a, low, b - a, high - low];
      const [x, y, width, height] = box.map(round);
      drawn.push(
        svg("rect", { x, y, width, height, rx: 1, style: `fill:${css(barColor(mark, k, j, value))}` }),
      );
      const number = mark.numbers[k * series + j];
      const [end, middle] = [across(value), along(from + thick / 2)];
      const room = Math.abs(along(edges[k + 1]) - along(edges[k])) / series;
      const fits = number && (mark.horizontal ? LINE : place.measure(number)) <= room;
      if (fits && place.holds(...(mark.horizontal ? [end, middle] : [middle, end])))
        drawn.push(barNumber(mark, number, value, end, middle));
    }
  }
  return drawn;
}

function barColor(mark, k, j, value) {
  if (mark.color === "signed") return value > 0 ? "positive" : "negative";
  if (Array.isArray(mark.color)) return mark.color[k];
  return typeof mark.color === "number" ? mark.color + j : mark.color;
}

function barNumber(mark, text, value, end, middle) {
  const beyond = value < 0 ? -1 : 1;
  if (mark.horizontal)
    return words(text, end + 5 * beyond, middle, { anchor: value < 0 ? "end" : "start" });
  return words(text, middle, end - 10 * beyond, {});
}

export const axes = (mark) => ({
  names: mark.names,
  horizontal: mark.horizontal,
  zero: true,
  numeric: Boolean(mark.edges?.length),
});
