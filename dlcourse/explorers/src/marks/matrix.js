// Numbers in the coloured cells of a table.
import { css, inkOn, shade } from "../colors.js";
import { bitmap, words } from "../drawing.js";
import { svg } from "../svg.js";
import { plain } from "../typeset.js";

// As in dlcourse/explorers/marks/matrix.py.
const DIGIT = 0.64;
const CHARACTER = 7.2;
const LINE = 14;
const AWAY = 6;

const widest = (names) => CHARACTER * Math.max(0, ...names.map((name) => plain(name).length));

/** Square cells, as large as the panel allows, with names and groups beside and above them. */
export function paint(mark, place) {
  const table = layout(mark, place);
  const { cell, left, top, width, height } = table;
  const colors = Array.from(mark.values, (value) =>
    Number.isNaN(value) ? null : shade(place.theme.ramps[mark.scale], value, mark.domain),
  );
  place.canvas.imageSmoothingEnabled = false;
  place.canvas.drawImage(
    bitmap(width, height, (k) => colors[k]),
    left,
    top,
    cell * width,
    cell * height,
  );
  const frame = ([row, column]) => ({
    x: left + cell * (column ?? 0),
    y: top + cell * (row ?? 0),
    width: cell * (column == null ? width : 1),
    height: cell * (row == null ? height : 1),
  });
  return [
    svg("path", { d: inner(table), class: "dlx-gaps" }),
    svg("rect", { ...frame([null, null]), class: "dlx-frame" }),
    ...numbers(mark, table, colors),
    ...beside(mark.rows, mark.row_groups, table, widest(mark.rows), false),
    ...beside(mark.columns, mark.column_groups, table, table.depth, true),
    ...mark.highlight.map((cells) => svg("rect", { ...frame(cells), class: "dlx-strong-frame" })),
  ];
}

function layout(mark, place) {
  const [height, width] = mark.values.shape;
  const [wide, tall] = [place.right - place.left, place.bottom - place.top];
  const side = room(mark.rows, mark.row_groups, widest(mark.rows));
  const head = (depth) => room(mark.columns, mark.column_groups, depth);
  const size = (depth) => Math.min((wide - side) / width, (tall - head(depth)) / height);
  const turned = widest(mark.columns) > size(LINE);
  const depth = turned ? widest(mark.columns) : LINE;
  const cell = size(depth) > 4 ? Math.floor(size(depth)) : size(depth);
  const left = Math.round((place.left + place.right + side - cell * width) / 2);
  const top = Math.round((place.top + place.bottom + head(depth) - cell * height) / 2);
  return { cell, left, top, width, height, depth };
}

/** What names that are `depth` deep and groups take beside the cells. */
const room = (names, groups, depth) =>
  (names.length ? AWAY + depth : 0) + (groups.length ? AWAY + LINE + 2 : 0);

/** The lines between the cells. */
function inner({ cell, left, top, width, height }) {
  const lines = [];
  for (let k = 1; k < width; k++) lines.push(`M${left + k * cell},${top}v${height * cell}`);
  for (let k = 1; k < height; k++) lines.push(`M${left},${top + k * cell}h${width * cell}`);
  return lines.join("");
}

/** What is written in the cells, in one size; what does not fit is left out. */
function numbers(mark, { cell, left, top, width }, colors) {
  const longest = Math.max(3, ...mark.numbers.map((text) => text.length));
  const size = Math.min(13, Math.max(9, (cell - 4) / (DIGIT * longest)));
  return mark.numbers.flatMap((text, k) =>
    text && DIGIT * size * text.length <= cell - 4
      ? svg(
          "text",
          {
            x: left + cell * ((k % width) + 0.5),
            y: top + cell * (Math.floor(k / width) + 0.5),
            class: "dlx-cell",
            style: `fill:${inkOn(colors[k])};font-size:${size}px`,
          },
          text,
        )
      : [],
  );
}

/** Names and, beyond them, groups: beside the rows or above the columns. */
function beside(names, groups, { cell, left, top }, depth, above) {
  // `at` is a place along the cells, `away` the distance from them
  const spot = (at, away) => (above ? [left + cell * at, top - away] : [left - away, top + cell * at]);
  const write = (text, at, away, turn, look) => {
    const [x, y] = spot(at, away);
    return svg("g", turn ? { transform: `rotate(-90 ${x} ${y})` } : {}, words(text, x, y, look));
  };
  const turned = above && depth !== LINE;
  const every = turned || !above ? Math.ceil(LINE / cell) : 1;
  const anchor = turned ? "start" : above ? "middle" : "end";
  const away = anchor === "middle" ? AWAY + LINE / 2 : AWAY;
  const beyond = room(names, [], depth) + AWAY;
  return [
    ...names.flatMap((name, k) => (k % every ? [] : write(name, k + 0.5, away, turned, { anchor }))),
    ...groups.flatMap(([name, first, end]) => {
      const [[x1, y1], [x2, y2]] = [first + 0.1, end - 0.1].map((at) => spot(at, beyond));
      const size = Math.max(0.72, Math.min(1, (cell * (end - first)) / widest([name])));
      return [
        svg("line", { x1, y1, x2, y2, style: `stroke:${css("muted")}` }),
        write(name, (first + end) / 2, beyond + 2 + LINE / 2, !above, { size }),
      ];
    }),
  ];
}
