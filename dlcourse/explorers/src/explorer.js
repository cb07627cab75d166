// One figure on the page, whatever its frames come from.
import { readTheme } from "./colors.js";
import { calm, createControls } from "./controls.js";
import { createDetails } from "./details.js";
import { between, GLIDE } from "./glide.js";
import { createHandles } from "./handles.js";
import { createLegend } from "./legend.js";
import { createPanel } from "./panel.js";
import { createShare } from "./share.js";
import { html } from "./svg.js";
import { inline, plain } from "./typeset.js";
import { createWaiting } from "./waiting.js";

/** Whether the reader can touch a mark: then the stage is no image, whose parts a screen reader passes over. */
const touchable = (mark) => mark.kind === "handle" || Boolean(mark.details);
const STEP = 1000 / 60; // milliseconds between two paintings of a screen
const QUIET = 500; // milliseconds without change before a screen reader is told

/**
 * Bring the element that dlcourse.explorers.page.figure_html wrote to life.
 * `seek(position)` is called when the reader moves a control; answer with `show(frame)`. `spots(panel, label,
 * positions)` is called when the reader takes hold of a handle; see handles.js.
 */
export function mount(figure, seek, spots) {
  const about = JSON.parse(figure.querySelector("script").textContent);
  const stage = figure.querySelector(".dlx-stage");
  const caption = figure.querySelector(".dlx-caption span");
  const spoken = html("div", { class: "dlx-spoken", "aria-live": "polite" });
  const showLegend = createLegend(stage.querySelector(".dlx-shared"));
  const panels = [...stage.querySelectorAll(".dlx-panel")].map(createPanel);
  const places = []; // of the panels, as they were painted last
  let frame = null,
    visible = null, // what of it the reader may see
    seen = null, // what was painted last, perhaps on its way to `visible`
    drawn = [], // its panels that need not be painted again
    glide = null, // from which frame it is on its way, and since when
    glides = false,
    begin = about.start, // where a figure that waits will begin
    last = about.start, // where the controls stood
    changed = 0, // and when they moved there
    theme = null,
    timer = 0,
    ticket = 0,
    still = true;
  figure.append(spoken);
  createShare(figure, about, () => controls.position(), spoken);

  const controls = createControls(figure.querySelector(".dlx-controls"), about, (_, atRest) => {
    still = atRest;
    const wanted = position();
    glides = mayGlide(wanted);
    seek(wanted);
    if (still) announce();
  });
  const waiting = createWaiting(figure, () => {
    controls.go(begin);
    begin = about.start;
    seek(position());
  });
  const position = () => (waiting.waits() ? about.start : controls.position());
  const handles = panels.map(({ plot }, k) =>
    createHandles(plot, about, controls, (label, positions) => spots(k, label, positions)),
  );
  const details = panels.map(({ plot }) => createDetails(plot, (text) => (spoken.textContent = plain(text))));

  /** Whether the figure may glide there: between stops of sliders that no pointer or finger drags. */
  function mayGlide(wanted) {
    const [before, pause] = [last, performance.now() - changed];
    [last, changed] = [wanted, performance.now()];
    if (calm() || pause < GLIDE || figure.matches(":active")) return false;
    return about.controls.every(({ kind }, k) => kind === "slider" || wanted[k] === before[k]);
  }
  function announce() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const opened = details.map((each) => each.text()).filter(Boolean);
      spoken.textContent = [waiting.words(frame?.caption ?? ""), ...opened].map(plain).join(" ");
    }, QUIET);
  }
  function draw() {
    if (ticket) return;
    ticket = requestAnimationFrame(() => {
      ticket = 0;
      paint();
    });
  }
  function paint() {
    if (!frame) return;
    theme ??= readTheme(figure);
    showLegend(frame.panels[0].shared ?? []);
    if (glide) glide.since ??= performance.now() - STEP; // a machine that is late glides late
    const share = glide ? (performance.now() - glide.since) / GLIDE : 1;
    if (share >= 1) glide = null;
    seen = glide ? between(glide.from, visible, 1 - (1 - share) ** 2) : visible;
    seen.panels.forEach((panel, k) => {
      if (panel === drawn[k]) return;
      drawn[k] = panel;
      const place = panels[k].draw(panel, theme);
      places[k] = place;
      if (place) handles[k].show(panel.marks, place);
      if (place) details[k].show(panel.marks, place);
    });
    waiting.painted(frame, places);
    if (glide) draw();
  }
  function show(next) {
    glide = glides && seen ? { from: seen, since: null } : null;
    glides = false; // what comes unasked, as from an address, is there at once
    frame = next;
    visible = waiting.seen(frame);
    caption.replaceChildren(...inline(frame.caption));
    stage.setAttribute("role", visible.panels.some(({ marks }) => marks.some(touchable)) ? "group" : "img");
    stage.setAttribute("aria-label", plain(waiting.words(frame.caption)));
    figure.classList.add("dlx-ready");
    figure.classList.remove("dlx-failed");
    draw();
    controls.shown(plain(frame.caption));
  }
  function fail(message) {
    figure.classList.add("dlx-failed");
    caption.textContent = message;
    controls.shown(message);
  }
  const sized = new ResizeObserver(() => ((drawn = []), draw()));
  sized.observe(stage);
  // at once: a page that is about to be printed gets no further frame
  const themed = new MutationObserver(() => {
    theme = glide = null;
    drawn = [];
    paint();
  });
  for (const element of [document.documentElement, document.body])
    themed.observe(element, {
      attributes: true,
      attributeFilter: ["data-theme", "data-jp-theme-light", "class"],
    });
  const remove = () => (sized.disconnect(), themed.disconnect(), waiting.remove(), clearTimeout(timer));
  const go = (wanted) => (waiting.waits() ? (begin = wanted) : controls.go(wanted));
  return { about, show, fail, remove, position, go };
}
