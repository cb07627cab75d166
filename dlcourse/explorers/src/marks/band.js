// The area between two curves.
import { css } from "../colors.js";
import { through } from "../drawing.js";
import { svg } from "../svg.js";

const FAR = 1e5; // pixels

export function paint(mark, place) {
  // what a logarithmic axis cannot show lies far below, so that the area still ends at its sides
  const far = (scale, beyond) => (value) => (Number.isFinite(scale(value)) ? scale(value) : beyond);
  const shown = { x: far(place.x, place.left - FAR), y: far(place.y, place.bottom + FAR) };
  const back = through([...mark.x].reverse(), [...mark.high].reverse(), shown).replace("M", "L");
  const d = `${through(mark.x, mark.low, shown)}${back}Z`;
  return [
    svg("path", { d, style: `fill:${css(mark.color)}`, opacity: mark.opacity, "clip-path": place.clip }),
  ];
}
