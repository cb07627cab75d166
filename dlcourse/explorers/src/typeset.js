// Texts as dlcourse/explorers/notation.py sends them: a string or, with mathematics in it, { read, runs }.
import { html, round, svg } from "./svg.js";

export const FONT_SIZE = 12.5; // pixels, of texts in drawings, as the style sheet says
export const LINE = 1.2 * FONT_SIZE; // from one line of a text to the next

const MIDDLE = 0.35; // of a line above its foot, in sizes of the text

/** What screen readers get. */
export const plain = (text) => text.read ?? text;

/** The runs of a text: [characters, style, size, rise]. */
const runs = (text) =>
  (text.runs ?? [text]).map((run) => (typeof run === "string" ? [run, "", 1, 0] : run));

/** A text as children of an HTML element: its runs are seen, its reading is heard. */
export function inline(text) {
  if (typeof text === "string") return [text];
  const seen = runs(text).map(([characters, style, size, rise]) =>
    html(
      "span",
      {
        class: "dlx-run",
        "data-style": style,
        style: `font-size:${size}em;vertical-align:${round(rise / size)}em`,
      },
      characters,
    ),
  );
  return [
    html(
      "span",
      { class: "dlx-maths" },
      html("span", { "aria-hidden": "true" }, ...seen),
      html("span", { class: "dlx-spoken" }, text.read),
    ),
  ];
}

/** A text as children of an SVG text element, `centred` if that stands with its middle on the line. */
export function tspans(text, centred = false) {
  if (typeof text === "string") return [text];
  let height = 0; // above the line, in sizes of the text around
  return runs(text).map(([characters, style, size, rise]) => {
    const wanted = rise - (centred ? MIDDLE * (1 - size) : 0);
    const dy = `${round((height - wanted) / size)}em`;
    height = wanted;
    return svg(
      "tspan",
      { class: "dlx-run", "data-style": style, dy, style: `font-size:${size}em` },
      characters,
    );
  });
}

/** A function that measures texts in the font of `element`, in pixels: their widest line. */
export function ruler(element) {
  const context = document.createElement("canvas").getContext("2d");
  const { fontFamily } = getComputedStyle(element);
  const known = new Map();
  const width = (characters, font) => {
    const key = font + characters;
    if (!known.has(key)) {
      context.font = `${font}px ${fontFamily}`;
      known.set(key, context.measureText(characters).width);
    }
    return known.get(key);
  };
  return (text, { size = 1, bold = false } = {}) =>
    Math.max(
      ...lines(text).map((line) =>
        runs(line).reduce((sum, [characters, style, part]) => {
          const slant = style === "italic" ? "italic " : "";
          const weight = bold || style === "bold" ? "600 " : "";
          return sum + width(characters, `${slant}${weight}${FONT_SIZE * size * part}`);
        }, 0),
      ),
    );
}

/** A text with line breaks where a line would be wider than `limit`; mathematics is not broken. */
export function wrapped(text, limit, measure, look) {
  if (typeof text !== "string" || measure(text, look) <= limit) return text;
  const wrap = (line) => {
    const found = [];
    for (const word of line.split(" ")) {
      const longer = found.length ? `${found.at(-1)} ${word}` : word;
      if (found.length && measure(longer, look) <= limit) found[found.length - 1] = longer;
      else found.push(word);
    }
    return found.join("\n");
  };
  return text.split("\n").map(wrap).join("\n");
}

/** The lines of a text, each a text. */
export function lines(text) {
  if (typeof text === "string") return text.split("\n");
  const found = [[]];
  for (const [characters, ...look] of runs(text))
    characters.split("\n").forEach((part, k) => {
      if (k) found.push([]);
      if (part) found.at(-1).push([part, ...look]);
    });
  return found.map((line) => ({ read: line.map(([part]) => part).join(""), runs: line }));
}
