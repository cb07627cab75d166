// A line of a figure that the reader draws before seeing it: with mouse or finger over its panel, or with a slider
// at each tick. The attribute data-drawn keeps its heights, in the units of the axis, and data-verdict what is to be
// said of them: "right", a shape, "above" and "below" for the right shape at the wrong height, or "aside" at the wrong
// place. Of the panel's other lines the one that data-given names stays in sight.
import { through, words } from "./drawing.js";
import { html, round, svg } from "./svg.js";
import { plain } from "./typeset.js";

const STEPS = 40; // of a slider, from the foot of the axes to their top
const LEVEL = 0.04; // a rise or fall by this share of the height is none
const OFF = 0.12; // a share of the height by which a sketch of the right shape may be too high or too low
const ASIDE = 2; // columns by which its top or foot may be too far to one side

export function createSketch(figure, waits) {
  const overlay = svg("svg", { class: "dlx-sketch" });
  const sliders = html("div");
  const byKeys = html("details", { class: "dlx-sliders" }, html("summary", {}, "Draw with sliders"), sliders);
  let line = null, // the true one
    place = null, // the scales of its panel
    xs = [],
    ys = [],
    held = -1; // the place of the pointer among xs

  const isLine = ({ kind, label }, name) => kind === "line" && plain(label) === name;
  const isTheLine = (mark) => isLine(mark, figure.dataset.sketch);
  const holds = (panel) => panel.marks.some(isTheLine);

  /** A frame without the lines of the panel in which the reader draws, but for the one that is given. */
  function without(frame) {
    const stays = (mark) => mark.kind !== "line" || isLine(mark, figure.dataset.given);
    const bare = (panel) => ({ ...panel, marks: panel.marks.filter(stays) });
    return { ...frame, panels: frame.panels.map((panel) => (holds(panel) ? bare(panel) : panel)) };
  }

  /** Draw the sketch over its panel of a frame, whose scales are among `places`. */
  function draw(frame, places) {
    const number = frame.panels.findIndex(holds);
    place = places[number];
    if (!place) return overlay.replaceChildren();
    if (!line) begin(frame.panels[number], figure.querySelectorAll(".dlx-plot")[number]);
    if (!waits() && !figure.dataset.drawn) return overlay.replaceChildren(); // the reader asked for the answer
    paint();
  }

  function begin(panel, plot) {
    line = panel.marks.find(isTheLine);
    xs = columns(place, line);
    plot.append(overlay);
    figure.querySelector(".dl-sliders").append(byKeys); // in the question's form
    const inputs = xs.map((x, k) => {
      const name = `${plain(panel.x_label)}: ${tidy(x)}`;
      const input = html("input", { type: "range", min: 0, max: STEPS, step: 1, "aria-label": name });
      input.addEventListener("input", () => (set(k, valueAt(input.value / STEPS)), paint()));
      return html("label", {}, html("span", {}, tidy(x)), input);
    });
    byKeys.firstChild.append(`, one for each ${plain(panel.x_label)}`);
    sliders.replaceChildren(...inputs);
    start();
  }
  /** Begin with what was drawn before, or with a level line. */
  function start() {
    const { drawn } = figure.dataset;
    ys = drawn ? JSON.parse(drawn) : xs.map(() => valueAt(0.5));
    judge();
  }
  function paint() {
    const { clientWidth: width, clientHeight: height } = overlay.parentElement;
    const dots = xs.map((x, k) => svg("circle", { cx: round(place.x(x)), cy: round(place.y(ys[k])), r: 4.5 }));
    const name = words("your sketch", ...nameAt());
    overlay.setAttribute("viewBox", `0 0 ${width} ${height}`);
    overlay.replaceChildren(svg("path", { d: through(xs, ys, place) }), ...(waits() ? dots : []), name);
    [...sliders.children].forEach(({ lastChild: input }, k) => {
      input.value = Math.round(STEPS * share(ys[k]));
      input.setAttribute("aria-valuetext", tidy(ys[k]));
    });
  }

  /** Where the name of the sketch stands: at its end, or later where it is farthest from the true line. */
  function nameAt() {
    const apart = xs.map((x, k) => (waits() ? k : share(ys[k]) - share(heightOf(line, x, place))));
    const k = nearest(apart.map((each) => -Math.abs(each)));
    const anchor = k === 0 ? "start" : k === xs.length - 1 ? "end" : "middle";
    return [place.x(xs[k]), place.y(ys[k]) + (apart[k] < 0 ? 14 : -14), { anchor, color: "predict" }];
  }

  const share = (y) => (place.bottom - place.y(y)) / (place.bottom - place.top);
  const valueAt = (part) => Number(place.y.invert(place.bottom - part * (place.bottom - place.top)).toPrecision(4));
  function set(k, y) {
    ys[k] = y;
    figure.dataset.drawn = JSON.stringify(ys);
    judge();
  }
  function judge() {
    const [drawn, truth] = [ys.map(share), xs.map((x) => share(heightOf(line, x, place)))];
    const mean = drawn.reduce((sum, y, k) => sum + y - truth[k], 0) / xs.length;
    const [mine, its] = [turn(drawn), turn(truth)];
    const higher = Math.abs(its.height - mine.height) > Math.abs(mean) ? mine.height - its.height : mean;
    const aside = Math.abs(mine.at - its.at) > ASIDE ? "aside" : "right";
    const off = higher > OFF ? "above" : higher < -OFF ? "below" : aside;
    figure.dataset.verdict = shape(drawn) === shape(truth) ? off : shape(drawn);
  }

  // The pointer pulls the nearest point; where it went past others, they follow.
  function pull(event) {
    const box = overlay.getBoundingClientRect();
    const at = event.clientX - box.left;
    const part = (place.bottom - (event.clientY - box.top)) / (place.bottom - place.top);
    const y = valueAt(Math.max(0, Math.min(1, part)));
    const to = nearest(xs.map((x) => Math.abs(place.x(x) - at)));
    const from = held < 0 ? to : held;
    const before = share(ys[from]);
    for (let k = from; k !== to; k += Math.sign(to - from))
      if (k !== from) set(k, valueAt(before + (share(y) - before) * ((k - from) / (to - from))));
    set(to, y);
    held = to;
    paint();
  }
  overlay.addEventListener("pointerdown", (event) => {
    if (!waits()) return;
    overlay.setPointerCapture(event.pointerId);
    pull(event);
  });
  overlay.addEventListener("pointermove", (event) => overlay.hasPointerCapture(event.pointerId) && pull(event));
  overlay.addEventListener("lostpointercapture", () => (held = -1));

  return { without, draw, again: () => line && start() };
}

