// Colours are custom properties, which dlcourse.palette writes; canvases need them as numbers.
import { light } from "../../palette.json";

/** An author's colour, or the stops of a scale, in a style sheet. */
export const css = (color) => `var(--dl-${color})`;

/** The ground of a region. */
export const tint = (color) =>
  `color-mix(in srgb, ${css(color)} calc(100% * var(--dl-tint)), var(--dl-paper))`;

const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
const mix = (a, b, share) => a.map((value, k) => value + (b[k] - value) * share);

/** The theme of an element as numbers: a ramp is 256 colours, each [red, green, blue]. */
export function readTheme(element) {
  const style = getComputedStyle(element);
  const read = (name) => style.getPropertyValue(`--dl-${name}`).trim();
  const paper = rgb(read("paper"));
  const share = Number(read("tint"));
  const tints = light.classes.map((_, k) => mix(paper, rgb(read(k)), share));
  tints.unshift(mix(paper, rgb(read("muted")), share)); // of no class, which is number -1
  const ramps = { classes: Array.from({ length: 256 }, (_, k) => tints[k] ?? paper) };
  for (const scale of ["diverging", "sequential", "grey"])
    ramps[scale] = spread(read(scale).split(",").map(rgb));
  return { ramps };
}

function spread(stops) {
  return Array.from({ length: 256 }, (_, k) => {
    const at = (k / 255) * (stops.length - 1);
    const low = Math.min(Math.floor(at), stops.length - 2);
    return mix(stops[low], stops[low + 1], at - low);
  });
}

/** The colour of `value` on a ramp over `domain`. */
export function shade(ramp, value, [low, high]) {
  const index = Math.round(((value - low) / (high - low)) * 255);
  return ramp[Math.max(0, Math.min(255, index))];
}

/** Dark or light text, whichever reads better on a colour. */
export const inkOn = ([r, g, b]) => (0.3 * r + 0.59 * g + 0.11 * b > 135 ? css("card-ink") : css("card"));
