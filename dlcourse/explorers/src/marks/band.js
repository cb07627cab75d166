// The area between two curves.
import { css } from "../colors.js";
import { through } from "../drawing.js";
import { svg } from "../svg.js";

export function paint(mark, place) {
  const back = through([...mark.x].reverse(), [...mark.high].reverse(), place).replace("M", "L");
  const d = `${through(mark.x, mark.low, place)}${back}Z`;
  return [
    svg("path", { d, style: `fill:${css(mark.color)}`, opacity: mark.opacity, "clip-path": place.clip }),
  ];
}
