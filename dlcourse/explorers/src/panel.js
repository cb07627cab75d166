// One panel: title, legend, axes, and the marks in them.
import { scaleLinear, scaleLog } from "d3-scale";
import { within } from "./drawing.js";
import { createLabels } from "./labels.js";
import { createLegend } from "./legend.js";
import { marks } from "./marks/index.js";
import { html, round, svg } from "./svg.js";
import { LINE, inline, lines, ruler, tspans, wrapped } from "./typeset.js";

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
let clips = 0;

/** A panel in the element `box`; draw(panel, theme) shows one frame of it and tells where (see marks/index.js). */
export function createPanel(box) {
  const [title, legend, plot] = box.children; // as dlcourse.explorers.page wrote them
  const canvas = html("canvas");
  const drawing = svg("svg", { "aria-hidden": true });
  const clip = `dlx-clip-${++clips}`;
  plot.append(canvas, drawing);
  let measure = null; // made when there is something to draw: the style of a figure far away is not known yet
  const showLegend = createLegend(legend);

  function draw(panel, theme) {
    title.replaceChildren(...inline(panel.title));
    showLegend(panel.legend);
    const [width, height] = [plot.clientWidth, plot.clientHeight];
    if (!width || !height) return null;
    measure ??= ruler(drawing);
    const wishes = panel.marks.map((mark) => marks[mark.kind].axes?.(mark) ?? {});
    const labels = createLabels(measure, width, height);
    const place = layout(panel, wishes, width, height, measure);
    const context = prepare(canvas, width, height);
    Object.assign(place, { theme, canvas: context, clip: `url(#${clip})`, marks: panel.marks });
    Object.assign(place, { label: labels.add, measure });
    const { left, top, right, bottom } = place;
    context.beginPath();
    context.rect(left, top, right - left, bottom - top);
    context.clip();
    const box = svg("rect", { x: left, y: top, width: right - left, height: bottom - top });
    const clipping = svg("defs", {}, svg("clipPath", { id: clip }, box));
    const painted = panel.marks.map((mark) =>
      svg("g", { "data-mark": mark.kind }, ...marks[mark.kind].paint(mark, place)),
    );
    labels.settle(place);
    drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
    drawing.replaceChildren(clipping, ...(panel.axes ? axes(panel, wishes, place) : []), ...painted);
    return place;
  }
  return { plot, draw };
}

/** The canvas in the pixels of the screen, cleared. */
function prepare(canvas, width, height) {
  const ratio = globalThis.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  return context;
}

const make = (kind, domain, range) =>
  (kind === "log" ? scaleLog() : scaleLinear()).domain(domain).range(range);
const BESIDE = 0.3; // of a panel's width, for a label at the end of a line

/** Scales, ticks and the rectangle that the axes enclose; the whole panel where there are none. */
function layout(panel, wishes, width, height, measure) {
  const widest = (texts) => Math.max(0, ...texts.map((text) => measure(text)));
  const named = wishes.find(({ names }) => names?.length);
  const [across, down] = named ? (named.horizontal ? [null, named.names] : [named.names, null]) : [];
  const turned = across && widest(across) > (width - 60) / across.length;
  const below = turned ? widest(across) * 0.75 + 12 : 22; // what the names below the axis take
  const [showsX, showsY] = ["x", "y"].map((axis) => shows(panel, axis));
  const names = { x: showsX && panel.x_label, y: showsY && panel.y_label };
  for (const axis in names) names[axis] = names[axis] ? lines(wrapped(names[axis], width, measure)) : [];
  const room = panel.axes
    ? {
        top: names.y.length ? 9 + LINE * names.y.length : 10,
        bottom: showsX ? below + (names.x.length ? 5 + LINE * names.x.length : 2) : 10,
      }
    : { top: 2, bottom: 2 };
  const top = room.top;
  let bottom = height - room.bottom;
  const upright = (limits) => make(panel.y_scale, limits, down ? [top, bottom] : [bottom, top]);
  const yWishes = { names: down, given: panel.y_ticks, format: panel.y_format };
  const ticksOf = (scale) =>
    showsY ? ticks(scale, panel.y_scale, yWishes, [bottom - top, 45, 25], () => LINE) : [];
  const y = upright(panel.y);
  const yTicks = ticksOf(y);
  const everyTick = panel.everyY.flatMap((limits) => ticksOf(upright(limits)));
  const first = turned ? 0.77 * widest([across[0]]) - (width - 60) / across.length / 2 : 0;
  const before = Math.max(widest(everyTick.map(({ text }) => text)) + 12, first);
  let left = showsY ? Math.min(before, width * 0.4) : panel.axes ? Math.max(14, first) : 2;
  const [beside, look] = [width * BESIDE, { bold: true }];
  let right = panel.axes ? width - 14 : width - 2;
  for (const [share, text] of panel.ends ?? []) {
    const label = Math.min(measure(text, look), beside);
    right = Math.min(right, left + (width - label - 10 - left) / share);
  }
  const x = make(panel.x_scale, panel.x, [left, right]);
  if (panel.equal) {
    const unit = Math.min(
      ...[x, y].map((scale) =>
        Math.abs((scale.range()[1] - scale.range()[0]) / (scale.domain()[1] - scale.domain()[0])),
      ),
    );
    const [w, h] = [x, y].map((scale) => unit * (scale.domain()[1] - scale.domain()[0]));
    const slack = (right - left - w) / 2;
    [left, right] = [left + slack, right - slack];
    bottom = top + h;
    x.range([left, right]);
    y.range([bottom, top]);
  }
  const xWishes = { names: across, given: panel.x_ticks, format: panel.x_format };
  const xTicks = showsX ? ticks(x, panel.x_scale, xWishes, [right - left, 75, 45], measure) : [];
  const holds = (px, py) => px >= left - 0.5 && px <= right + 0.5 && py >= top - 0.5 && py <= bottom + 0.5;
  return { x, y, left, right, top, bottom, xTicks, yTicks, turned, below, names, holds, beside, width };
}

