// What is wider than its box (a formula, a table, a line of code) scrolls inside it: let the keyboard
// reach it there. Measured when the reader gets near, since measuring lays out a whole section.
const SCROLLS = "div.math, .pst-scrollable-table-container, .bd-article pre, .cell_output > .output";
const NAMES = [["div.math", "Formula"], [".pst-scrollable-table-container", "Table"]];

const measure = (box) => {
  const name = NAMES.find(([selector]) => box.matches(selector))?.[1];
  const scrolls = box.scrollWidth > box.clientWidth + 1;
  const attributes = { tabindex: "0", role: name && "group", "aria-label": name && `${name}, scrolls sideways` };
  for (const [key, value] of Object.entries(attributes)) {
    if (scrolls && value) box.setAttribute(key, value);
    else box.removeAttribute(key);
  }
};

const watcher = new IntersectionObserver(
  (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => measure(entry.target)),
  { rootMargin: "50%" },
);
const watch = () => {
  watcher.disconnect();
  document.querySelectorAll(SCROLLS).forEach((box) => watcher.observe(box));
};
watch();
addEventListener("resize", watch);

// Paper is light, whatever the screen was.
const page = document.documentElement;
let theme;
addEventListener("beforeprint", () => {
  theme = page.dataset.theme;
  page.dataset.theme = "light";
});
addEventListener("afterprint", () => (page.dataset.theme = theme));
