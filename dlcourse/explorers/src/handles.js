// Handles: places on a drawing that the reader drags, or moves by keys, to move controls.
import { spot } from "./marks/handle.js";
import { html } from "./svg.js";
import { plain } from "./typeset.js";

const SLACK = 3; // pixels that a press may move without being a drag
const FAR = 1e3; // pixels to what a logarithmic axis cannot show

// Of each key the control that it moves, the first or the last of the handle, and how far.
const KEYS = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowDown: [-1, -1],
  ArrowUp: [-1, 1],
  Home: [0, -Infinity],
  End: [0, Infinity],
  PageDown: [-1, -Infinity],
  PageUp: [-1, Infinity],
};

/**
 * Handles on one drawing. `spots(label, positions)` tells, at once or later, where the handle of that label
 * lies when the controls stand at each of `positions`: [x, y] in the units of the axes, or null.
 */
export function createHandles(plot, about, controls, spots) {
  const elements = new Map();
  const names = about.controls.map((control) => plain(control.label));
  let place = null;

  function show(marks, now) {
    place = now;
    const handles = marks.filter((mark) => mark.kind === "handle");
    for (const [label, element] of elements) {
      if (handles.some((mark) => mark.label === label)) continue;
      element.remove();
      elements.delete(label);
    }
    handles.forEach(update);
  }
  function update(mark) {
    const moves = mark.moves.map((name) => about.controls.findIndex((control) => control.name === name));
    if (!elements.has(mark.label)) elements.set(mark.label, create(mark.label, moves));
    const [x, y] = spot(mark, place);
    const position = controls.position();
    const element = elements.get(mark.label);
    element.style.translate = `${x}px ${y}px`;
    element.setAttribute("aria-valuenow", position[moves[0]]);
    element.setAttribute(
      "aria-valuetext",
      moves.map((k) => `${names[k]} = ${plain(about.controls[k].values[position[k]])}`).join(", "),
    );
  }
  function create(label, moves) {
    const [first, second] = moves.map((k) => names[k]);
    const element = html("div", {
      class: "dlx-handle",
      role: "slider",
      tabindex: 0,
      "aria-label": label,
      "aria-description":
        `The arrow keys move ${first}` + (second ? ` (left, right) and ${second} (up, down)` : ""),
      "aria-valuemin": 0,
      "aria-valuemax": about.controls[moves[0]].values.length - 1,
      "data-lm-suppress-shortcuts": "true", // as in controls.js
    });
    element.addEventListener("keydown", (event) => step(event, moves));
    drag(element, label, moves);
    plot.append(element);
    return element;
  }
  function step(event, moves) {
    const [which, by] = KEYS[event.key] ?? [];
    if (!by || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const position = controls.position();
    const k = moves.at(which);
    position[k] = Math.max(0, Math.min(about.controls[k].values.length - 1, position[k] + by));
    controls.move(position);
  }
  function drag(element, label, moves) {
    let held = null; // from the press on: where in the handle, where the pointer has gone, where the handle may go

    element.addEventListener("pointerdown", async (event) => {
      if (event.button) return;
      element.setPointerCapture(event.pointerId);
      const box = element.getBoundingClientRect();
      const grip = [event.clientX - box.x - box.width / 2, event.clientY - box.y - box.height / 2];
      const now = (held = { grip, press: event, pointer: null, candidates: [] });
      const positions = combinations(about.controls, moves, controls.position());
      const found = await spots(label, positions);
      now.candidates = positions.map((position, k) => ({ position, at: found[k] })).filter(({ at }) => at);
      if (held === now) follow();
    });
    element.addEventListener("pointermove", (event) => {
      if (!held) return;
      const moved = Math.hypot(event.clientX - held.press.clientX, event.clientY - held.press.clientY);
      if (!held.pointer && moved < SLACK) return;
      held.pointer = event;
      follow();
    });
    for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, () => (held = null));

    function follow() {
      if (!held.pointer || !held.candidates.length) return;
      const box = plot.getBoundingClientRect();
      const [x, y] = [held.pointer.clientX - box.x - held.grip[0], held.pointer.clientY - box.y - held.grip[1]];
      const here = controls.position();
      const away = ({ position, at }) => {
        const seen = spot({ at }, place);
        const beyond = Math.hypot(place.x(at[0]) - x, place.y(at[1]) - y);
        const steps = position.reduce((sum, index, k) => sum + Math.abs(index - here[k]), 0);
        // of those at one place on the border the one that lies next beyond it, then the one of fewest steps
        return Math.hypot(seen[0] - x, seen[1] - y) + 1e-3 * (Number.isNaN(beyond) ? FAR : beyond) + 1e-6 * steps;
      };
      const nearest = held.candidates.reduce((a, b) => (away(b) < away(a) ? b : a));
      if (nearest.position.some((index, k) => index !== here[k])) controls.move(nearest.position);
    }
  }
  return { show };
}

/** All positions of the controls that differ from `position` in those named in `moves` only. */
function combinations(controls, moves, position) {
  return moves.reduce(
    (all, k) => all.flatMap((one) => controls[k].values.map((_, index) => one.with(k, index))),
    [position],
  );
}