const nearest = (distances) => distances.indexOf(Math.min(...distances));
const tidy = (value) => String(Number(value.toPrecision(2))).replaceAll("-", "−");

/** Round places between the ends of a line, at most a dozen: powers of ten on a logarithmic axis. */
function columns({ x }, { x: along }) {
  const [low, high] = [Math.min(...along), Math.max(...along)];
  if (!x.base) return x.ticks(10).filter((tick) => tick >= low && tick <= high);
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-6), Math.floor(Math.log10(high) + 1e-6)];
  const step = Math.ceil((last - first + 1) / 12);
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, k) => Number(`1e${first + k * step}`));
}

/** The height of a line over x, between the points on both sides of it. */
function heightOf(line, x, place) {
  const points = Array.from(line.x, (at, k) => [place.x(at), line.y[k]]).sort(([a], [b]) => a - b);
  const at = place.x(x);
  const after = Math.max(1, points.findIndex(([px]) => px >= at - 0.01));
  const [[x0, y0], [x1, y1]] = [points[after - 1], points[after]];
  return place.y.invert(place.y(y0) + (place.y(y1) - place.y(y0)) * ((at - x0) / (x1 - x0 || 1)));
}

/** The top of a hill or the foot of a valley: its place and its height; 0 of any other shape. */
function turn(heights) {
  const kind = shape(heights);
  if (kind !== "hill" && kind !== "valley") return { at: 0, height: 0 };
  const height = kind === "hill" ? Math.max(...heights) : Math.min(...heights);
  return { at: heights.indexOf(height), height };
}

/** What a curve does as one goes to the right, from its heights as shares. */
function shape(heights) {
  const [first, last] = [heights[0], heights.at(-1)];
  const dip = Math.min(first, last) - Math.min(...heights);
  const bump = Math.max(...heights) - Math.max(first, last);
  if (Math.max(dip, bump) > LEVEL) return dip > bump ? "valley" : "hill";
  return Math.abs(last - first) <= LEVEL ? "flat" : last > first ? "rises" : "falls";
}
