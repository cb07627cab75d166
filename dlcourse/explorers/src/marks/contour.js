// Lines of equal value.
import { contours } from "d3-contour";
import { stroke } from "../drawing.js";
import { round, svg } from "../svg.js";

export function paint(mark, place) {
  const [rows, columns] = mark.values.shape;
  const toX = ([u]) => round(place.x(mark.x[0] + ((u - 0.5) / (columns - 1)) * (mark.x[1] - mark.x[0])));
  const toY = ([, v]) => round(place.y(mark.y[0] + ((v - 0.5) / (rows - 1)) * (mark.y[1] - mark.y[0])));
  const lines = contours().size([columns, rows]);
  const rings = mark.level.flatMap((level) => lines.contour(mark.values, level).coordinates.flat());
  const path = rings.map((ring) => `M${ring.map((p) => `${toX(p)},${toY(p)}`).join("L")}Z`).join("");
  return [svg("path", { ...stroke(mark), d: path, "clip-path": place.clip })];
}
