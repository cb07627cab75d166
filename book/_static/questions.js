// Questions of a chapter (book/_ext/questions.py): each takes an answer, says what to think of it, and keeps it in the
// browser. The answers stand in the page; what is said of one is copied from there. A figure with the attribute
// data-waits stays at its start until its question takes the attribute away (dlcourse/explorers/src/waiting.js).

/** What a browser that keeps nothing, or is not allowed to, is asked in vain. */
const kept = (key) => ({
  read: () => attempt(() => JSON.parse(localStorage.getItem(key))),
  write: (value) => attempt(() => localStorage.setItem(key, JSON.stringify(value))),
  forget: () => attempt(() => localStorage.removeItem(key)),
});
function attempt(action) {
  try {
    return action();
  } catch {
    return null;
  }
}

/** A number as people write it: 1/2, 0,5, 1e-3, 10^-3, 2·10⁻³, 203,530, −4, 25 %; NaN if it is none. */
function numberIn(text) {
  const plain = text
    .replace(/[⁻⁰¹²³⁴-⁹]+/g, (raised) => "^" + [...raised].map((c) => "-0123456789"["⁻⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(c)]).join(""))
    .replace(/[−–]/g, "-")
    .replace(/\s/g, "")
    .replace(/[a-z%]+$/i, "") // a unit
    .replace(/^([-+]?[1-9]\d{0,2})((?:,\d{3})+)(?![\d,])/, (_, first, rest) => first + rest.replaceAll(",", ""))
    .replace(",", ".")
    .replace(/(?:(.*)[·*×x])?10\^/, (_, factor) => `${factor ?? 1}e`);
  const [above, below = "1", ...more] = plain.split("/");
  const number = (part) => (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(part) ? Number(part) : NaN);
  return more.length ? NaN : number(above) / number(below);
}

// To see what it could fill in, Chromium lays out every section with a text field, near or not: a field becomes one
// when the reader gets near, or takes the keyboard.
const unveil = (form) => Object.assign(form.querySelector("input"), { type: "text", autocomplete: "off", required: true });
const near = new IntersectionObserver(
  (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => unveil(entry.target)),
  { rootMargin: "100%" },
);
addEventListener("keydown", () => document.querySelectorAll('[data-kind="number"]').forEach(unveil), { once: true, capture: true });

function start(question) {
  const form = question.querySelector(".dl-form");
  const fields = [...form.querySelectorAll("input")];
  const answers = [...question.querySelectorAll(".dl-answers li")];
  const figure = document.querySelector(`figure[data-waits="${question.id}"]`);
  const memory = kept(`dlcourse ${location.pathname} ${question.id}`);
  const [reply, again] = [form.querySelector(".dl-reply"), form.querySelector(".dl-again")];
  const right = answers.find((answer) => answer.dataset.right);
  const { kind } = form.dataset;
  const controls = figure?.querySelector(".dlx-controls");
  if (kind === "sketch") controls.before(form);
  if (kind === "number") near.observe(form);

  /** What the reader has answered, and which of the answers that is. */
  function given() {
    if (kind === "sketch") return figure.dataset.drawn;
    return kind === "choice" ? fields.find((field) => field.checked)?.value : fields[0].value;
  }
  function meant(value) {
    if (kind === "choice") return answers[value];
    if (kind === "number") return answers.find(({ dataset: { from, to } }) => from <= numberIn(value) && numberIn(value) <= to);
    const { verdict } = figure.dataset;
    if (verdict === "right") return right;
    return answers.find(({ dataset }) => dataset.key === verdict) ?? answers.at(-1);
  }

  function say(answer, shown) {
    const [name, ...feedback] = answer.cloneNode(true).children;
    const verdict = document.createElement("strong");
    verdict.textContent = answer === right ? "Right. " : "Not so. ";
    if (!shown) feedback[0].prepend(verdict);
    reply.replaceChildren(...(shown ? [name] : []), ...feedback);
    if (figure) feedback.at(-1).append(" The figure moves now.");
    figure?.removeAttribute("data-waits");
    form.classList.add("dl-answered");
    again.hidden = false;
    if (kind !== "sketch") return;
    const focused = form.contains(document.activeElement);
    controls.after(form); // plot and controls belong together now
    if (focused) again.focus();
  }
  function settle(value, shown) {
    const answer = shown ? right : meant(value);
    say(answer, shown);
    memory.write({ value, shown, place: answers.indexOf(answer) });
  }

  function check() {
    const none = kind === "number" && Number.isNaN(numberIn(given()));
    if (none) fields[0].setCustomValidity("Write a number, such as 0.5, 1/2 or 5e-1.");
    if (kind === "sketch" && !given()) reply.textContent = "Draw first: pull the line in the figure into shape.";
    else if (fields.every((field) => field.reportValidity())) settle(given(), false);
  }

  form.querySelector(".dl-check").addEventListener("click", check);
  for (const field of fields) {
    field.addEventListener("input", () => field.setCustomValidity(""));
    field.addEventListener("keydown", ({ key }) => key === "Enter" && check());
  }
  form.querySelector(".dl-show").addEventListener("click", () => settle(given(), true));
  again.addEventListener("click", () => {
    memory.forget();
    for (const field of fields) Object.assign(field, kind === "choice" ? { checked: false } : { value: "" });
    reply.replaceChildren();
    again.hidden = true;
    form.classList.remove("dl-answered");
    figure?.removeAttribute("data-drawn");
    figure?.setAttribute("data-waits", question.id);
    if (kind === "sketch") controls.before(form);
    form.querySelector("input:not([type=range]), button").focus();
  });

  const before = memory.read();
  if (!before || !answers[before.place]) return;
  if (kind === "sketch") Object.assign(figure.dataset, before.value && { drawn: before.value });
  else if (kind === "number") fields[0].value = before.value;
  else if (before.value) fields[before.value].checked = true;
  say(answers[before.place], before.shown);
}

document.querySelectorAll(".dl-question").forEach(start);
