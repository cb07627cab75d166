// The static page: a classic script, because pages opened from disk may load neither modules nor
// fetch. Frames lie in scripts too; each calls dlcourseFrames(name, base64) when it has arrived.
import { mount } from "./explorer.js";
import { decodeInSlices, inflate } from "./packet.js";
import { positionIn } from "./share.js";

const NEAR = "700px";
const arrivals = new Map();

function arrival(name) {
  if (!arrivals.has(name)) {
    const entry = {};
    entry.promise = new Promise((resolve, reject) => Object.assign(entry, { resolve, reject }));
    arrivals.set(name, entry);
  }
  return arrivals.get(name);
}

globalThis.dlcourseFrames = (name, text) => {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let k = 0; k < bytes.length; k++) bytes[k] = characters.charCodeAt(k);
  arrival(name).resolve(inflate(bytes).then(decodeInSlices));
};

function request(name, source) {
  const entry = arrival(name);
  if (source && !entry.requested) {
    const script = document.createElement("script");
    script.src = source;
    script.onerror = () => entry.reject(new Error(`no frames at ${source}`));
    document.head.append(script);
    entry.requested = true;
  }
  return entry.promise;
}

function start(figure) {
  let packet = null;
  const view = mount(figure, seek, spots);
  const counts = view.about.controls.map((control) => control.values.length);

  const frameAt = (position) => packet.frame(position.reduce((sum, at, k) => sum * counts[k] + at, 0));
  function seek(position) {
    if (packet) view.show(frameAt(position));
    else load();
  }
  function spots(panel, label, positions) {
    const held = (mark) => mark.kind === "handle" && mark.label === label;
    return positions.map((position) => frameAt(position).panels[panel].marks.find(held)?.at);
  }
  async function load() {
    near.disconnect();
    try {
      packet = await request(figure.dataset.name, figure.dataset.source);
      seek(view.position());
    } catch (error) {
      view.fail("The moving figure could not be loaded; this is a picture of its start.");
      console.error(error);
    }
  }
  const near = new IntersectionObserver((entries) => entries.some((e) => e.isIntersecting) && load(), {
    rootMargin: NEAR,
  });
  near.observe(figure);

  /** Follow an address to one state of this figure. */
  function follow() {
    const position = positionIn(figure, view.about);
    if (!position) return;
    view.go(position);
    seek(view.position());
    figure.tabIndex = -1;
    figure.focus({ preventScroll: true }); // the section it lies in is laid out only now
    requestAnimationFrame(() => setTimeout(() => figure.scrollIntoView()));
  }
  addEventListener("hashchange", follow);
  follow();
}

// Each in a task of its own: a page of ten figures answers the reader between them.
const boot = () => document.querySelectorAll("figure.dlx").forEach((figure) => setTimeout(start, 0, figure));
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", boot);
else boot();
