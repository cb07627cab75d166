// Upright intervals.
import { pen } from "../drawing.js";
import { round } from "../svg.js";

const CAP = 4; // pixels on either side, as in errorbars.py

export function paint(mark, place) {
  const bars = Array.from(mark.x, (at, k) => {
    const x = round(place.x(at));
    // what a logarithmic axis cannot show lies below it
    const [low, high] = [mark.low[k], mark.high[k]].map((value) => place.y(value) || place.bottom + CAP);
    return [low, high].map((y) => `M${x - CAP},${round(y)}h${2 * CAP}`).join("") + `M${x},${round(low)}V${round(high)}`;
  });
  return pen(mark, { d: bars.join(""), "clip-path": place.clip });
}
