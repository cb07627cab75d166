// Between two frames: what lies at numbers on the axes moves to its new place, everything else is there at once.

export const GLIDE = 150; // milliseconds that it takes

// Of each kind of mark the arrays that move, and the axes that their numbers belong to in turn.
const MOVING = {
  arrows: () => ({ start: "xy", end: "xy" }),
  band: () => ({ x: "x", low: "y", high: "y" }),
  bars: ({ horizontal }) => ({ values: horizontal ? "x" : "y" }),
  errorbars: () => ({ x: "x", low: "y", high: "y" }),
  handle: () => ({ at: "xy" }),
  line: () => ({ x: "x", y: "y" }),
  points: () => ({ X: "xy" }),
};

/**
 * The frame a `share` of the way from one frame to another. Panels in which nothing moves are those of `to`; so are
 * those whose axes have other limits now.
 */
export function between(from, to, share) {
  const panels = to.panels.map((panel, k) => {
    const old = from.panels[k];
    if (String([old.x, old.y]) !== String([panel.x, panel.y])) return panel;
    const marks = panel.marks.map((mark, m) => moved(old.marks[m], mark, share, panel));
    return marks.some((mark, m) => mark !== panel.marks[m]) ? { ...panel, marks } : panel;
  });
  return { ...to, panels };
}

function moved(old, mark, share, panel) {
  const moving = Object.entries(MOVING[mark.kind]?.(mark) ?? {});
  const alike = old?.kind === mark.kind && String(old.color) === String(mark.color);
  if (!alike || moving.some(([name]) => String(old[name].shape) !== String(mark[name].shape))) return mark;
  const changed = moving.filter(([name]) => mark[name].some((value, k) => value !== old[name][k]));
  if (!changed.length) return mark;
  const arrays = changed.map(([name, axes]) => {
    const log = Array.from(axes, (axis) => panel[`${axis}_scale`] === "log");
    const values = mark[name].map((value, k) => mixed(old[name][k], value, share, log[k % log.length]));
    return [name, Object.assign(values, { shape: mark[name].shape })];
  });
  return { ...mark, ...Object.fromEntries(arrays) };
}

function mixed(a, b, share, log) {
  const value = log && a > 0 && b > 0 ? a * (b / a) ** share : a + (b - a) * share;
  return Number.isFinite(value) ? value : b;
}
