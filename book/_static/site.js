// A wide formula or table scrolls inside its own line: let the keyboard reach it where it does.
const scrollable = (box) => box.scrollWidth > box.clientWidth + 1;
const mark = () => {
  for (const box of document.querySelectorAll("div.math, .pst-scrollable-table-container")) {
    if (scrollable(box)) {
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", box.matches(".math") ? "Formula, scrolls sideways" : "Table, scrolls sideways");
    } else {
      for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
    }
  }
};
addEventListener("load", mark);
addEventListener("resize", mark);
