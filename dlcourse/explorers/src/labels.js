// Labels that keep apart, as dlcourse/explorers/labels.py prints them: those at the ends of lines are pushed up
// and down, every other one takes the first of its spots at which it covers no label that stands already and
// keeps within the axes; words at a place may stand beside them.
import { words } from "./drawing.js";
import { round, svg } from "./svg.js";
import { LINE, lines, wrapped } from "./typeset.js";

const GAP = 8; // pixels between two labels side by side
const RANKS = ["end", "text", "rule", "span"]; // who stays where it is, and who gives way

/** The labels of a panel, in a drawing of `width` x `height` whose texts `measure` measures. */
export function createLabels(measure, width, height) {
  const all = [];

  /** An element that shows `text` once all are settled; spots are [x, y, anchor], the best one first. */
  function add(kind, text, spots, look = {}, widest = width - 2) {
    const slot = svg("g");
    if (!lines(text)[0]) return slot;
    const broken = wrapped(text, widest, measure, look);
    const size = [measure(broken, look), lines(broken).length * LINE * (look.size ?? 1)];
    if (kind === "span") for (const spot of spots) spot[1] += (size[1] - LINE) / 2; // from the top downwards
    all.push({ rank: RANKS.indexOf(kind), slot, text: broken, spots, look, size });
    return slot;
  }

  /** Place all, given the rectangle that the axes enclose. */
  function settle({ left, top, right, bottom }) {
    const placed = [];
    const put = (label, [x, y, anchor]) => {
      label.slot.append(words(label.text, x, y, { ...label.look, anchor }));
      placed.push(box(label, [x, y, anchor]));
    };
    for (const ends of besideEachOther(all.filter(({ rank }) => rank === 0))) {
      ends.sort((a, b) => a.spots[0][1] - b.spots[0][1]);
      const ys = dodge(ends.map(({ spots, size }) => [spots[0][1], size[1]]), top, bottom);
      ends.forEach((label, k) => put(label, [label.spots[0][0], ys[k], label.spots[0][2]]));
    }
    const others = all.filter(({ rank }) => rank > 0).sort((a, b) => a.rank - b.rank);
    for (const label of others) {
      const spots = label.spots.map((spot) => inside(label, spot));
      const costs = spots.map((spot) => {
        const own = box(label, spot);
        const bounds = label.rank === 1 ? [0, 0, width, height] : [left, top, right, bottom];
        const outside = label.size[0] * label.size[1] - overlap(own, bounds, 0);
        return Math.round(placed.reduce((sum, other) => sum + overlap(own, other, GAP), outside));
      });
      const spot = spots[costs.indexOf(Math.min(...costs))];
      if (label.look.from && spot !== spots[0]) label.slot.append(...leader(label.look.from, box(label, spot)));
      put(label, spot);
    }
  }

  /** The spot moved so far that the label lies within the drawing. */
  function inside(label, spot) {
    const [x0, y0, x1, y1] = box(label, spot);
    const shift = (low, high, end) => Math.max(-low, Math.min(0, end - high));
    return [spot[0] + shift(x0, x1, width), spot[1] + shift(y0, y1, height), spot[2]];
  }
  return { add, settle };
}

/** A thin line from a place to a label that could not stay beside it. */
function leader([x, y], [left, top, right, bottom]) {
  const [toX, toY] = [Math.max(left, Math.min(right, x)), Math.max(top, Math.min(bottom, y))];
  if (Math.abs(toY - y) < LINE) return [];
  return [svg("line", { class: "dlx-leader", x1: round(x), y1: round(y), x2: round(toX), y2: round(toY) })];
}

function box({ size: [width, height] }, [x, y, anchor]) {
  const left = x - width * { start: 0, middle: 0.5, end: 1 }[anchor];
  return [left, y - height / 2, left + width, y + height / 2];
}

function overlap(a, b, gap) {
  const across = Math.min(a[2], b[2]) - Math.max(a[0], b[0]) + gap;
  const down = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  return Math.max(0, across) * Math.max(0, down);
}

/** Labels in groups that share no column of pixels. */
function besideEachOther(labels) {
  const groups = [];
  let reach = -Infinity;
  for (const label of labels.sort((a, b) => a.spots[0][0] - b.spots[0][0])) {
    const [left, , right] = box(label, label.spots[0]);
    if (left < reach) groups.at(-1).push(label);
    else groups.push([label]);
    reach = Math.max(reach, right);
  }
  return groups;
}

/**
 * The middles, nearest to the wanted ones, of things that follow each other from `low` to `high` without
 * covering each other; `things` are [wanted middle, size] in order.
 */
function dodge(things, low, high) {
  const blocks = [];
  for (const [middle, size] of things) {
    let block = { sum: middle - size / 2, sizes: [size], total: size };
    for (;;) {
      const top = Math.max(low, Math.min(high - block.total, block.sum / block.sizes.length));
      block.top = top;
      const before = blocks.at(-1);
      if (!before || before.top + before.total <= top) break;
      blocks.pop();
      block = {
        sum: before.sum + block.sum - block.sizes.length * before.total,
        sizes: [...before.sizes, ...block.sizes],
        total: before.total + block.total,
      };
    }
    blocks.push(block);
  }
  return blocks.flatMap(({ top, sizes }) => {
    let at = top;
    return sizes.map((size) => (at += size) - size / 2);
  });
}
