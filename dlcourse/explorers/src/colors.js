// Colours. The style sheet holds the palette and says whether the page is dark; canvases need numbers.

const RAMPS = {
  light: {
    diverging: ["#4C9BCC", "#AED1E8", "#F7F6F3", "#F3C9A4", "#E28A4D"],
    sequential: ["#F6F5F2", "#BFD9E6", "#7FB2D0", "#3B82B5", "#12507F"],
    grey: ["#000000", "#FFFFFF"],
  },
  dark: {
    diverging: ["#276A97", "#224158", "#20252C", "#593925", "#A55B2D"],
    sequential: ["#22262D", "#1F4661", "#2C6E9C", "#5FA3CE", "#C4E2F3"],
    grey: ["#000000", "#FFFFFF"],
  },
};
const CLASS_TINT = { light: 0.32, dark: 0.42 };
const PALETTE_SIZE = 8;

/** What an author's colour is called in the style sheet. */
export const css = (color) => `var(--dlx-${typeof color === "number" ? color % PALETTE_SIZE : color})`;

const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
const mix = (a, b, share) => a.map((value, k) => value + (b[k] - value) * share);

/** The theme of an element as numbers: a ramp is 256 colours, each [red, green, blue]. */
export function readTheme(element) {
  const style = getComputedStyle(element);
  const read = (name) => rgb(style.getPropertyValue(`--dlx-${name}`).trim());
  const name = style.getPropertyValue("--dlx-dark").trim() === "1" ? "dark" : "light";
  const paper = read("paper");
  const classes = Array.from({ length: 10 }, (_, k) =>
    mix(paper, read(k % PALETTE_SIZE), CLASS_TINT[name]),
  );
  const ramps = { classes: Array.from({ length: 256 }, (_, k) => classes[k] ?? paper) };
  for (const [scale, stops] of Object.entries(RAMPS[name])) ramps[scale] = spread(stops.map(rgb));
  return { ramps, stops: RAMPS[name], classes };
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

/** Black or white, whichever reads better on a colour. */
export const inkOn = ([r, g, b]) => (0.3 * r + 0.59 * g + 0.11 * b > 135 ? "#24292f" : "#ffffff");
