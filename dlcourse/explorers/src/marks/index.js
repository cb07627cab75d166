// Every kind of mark, by the name that Python gives it. Its module exports
//   paint(mark, place): place is { x, y, left, top, right, bottom, theme, canvas, clip, marks }, where x and y
//     are scales to pixels and marks is all that the panel holds. Paints on the canvas (fields, images,
//     matrices), returns SVG elements (everything else). Words that may give way to others are
//     place.label(kind, text, spots, look); see labels.js.
//   axes(mark), if the mark has wishes for the axes around it: { frame } instead of a grid, { zero } a line from
//     which bars rise, with { names } or { numeric }, and { horizontal }.
import * as arrows from "./arrows.js";
import * as band from "./band.js";
import * as bars from "./bars.js";
import * as contour from "./contour.js";
import * as diagram from "./diagram.js";
import * as errorbars from "./errorbars.js";
import * as field from "./field.js";
import * as handle from "./handle.js";
import * as image from "./image.js";
import * as line from "./line.js";
import * as matrix from "./matrix.js";
import * as points from "./points.js";
import * as rule from "./rule.js";
import * as span from "./span.js";
import * as text from "./text.js";

export const marks = {
  arrows,
  band,
  bars,
  contour,
  diagram,
  errorbars,
  field,
  handle,
  image,
  line,
  matrix,
  points,
  rule,
  span,
  text,
};
