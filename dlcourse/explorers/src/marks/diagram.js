// Networks and computation graphs.
import { css, inkOn, shade } from "../colors.js";
import { arrowHead, words } from "../drawing.js";
import { round, svg } from "../svg.js";
import { plain, tspans } from "../typeset.js";

const LARGEST_RADIUS = 21;
const BOX_HEIGHT = 28;
const NAME_HEIGHT = 18;
const SMALLEST = 7; // pixels, of a number in a circle; a smaller one is left out
const width = (text) => 7.2 * plain(text).length;
const boxWidth = (label) => width(label) + 18;

export function paint(mark, place) {
  const nodes = layout(mark, place);
  const edges = Array.from({ length: mark.weights.length }, (_, k) => k);
  edges.sort((a, b) => mark.strong_edges.includes(a) - mark.strong_edges.includes(b));
  return [
    ...edges.flatMap((k) => edge(mark, k, nodes)),
    ...edges.flatMap((k) => edgeText(mark, k, nodes)),
    ...nodes.flatMap((n, k) => node(mark, k, n, place)),
  ];
}

/** Pixel places of the nodes, how far each reaches, and whether its name stands at its left. */
export function layout(mark, place) {
  const places = Array.from({ length: mark.places.length / 2 }, (_, k) => [
    mark.places[2 * k],
    mark.places[2 * k + 1],
  ]);
  const named = places.map((_, k) => mark.shapes[k] !== "box" && mark.numbers[k] && mark.labels[k]);
  const begins = Math.min(...places.map(([x]) => x));
  const first = places.flatMap(([x], k) => (x === begins && named[k] ? [k] : []));
  let { spots, radius, near } = spread(mark, place, places, 0);
  const crowded = first.length > 1 && near - 2 * radius < NAME_HEIGHT;
  if (crowded) ({ spots, radius } = spread(mark, place, places, Math.max(...first.map((k) => width(mark.labels[k])))));
  return spots.map(([x, y], k) => {
    const half = boxWidth(mark.labels[k]) / 2;
    const clamped = Math.max(place.left + half, Math.min(place.right - half, x));
    if (mark.shapes[k] === "box") return { x: clamped, y, box: [half, BOX_HEIGHT / 2] };
    return { x, y, radius, beside: crowded && first.includes(k) };
  });
}

/** Where the nodes lie with so much room at their left, and how large they may be. */
function spread(mark, place, places, room) {
  const labels = mark.labels.some((label) => label) ? 24 : 8;
  const side = LARGEST_RADIUS + 6;
  const left = place.left + side + room;
  const spots = places.map(([x, y]) => [
    left + x * (place.right - side - left),
    place.bottom - side - y * (place.bottom - place.top - 2 * side - labels),
  ]);
  const near = Math.min(
    ...spots.flatMap(([x, y], i) => spots.slice(0, i).map(([u, v]) => Math.hypot(x - u, y - v))),
  );
  return { spots, near, radius: Math.max(7, Math.min(LARGEST_RADIUS, near * 0.36)) };
}

/** Where the straight line from the centre of `from` to (x, y) leaves the node. */
function border(from, x, y) {
  const [dx, dy] = [x - from.x, y - from.y];
  const length = Math.hypot(dx, dy) || 1;
  const share = from.box
    ? Math.min(from.box[0] / (Math.abs(dx) || 1e-9), from.box[1] / (Math.abs(dy) || 1e-9))
    : from.radius / length;
  return [from.x + dx * share, from.y + dy * share];
}

/** Where edge `k` begins and ends. */
export function span(mark, k, nodes) {
  const [from, to] = [nodes[mark.ends[2 * k]], nodes[mark.ends[2 * k + 1]]];
  return [border(from, to.x, to.y), border(to, from.x, from.y)];
}

function edge(mark, k, nodes) {
  const weight = mark.weights[k];
  const known = Number.isFinite(weight);
  const strong = mark.strong_edges.includes(k);
  const largest = Math.max(...mark.weight_domain.map(Math.abs));
  const thickness = (known ? 0.7 + 4.3 * Math.min(Math.abs(weight) / largest, 1) : 1.4) + (strong ? 1.2 : 0);
  const color = strong ? "ink" : known ? (weight > 0 ? "positive" : "negative") : "muted";
  const [start, tip] = span(mark, k, nodes);
  const head = arrowHead(...start, ...tip, 7 + thickness);
  const end = mark.arrows ? head.end : tip;
  const drawn = [
    svg("line", {
      x1: round(start[0]),
      y1: round(start[1]),
      x2: round(end[0]),
      y2: round(end[1]),
      style: `stroke:${css(color)}`,
      "stroke-width": round(thickness),
      opacity: strong ? 1 : 0.85,
      "stroke-dasharray": known && weight < 0 ? "5 3" : undefined,
    }),
  ];
  if (mark.arrows) drawn.push(svg("path", { d: head.d, style: `fill:${css(color)}` }));
  return drawn;
}

/** In a gap of a network's line, nearer to the source, where edges still lie apart; above an arrow. */
function edgeText(mark, k, nodes) {
  const [text, arrows] = [mark.edge_labels[k], mark.arrows];
  if (!text) return [];
  const [start, tip] = span(mark, k, nodes);
  const share = arrows ? 0.5 : 0.38;
  const [x, y] = [0, 1].map((axis) => start[axis] + share * (tip[axis] - start[axis]));
  const length = 6.5 * plain(text).length;
  const lift = length < Math.abs(tip[0] - start[0]) ? 10 : BOX_HEIGHT / 2 + 9;
  if (arrows) return [words(text, x, y - lift, { size: 0.92 })];
  const size = { x: round(x - length / 2 - 2), y: round(y - 8), width: length + 4, height: 16 };
  return [svg("rect", { ...size, style: "fill:var(--dl-paper)" }), words(text, x, y, { size: 0.92 })];
}

function node(mark, k, { x, y, radius, box, beside }, place) {
  const value = mark.values[k];
  const known = Number.isFinite(value);
  const largest = Math.max(...mark.value_domain.map(Math.abs));
  const color = known ? shade(place.theme.ramps.diverging, value, [-largest, largest]) : null;
  const look = {
    class: mark.strong_nodes.includes(k) ? "dlx-node dlx-strong" : "dlx-node",
    style: `fill:${color ? `rgb(${color.map(Math.round)})` : "var(--dl-paper)"}`,
  };
  const shape = box
    ? svg("rect", { ...look, x: x - box[0], y: y - box[1], width: 2 * box[0], height: 2 * box[1], rx: 5 })
    : svg("circle", { ...look, cx: x, cy: y, r: radius });
  const number = mark.numbers[k];
  const inside = (!box && number) || mark.labels[k];
  const size = box ? 13 : Math.min(13, (radius * 3.1) / Math.max(2.4, plain(inside).length));
  const drawn = [
    shape,
    svg(
      "text",
      {
        x: round(x),
        y: round(y),
        class: "dlx-cell",
        style: `fill:${color ? inkOn(color) : "var(--dl-ink)"};font-size:${size}px`,
      },
      ...(number && !box && size < SMALLEST ? [] : tspans(inside, true)),
    ),
  ];
  if (number && box) drawn.push(words(number, x, y - BOX_HEIGHT / 2 - 10, {}));
  else if (beside) drawn.push(words(mark.labels[k], x - radius - 6, y, { anchor: "end" }));
  else if (number && mark.labels[k]) drawn.push(words(mark.labels[k], x, y - radius - 10, {}));
  return drawn;
}
