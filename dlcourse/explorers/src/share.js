// A state of a figure as an address and as code: page.html#NAME?w1=1&w2=0.5 and NAME().at(w1=1, w2=0.5).
import { html } from "./svg.js";
import { plain } from "./typeset.js";

const COPIED = 2000; // milliseconds for which a button says so

/** Each value as it is written in Python; null for what cannot be. */
const code = (control) =>
  control.code ??
  control.values
    .map(plain)
    .map(control.kind === "slider" ? (text) => text.replaceAll("−", "-") : (text) => JSON.stringify(text));
/** Each value as it stands in an address. */
const words = (control) => code(control).map((text, k) => text?.replace(/^"(.*)"$/, "$1") ?? plain(control.values[k]));

/** Where the controls stand in the page's address, null if it does not lead to `figure`. */
export function positionIn(figure, about) {
  const [name, query] = location.hash.slice(1).split("?");
  if (decodeURIComponent(name) !== figure.id) return null;
  const wanted = new URLSearchParams(query);
  return about.controls.map((control, k) => {
    const index = words(control).indexOf(wanted.get(control.name));
    return index < 0 ? about.start[k] : index;
  });
}

function addressOf(figure, about, position) {
  const values = about.controls.map((control, k) => [control.name, words(control)[position[k]]]);
  return `${location.href.split("#")[0]}#${encodeURIComponent(figure.id)}?${new URLSearchParams(values)}`;
}

function callOf(about, position) {
  const [module, name] = about.call;
  const values = about.controls.map((control, k) => `${control.name}=${code(control)[position[k]]}`);
  return `from ${module} import ${name}\n\n${name}()${values.length ? `.at(${values.join(", ")})` : ""}\n`;
}

/** Fill the place for the two buttons, where dlcourse.explorers.page left one. */
export function createShare(figure, about, position, spoken) {
  const box = figure.querySelector(".dlx-share");
  const linked = figure.id && location.protocol !== "about:"; // a notebook's frame has no address
  if (linked) box.append(button("link", () => addressOf(figure, about, position()), spoken));
  if (about.call) box.append(button("code", () => callOf(about, position()), spoken));
}

function button(kind, text, spoken) {
  const element = html("button", { type: "button" }, `Copy ${kind}`);
  element.dataset.lmSuppressShortcuts = "true";
  element.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text());
    } catch {
      return prompt(`Copy the ${kind}:`, text()); // no clipboard: an insecure address
    }
    element.textContent = "Copied";
    spoken.textContent = `The ${kind} was copied.`;
    setTimeout(() => (element.textContent = `Copy ${kind}`), COPIED);
  });
  return element;
}
