// A line through points.
import { css } from "../colors.js";
import { stroke, through, words } from "../drawing.js";
import { svg, symbol } from "../svg.js";

export function paint(mark, place) {
  const drawn = [
    svg("path", { ...stroke(mark), d: through(mark.x, mark.y, place), "clip-path": place.clip }),
  ];
  const shown = Array.from(mark.x, (x, k) => [place.x(x), place.y(mark.y[k])]).filter((p) =>
    place.holds(...p),
  );
  if (mark.markers) {
    const d = shown.map(([x, y]) => symbol(mark.color, x, y, mark.width + 1.8)).join("");
    drawn.push(svg("path", { d, style: `fill:${css(mark.color)};stroke:var(--dl-paper)` }));
  }
  if (mark.direct && shown.length) {
    const [x, y] = shown.at(-1);
    drawn.push(words(mark.label, x + 6, y, { color: mark.color, anchor: "start", bold: true }));
  }
  return drawn;
}

export const axes = (mark) => (mark.direct ? { end: mark.label } : {});
