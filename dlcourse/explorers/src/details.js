// Details: what a node or an edge of a diagram tells when it is clicked.
import { layout, span } from "./marks/diagram.js";
import { html } from "./svg.js";
import { inline, plain } from "./typeset.js";

const REACH = 12; // pixels by which a pointer may miss a part
const GAP = 8; // pixels between a part and what it tells
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };

/** Details on one drawing; `tell(text)` is called when the reader opens one. */
export function createDetails(plot, tell) {
  const layer = html("div");
  const bubble = html("p", { class: "dlx-detail", hidden: true });
  let parts = [], // of the diagrams of the frame: see `partsOf`, each with its button
    opened = -1;
  plot.append(layer, bubble);

  function show(marks, place) {
    const now = marks.filter((mark) => mark.details).flatMap((mark) => partsOf(mark, place));
    if (now.length !== parts.length) {
      layer.replaceChildren(...now.map(button));
      opened = -1;
    }
    parts = now.map((part, k) => ({ ...part, button: layer.children[k] }));
    parts.forEach(cover);
    rove(parts.findIndex(({ button }) => button.tabIndex === 0));
    open(opened);
  }
  const button = () =>
    html("button", { type: "button", class: "dlx-part", tabindex: -1, "data-lm-suppress-shortcuts": "true" });

  /** Lay the button over its part: it has the focus and a name, the pointer is asked below. */
  function cover({ button, detail, from, to, half }) {
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    const [width, height] = [Math.hypot(dx, dy) + 2 * half, 2 * half].map((size) => Math.max(size, 2 * REACH));
    const [x, y] = [(from[0] + to[0] - width) / 2, (from[1] + to[1] - height) / 2];
    button.hidden = !detail;
    button.setAttribute("aria-label", plain(detail).split(/ = |: /)[0]);
    Object.assign(button.style, { width: `${width}px`, height: `${height}px` });
    button.style.transform = `translate(${x}px,${y}px) rotate(${Math.atan2(dy, dx)}rad)`;
  }
  /** Of all parts one is reached by the Tab key, the others from there by the arrow keys. */
  function rove(wanted) {
    const current = parts[wanted]?.detail ? wanted : parts.findIndex(({ detail }) => detail);
    parts.forEach(({ button }, k) => (button.tabIndex = k === current ? 0 : -1));
  }
  function open(k) {
    opened = k;
    parts.forEach(({ button }, i) => button.setAttribute("aria-expanded", i === k));
    bubble.replaceChildren(...inline(unbroken(text())));
    bubble.hidden = !text();
    if (bubble.hidden) return;
    const { from, to, half } = parts[k];
    const [x, y] = [0, 1].map((axis) => (from[axis] + to[axis]) / 2);
    const above = y - half - GAP - bubble.offsetHeight;
    const left = Math.max(0, Math.min(plot.clientWidth - bubble.offsetWidth, x - bubble.offsetWidth / 2));
    bubble.style.translate = `${left}px ${above < 0 ? y + half + GAP : above}px`;
  }
  const text = () => parts[opened]?.detail ?? "";
  const close = () => open(-1);

  /** The part under the pointer, or nearest to it. */
  function under({ clientX, clientY }) {
    const box = plot.getBoundingClientRect();
    const missed = parts.map((part) => (part.detail ? missedBy(part, clientX - box.x, clientY - box.y) : Infinity));
    const least = Math.min(REACH, ...missed);
    return missed.indexOf(least);
  }
  plot.addEventListener("pointermove", (event) => {
    const near = under(event);
    plot.style.cursor = near < 0 ? "" : "pointer";
    parts.forEach(({ button }, k) => button.classList.toggle("dlx-near", k === near));
  });
  plot.addEventListener("click", (event) => {
    const pressed = parts.findIndex(({ button }) => button === event.target);
    const k = pressed < 0 ? under(event) : pressed;
    parts[k]?.button.focus({ preventScroll: true });
    open(k === opened ? -1 : k);
    tell(text());
  });
  layer.addEventListener("focusin", ({ target }) => rove(parts.findIndex(({ button }) => button === target)));
  layer.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && text()) close();
    else if (event.key in STEPS) {
      const known = parts.filter(({ detail }) => detail);
      const at = known.findIndex(({ button }) => button === event.target) + STEPS[event.key];
      known[Math.max(0, Math.min(known.length - 1, at))].button.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return { show, text };
}

/** A text whose lines break before a sign and not after it; one with mathematics breaks as it may. */
const unbroken = (text) => (typeof text === "string" ? text.replace(/([+−=]) /g, "$1\u00a0") : text);

/**
 * The nodes of a diagram, each followed by the edges that end in it: each is what lies nearer than `half` to the
 * line from `from` to `to`.
 */
function partsOf(mark, place) {
  const nodes = layout(mark, place);
  const edges = Array.from({ length: mark.weights.length }, (_, k) => k);
  const edge = (k) => {
    const [from, to] = span(mark, k, nodes);
    return { detail: mark.details[nodes.length + k], from, to, half: 0 };
  };
  return nodes.flatMap(({ x, y, radius, box }, k) => {
    const side = box ? box[0] - box[1] : 0;
    const node = { detail: mark.details[k], from: [x - side, y], to: [x + side, y], half: radius ?? box[1] };
    return [node, ...edges.filter((e) => mark.ends[2 * e + 1] === k).map(edge)];
  });
}

/** How far (x, y) lies outside a part. */
function missedBy({ from, to, half }, x, y) {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const along = ((x - from[0]) * dx + (y - from[1]) * dy) / (dx * dx + dy * dy || 1);
  const share = Math.max(0, Math.min(1, along));
  return Math.max(0, Math.hypot(x - from[0] - share * dx, y - from[1] - share * dy) - half);
}
