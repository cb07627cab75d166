// A figure that waits for a question of its page stays at its start, and its controls rest. The attribute data-waits
// says so; the script that takes the answer takes the attribute away, and gives it back when the reader starts again.
import { createSketch } from "./sketch.js";

/** Watch over `figure`, which has the attribute when it is made; `changed()` is called when that changes. */
export function createWaiting(figure, changed) {
  const stage = figure.querySelector(".dlx-stage");
  const waits = () => "waits" in figure.dataset;
  const sketch = figure.dataset.sketch ? createSketch(figure, waits) : null;
  const watcher = new MutationObserver(() => {
    rest();
    sketch?.again();
    changed();
  });
  watcher.observe(figure, { attributeFilter: ["data-waits"] });
  rest();

  function rest() {
    for (const control of figure.querySelectorAll(".dlx-controls :is(input, select, button)"))
      control.disabled = waits();
  }
  /** What of a frame can be seen while the figure waits: nothing that the reader can touch. */
  function atRest(frame) {
    const untouchable = ({ marks, ...panel }) => ({
      ...panel,
      marks: marks.filter(({ kind }) => kind !== "handle").map((mark) => ({ ...mark, details: null })),
    });
    return { ...frame, panels: frame.panels.map(untouchable) };
  }
  return {
    waits,
    /** What is said of a frame. */
    words: (caption) => (waits() ? figure.querySelector(".dlx-waiting").firstChild.textContent.trim() : caption),
    /** What may be seen of a frame. */
    seen: (frame) => (waits() ? atRest(sketch ? sketch.without(frame) : frame) : frame),
    painted: (frame, places) => sketch?.draw(frame, places),
    remove: () => watcher.disconnect(),
  };
}
