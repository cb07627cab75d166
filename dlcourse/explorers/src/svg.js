// The little that is needed to write SVG and HTML.
import palette from "../../palette.json";

const NAMESPACE = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  element.append(...children);
  return element;
}

export const svg = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS(NAMESPACE, tag), attributes, children);

export const html = (tag, attributes = {}, ...children) =>
  fill(document.createElement(tag), attributes, children);

export const round = (value) => Math.round(value * 100) / 100;

// Shapes of the classes 0, 1, 2 ..., in the order of dlcourse.plots.MARKERS; each for radius 1.
const SHAPES = [
  null, // a circle
  [
    [-0.88, -0.88],
    [0.88, -0.88],
    [0.88, 0.88],
    [-0.88, 0.88],
  ],
  [
    [0, -1.15],
    [1.05, 0.8],
    [-1.05, 0.8],
  ],
  [
    [0, -1.25],
    [1.05, 0],
    [0, 1.25],
    [-1.05, 0],
  ],
  [
    [0, 1.15],
    [1.05, -0.8],
    [-1.05, -0.8],
  ],
  plus(0),
  plus(Math.PI / 4),
  star(),
  [
    [-1.15, 0],
    [0.8, -1.05],
    [0.8, 1.05],
  ],
  [
    [1.15, 0],
    [-0.8, -1.05],
    [-0.8, 1.05],
  ],
];

function plus(turn) {
  const arm = 0.4,
    reach = 1.15;
  const corners = [
    [arm, reach],
    [arm, arm],
    [reach, arm],
    [reach, -arm],
    [arm, -arm],
    [arm, -reach],
  ];
  const all = [...corners, ...corners.map(([x, y]) => [-x, -y])];
  const [c, s] = [Math.cos(turn), Math.sin(turn)];
  return all.map(([x, y]) => [c * x - s * y, s * x + c * y]);
}

function star() {
  return Array.from({ length: 10 }, (_, k) => {
    const [angle, radius] = [(Math.PI * k) / 5, k % 2 ? 0.55 : 1.35];
    return [radius * Math.sin(angle), -radius * Math.cos(angle)];
  });
}

/** Path of the shape of class `number` with its centre at (x, y). */
export function symbol(number, x, y, radius) {
  const shape = typeof number === "number" ? SHAPES[number % SHAPES.length] : null;
  if (shape === null) {
    const r = round(radius);
    return `M${round(x - r)},${round(y)}a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0Z`;
  }
  return `M${shape.map(([u, v]) => `${round(x + u * radius)},${round(y + v * radius)}`).join("L")}Z`;
}

/** A line's pattern by its number; true is 1. */
export const dashes = (option) => palette.dashes[Number(option ?? 0)].join(" ") || undefined;
