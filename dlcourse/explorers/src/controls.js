// Sliders, choices, boxes, buttons and the play control: native elements, one row each.
import { html } from "./svg.js";
import { inline, plain } from "./typeset.js";

const READING = 250; // milliseconds for a word
let identifiers = 0;
/** Whether the reader wants no motion. */
export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/**
 * Build the controls in `box`. `moved(position, still)` is called with the index of every control
 * after each change; `still` is false while the figure plays. Of what it returns, `go(position)` shows where the
 * controls stand, and `move(position)` is as if the reader had put them there.
 */
export function createControls(box, about, moved) {
  const position = [...about.start];
  const rows = about.controls.map((control, k) =>
    kinds[control.kind](control, position[k], (index) => set(k, index)),
  );
  const player = play(about, position, rows, set);
  box.replaceChildren(...rows.map((row) => row.element));
  if (player) rows[player.row].element.append(player.element);
  if (about.buttons.length)
    box.append(
      html("div", { class: "dlx-row dlx-buttons" }, ...about.buttons.map((button) => preset(button))),
    );
  // JupyterLab's command mode would eat their keys; it looks for this on the very element with the focus
  for (const element of box.querySelectorAll("input, select, button"))
    element.dataset.lmSuppressShortcuts = "true";

  function set(k, index, still = true) {
    if (still) player?.stop();
    position[k] = index;
    rows[k].show(index);
    moved([...position], still);
  }
  function preset({ label, position: wanted }) {
    const element = html("button", { type: "button" }, ...inline(label));
    element.addEventListener("click", () => move(wanted.map((index, k) => (index < 0 ? position[k] : index))));
    return element;
  }
  function move(wanted) {
    player?.stop();
    go(wanted);
    moved([...position], true);
  }
  function go(wanted) {
    wanted.forEach((index, k) => {
      position[k] = index;
      rows[k].show(index);
    });
  }
  /** The caption is now on the page. */
  const shown = (caption) => player?.shown(caption);
  return { position: () => [...position], go, move, shown };
}

function slider(control, start, changed) {
  const id = `dlx-control-${++identifiers}`;
  const input = html("input", { type: "range", id, min: 0, max: control.values.length - 1, step: 1 });
  const longest = Math.max(...control.values.map((value) => plain(value).length));
  const output = html("output", { for: id, style: `--dlx-longest:${longest}` });
  const show = (index) => {
    input.value = index;
    output.replaceChildren(...inline(control.values[index]));
    input.setAttribute("aria-valuetext", `${plain(control.label)} = ${plain(control.values[index])}`);
  };
  input.addEventListener("input", () => changed(Number(input.value)));
  input.value = start;
  show(start);
  return {
    element: html("div", { class: "dlx-row" }, html("label", { for: id }, ...inline(control.label)), input, output),
    show,
  };
}

function choice(control, start, changed) {
  const group = `dlx-control-${++identifiers}`;
  const options = control.values.map((value, index) => {
    const input = html("input", { type: "radio", name: group, value: index });
    input.addEventListener("change", () => changed(index));
    return { input, element: html("label", {}, input, html("span", {}, ...inline(value))) };
  });
  const name = html("span", { id: group, class: "dlx-name" }, ...inline(control.label));
  const set = html(
    "div",
    { class: "dlx-options", role: "radiogroup", "aria-labelledby": group },
    ...options.map((o) => o.element),
  );
  const show = (index) => options.forEach(({ input }, k) => (input.checked = k === index));
  show(start);
  return {
    element: html("div", { class: control.wide ? "dlx-row dlx-wide" : "dlx-row" }, name, set),
    show,
  };
}

function select(control, start, changed) {
  const id = `dlx-control-${++identifiers}`;
  const box = html("select", { id }, ...control.values.map((value) => html("option", {}, plain(value))));
  const show = (index) => (box.selectedIndex = index);
  box.addEventListener("change", () => changed(box.selectedIndex));
  show(start);
  return { element: html("div", { class: "dlx-row" }, html("label", { for: id }, ...inline(control.label)), box), show };
}

const kinds = { slider, choice, select };

/** A button that runs through the values of one slider; a step at a time where motion is not wanted. */
function play(about, position, rows, set) {
  const row = about.controls.findIndex((control) => control.play);
  if (row < 0) return null;
  const control = about.controls[row];
  const last = control.values.length - 1;
  const element = html("button", { type: "button", class: "dlx-play" });
  let playing = false,
    timer = 0,
    read = "";

  const label = () => {
    const word = calm() ? "Step" : playing ? "Pause" : "Play";
    element.textContent = word;
    element.setAttribute("aria-label", `${word}: ${plain(control.label)}`);
    element.dataset.icon = calm() ? "step" : playing ? "pause" : "play";
  };
  const step = () => {
    if (position[row] >= last) return stop(true);
    set(row, position[row] + 1, false);
  };
  /** Go on once what is new in the caption has been read. */
  function shown(caption) {
    const known = new Set(read.split(" "));
    const fresh = caption.split(" ").filter((word) => !known.has(word)).length;
    read = caption;
    clearTimeout(timer);
    if (playing) timer = setTimeout(step, Math.max(1000 / about.frames_per_second, READING * fresh));
  }
  function stop(arrived = false) {
    if (!playing) return;
    clearTimeout(timer);
    playing = false;
    label();
    if (arrived) set(row, position[row]);
  }
  element.addEventListener("click", () => {
    if (calm()) return set(row, position[row] >= last ? 0 : position[row] + 1);
    if (playing) return stop(true);
    playing = true;
    label();
    set(row, position[row] >= last ? 0 : position[row] + 1, false);
  });
  matchMedia("(prefers-reduced-motion: reduce)").addEventListener("change", () => (stop(), label()));
  label();
  return { element, row, shown, stop: () => stop() };
}
