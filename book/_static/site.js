// What is too wide scrolls inside its own box: let the keyboard reach the box where it does.
// A box is measured when the reader gets near it. Measuring all of them at once would lay out the
// whole page, most of which nobody has seen yet.
const KINDS = { ".math": "Formula", "pre": "Code", ".output": "Output", "div": "Table" };
const BOXES = "div.math, pre, .cell_output > .output, .pst-scrollable-table-container";

const measure = (box) => {
  if (box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1) {
    const kind = Object.keys(KINDS).find((selector) => box.matches(selector));
    box.tabIndex = 0;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", `${KINDS[kind]}, scrolls`);
  } else {
    for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
  }
};
const near = new IntersectionObserver(
  (entries) => entries.filter((entry) => entry.isIntersecting).forEach(({ target }) => measure(target)),
  { rootMargin: "50% 0px" },
);
const watch = () => {
  near.disconnect();
  document.querySelectorAll(BOXES).forEach((box) => near.observe(box));
};
addEventListener("load", watch);
addEventListener("resize", watch);
