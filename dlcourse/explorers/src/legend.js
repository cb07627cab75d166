// The legend: what Python's LegendEntry says, drawn.
import { css, tint } from "./colors.js";
import { dashes, html, svg, symbol } from "./svg.js";
import { inline } from "./typeset.js";

/** A function that shows entries in the element `box`, anew only where they have changed. */
export function createLegend(box) {
  let shown = "";
  return (entries) => {
    const now = JSON.stringify(entries);
    if (now !== shown) box.replaceChildren(...entries.map(legendEntry));
    shown = now;
  };
}

function legendEntry(entry) {
  const label = html("span", {}, ...inline(entry.label));
  const parts = entry.sample === "scale" ? [label, ...bar(entry)] : [swatch(entry), label];
  return html("span", { class: "dlx-entry" }, ...parts);
}

const swatch = (entry) =>
  svg("svg", { class: "dlx-swatch", viewBox: "0 0 22 14" }, ...samples[entry.sample](entry));

function bar({ color, domain }) {
  const [low, high] = domain.map((end) => html("small", {}, end));
  const style = `background:linear-gradient(to right,${css(color)})`;
  return [low, html("span", { class: "dlx-bar", style }), high];
}

const square = (fill, opacity) =>
  svg("rect", { x: 5, y: 1, width: 12, height: 12, rx: 2, style: `fill:${fill}`, opacity });
const point = ({ color, shape, hollow }) =>
  svg("path", {
    d: symbol(shape ?? color, 11, 7, 4.5),
    "stroke-width": 2,
    style: hollow ? `fill:none;stroke:${css(color)}` : `fill:${css(color)}`,
  });

const samples = {
  tint: ({ color }) => [square(tint(color))],
  block: ({ color, opacity }) => [square(css(color), opacity)],
  point: (entry) => [point(entry)],
  line: (entry) => [
    svg("path", {
      d: "M0,7H22",
      style: `stroke:${css(entry.color)}`,
      "stroke-width": entry.width,
      "stroke-dasharray": dashes(entry.dash),
    }),
    ...(entry.marker ? [point(entry)] : []),
  ],
};
