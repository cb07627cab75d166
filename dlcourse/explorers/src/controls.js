// Sliders, choices, buttons and the play control: native elements, one row each.
import { html } from "./svg.js";
import { inline, plain } from "./typeset.js";

let identifiers = 0;
const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/**
 * Build the controls in `box`. `moved(position, still)` is called with the index of every control
 * after each change; `still` is false while the figure plays. Of what it returns, `go(position)` shows where the
 * controls stand, and `move(position)` is as if the reader had put them there.
 */
export function createControls(box, about, moved) {
  const position = [...about.start];
  const rows = about.controls.map((control, k) =>
    (control.kind === "slider" ? slider : choice)(control, position[k], (index) => set(k, index)),
  );
  const player = play(about, position, rows, set);
  box.replaceChildren(...rows.map((row) => row.element));
  if (player) rows[player.row].element.append(player.element);
  if (about.buttons.length)
    box.append(
      html("div", { class: "dlx-row dlx-buttons" }, ...about.buttons.map((button) => preset(button))),
    );
  // JupyterLab's command mode would eat their keys; it looks for this on the very element with the focus
  for (const element of box.querySelectorAll("input, button"))
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
  return { position: () => [...position], go, move };
}

function slider(control, start, changed) {
  const id = `dlx-control-${++identifiers}`;
  const input = html("input", { type: "range", id, min: 0, max: control.values.length - 1, step: 1 });
  const output = html("output", { for: id });
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

/** A button that runs through the values of one slider; a step at a time where motion is not wanted. */
function play(about, position, rows, set) {
  const row = about.controls.findIndex((control) => control.play);
  if (row < 0) return null;
  const control = about.controls[row];
  const last = control.values.length - 1;
  const element = html("button", { type: "button", class: "dlx-play" });
  let timer = null;

  const label = () => {
    const word = calm() ? "Step" : timer ? "Pause" : "Play";
    element.textContent = word;
    element.setAttribute("aria-label", `${word}: ${plain(control.label)}`);
    element.dataset.icon = calm() ? "step" : timer ? "pause" : "play";
  };
  const step = () => {
    if (position[row] >= last) return stop(true);
    set(row, position[row] + 1, false);
  };
  function stop(arrived = false) {
    if (timer === null) return;
    clearInterval(timer);
    timer = null;
    label();
    if (arrived) set(row, position[row]);
  }
  element.addEventListener("click", () => {
    if (calm()) return set(row, position[row] >= last ? 0 : position[row] + 1);
    if (timer) return stop(true);
    if (position[row] >= last) set(row, 0, false);
    timer = setInterval(step, 1000 / about.frames_per_second);
    label();
  });
  matchMedia("(prefers-reduced-motion: reduce)").addEventListener("change", () => (stop(), label()));
  label();
  return { element, row, stop: () => stop() };
}
