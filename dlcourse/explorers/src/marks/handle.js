// A ring to take hold of; what happens then is in ../handles.js.
import { within } from "../drawing.js";
import { round, svg } from "../svg.js";

const RADIUS = 9; // as DIAMETER in dlcourse/explorers/marks/handle.py

export const spot = ({ at }, place) => [within(place.x, at[0]), within(place.y, at[1])];

export function paint(mark, place) {
  const [cx, cy] = spot(mark, place).map(round);
  const ring = (color, width) =>
    svg("circle", { cx, cy, r: RADIUS, fill: "none", style: `stroke:var(--dl-${color})`, "stroke-width": width });
  return [ring("paper", 5), ring("accent", 2)];
}