const shows = (panel, axis) => panel.axes === true || panel.axes === axis;

/**
 * Where the axis is marked: at names, at given places, or at round numbers, about one every `apart` pixels.
 * `size` is how much of the axis a text takes.
 */
function ticks(scale, kind, { names, given, format }, [length, apart, apartOnLog], size) {
  if (names) return names.map((text, at) => ({ at, text }));
  if (given) return apartFromEachOther(given, scale, size);
  const wanted = Math.max(2, Math.min(8, Math.round(length / apart)));
  const places = () => scale.ticks(wanted).filter((at) => format?.at(-1) !== "d" || Number.isInteger(at));
  const marked =
    kind === "log"
      ? logTicks(scale, Math.max(2, Math.floor(length / apartOnLog)))
      : places().map((at) => ({ at, text: scale.tickFormat(wanted, "f")(at) })); // no comma: may be a year
  return format ? marked.map(({ at }) => ({ at, text: written(at, format) })) : marked;
}

/** A number as Python's `number` writes it in one of the formats of ticks. */
const written = (value, format) => scaleLinear().tickFormat(2, value ? format : format.replace("+", ""))(value);

/** Of the given ticks those in sight that do not touch the one before. */
function apartFromEachOther(given, scale, size) {
  const [low, high] = [...scale.range()].sort((a, b) => a - b);
  let last = null;
  return given
    .map(([at, text]) => ({ at, text, middle: scale(at), half: size(text) / 2 + 2 }))
    .filter(({ middle }) => middle >= low - 0.5 && middle <= high + 0.5)
    .filter((tick) => {
      const touches = last && Math.abs(tick.middle - last.middle) < tick.half + last.half;
      if (!touches) last = tick;
      return !touches;
    });
}

function logTicks(scale, most) {
  const [low, high] = scale.domain().map(Math.log10);
  const first = Math.ceil(low - 1e-9);
  const powers = Array.from({ length: Math.floor(high + 1e-9) - first + 1 }, (_, k) => first + k);
  const steps = powers.length > 1 ? powers.map((exponent) => Number(`1e${exponent}`)) : scale.ticks(most);
  const every = Math.ceil(steps.length / most);
  const values = steps.filter((_, k) => k % every === 0);
  const plain = values.every((value) => value >= 1e-3 && value < 1e5);
  return values.map((at) => ({ at, text: plain ? String(at) : power(at) }));
}

function power(value) {
  const exponent = Math.floor(Math.log10(value) + 1e-9);
  const digits = String(Math.abs(exponent)).replace(/\d/g, (digit) => SUPERSCRIPTS[digit]);
  const factor = Math.round(value / 10 ** exponent);
  return `${factor === 1 ? "" : `${factor}·`}10${exponent < 0 ? "⁻" : ""}${digits}`;
}

function axes(panel, wishes, place) {
  const { left, right, top, bottom } = place;
  const bars = wishes.find(({ zero }) => zero);
  const box = { x: left, y: top, width: right - left, height: bottom - top };
  const text = (content, x, y, anchor, extra = {}) =>
    svg("text", { x: round(x), y: round(y), "text-anchor": anchor, ...extra }, ...tspans(content));
  const grid = (x1, y1, x2, y2) =>
    svg("line", { x1: round(x1), y1: round(y1), x2: round(x2), y2: round(y2) });
  const drawn = [];
  if (wishes.some(({ frame }) => frame)) drawn.push(svg("rect", { ...box, class: "dlx-frame" }));
  else {
    const lines = svg("g", { class: "dlx-grid" });
    if (!bars || bars.horizontal || bars.numeric)
      for (const { at } of place.xTicks) lines.append(grid(place.x(at), top, place.x(at), bottom));
    if (!bars?.horizontal)
      for (const { at } of place.yTicks) lines.append(grid(left, place.y(at), right, place.y(at)));
    const [footX, footY] = [within(place.x, 0), within(place.y, 0)];
    const zero = bars?.horizontal
      ? grid(footX, top, footX, bottom)
      : bars
        ? grid(left, footY, right, footY)
        : grid(left, bottom, right, bottom);
    drawn.push(lines, svg("g", { class: "dlx-baseline" }, zero));
  }
  const labels = svg("g", { class: "dlx-ticks" });
  for (const { at, text: content } of place.xTicks) {
    const x = place.x(at);
    labels.append(
      place.turned
        ? text(content, x + 4, bottom + 12, "end", {
            transform: `rotate(-40 ${round(x + 4)} ${round(bottom + 12)})`,
          })
        : text(content, x, bottom + 16, "middle"),
    );
  }
  for (const { at, text: content } of place.yTicks)
    labels.append(text(content, left - 7, place.y(at) + 4, "end"));
  drawn.push(labels);
  const name = (content, k, x, y, anchor) => text(content, x, y + k * LINE, anchor, { class: "dlx-axis" });
  place.names.x.forEach((line, k) => {
    const half = place.measure(line) / 2;
    const middle = Math.max(half, Math.min(place.width - half, (left + right) / 2));
    drawn.push(name(line, k, middle, bottom + place.below + 14, "middle"));
  });
  place.names.y.forEach((line, k) => {
    const start = Math.min(left - Math.max(7, place.measure(line) / 2), place.width - place.measure(line));
    drawn.push(name(line, k, Math.max(0, start), 12, "start"));
  });
  return drawn;
}
