// The live kernel: an anywidget module. The reader's position goes to Python, a frame comes back.
import { mount } from "./explorer.js";
import { decode } from "./packet.js";

const same = (a, b) => a.every((value, k) => value === b[k]);

function render({ model, el }) {
  el.innerHTML = model.get("html");
  const view = mount(el.firstElementChild, seek, spots);
  let waiting = false,
    wanted = null,
    asking = null;

  function seek(position) {
    wanted = position;
    if (!waiting) ask();
  }
  /** One question at a time: while Python computes, only the latest position is kept. */
  function ask() {
    waiting = !same(wanted, model.get("answered"));
    if (!waiting) return show();
    model.set("position", wanted);
    model.save_changes();
  }
  function show() {
    if (model.get("error")) return view.fail(model.get("error"));
    const bytes = model.get("packet");
    view.show(decode(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)).frame(0));
  }
  function answered() {
    waiting = false;
    show();
    if (wanted && !same(wanted, model.get("answered"))) ask();
    else view.go(model.get("answered"));
  }
  /** Where a handle would lie: a message goes to Python, another comes back. */
  function spots(panel, label, positions) {
    model.send({ panel, label, positions });
    return new Promise((resolve) => (asking = resolve));
  }
  const told = ({ spots }) => asking(spots);
  /** ipywidgets tells when the kernel was restarted: the new one does not know this figure. */
  function abandoned() {
    view.fail("Python was restarted and has forgotten this figure: run its cell again to move it.");
  }
  model.on("change:answered", answered);
  model.on("msg:custom", told);
  model.on("comm_live_update", abandoned);
  show();
  return () => {
    model.off("change:answered", answered);
    model.off("msg:custom", told);
    model.off("comm_live_update", abandoned);
    view.remove();
  };
}

export default { render };
