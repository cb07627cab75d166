// Images in grids.
import { shade } from "../colors.js";
import { bitmap, words } from "../drawing.js";
import { svg } from "../svg.js";

const GAP = 5;
const TITLE = 17;
const SIGN = 30;

/** The images of a panel: the grids of its marks in a row, all as high and as large as the panel allows. */
export function paint(mark, place) {
  const marks = place.marks.filter(({ kind }) => kind === "image");
  const lift = marks.some(({ titles }) => titles.length) ? TITLE : 0; // over the first row of each
  const grids = marks.map((one, k) => grid(one, k, lift));
  const sum = (name) => grids.reduce((total, one) => total + one[name], 0);
  const tall = Math.min(
    (place.right - place.left - sum("beside")) / grids.reduce((total, { shape }) => total + shape, 0),
    ...grids.map(({ above }) => place.bottom - place.top - above),
  );
  for (const one of grids) {
    one.cell = sharp(tall / (one.rows * one.height));
    one.across = one.columns * one.width * one.cell + one.beside;
    one.down = one.rows * one.height * one.cell + one.above;
  }
  const down = Math.max(...grids.map((one) => one.down));
  const top = Math.round(place.top + (place.bottom - place.top - down) / 2);
  const at = marks.indexOf(mark);
  const before = grids.slice(0, at).reduce((total, { across }) => total + across, 0);
  const left = Math.round((place.left + place.right - sum("across")) / 2 + before);
  return oneGrid(mark, place, { ...grids[at], left, top: top + lift });
}

/** Rows and columns of a mark's grid, and the pixels that it needs besides its images. */
function grid(mark, k, lift) {
  const [count, height, width] = mark.pixels.shape;
  const columns = Math.min(mark.columns, count),
    rows = Math.ceil(count / columns);
  const lead = mark.sign ? SIGN : k ? 3 * GAP : 0;
  const between = GAP + (mark.titles.length ? TITLE : 0);
  const beside = lead + GAP * (columns - 1),
    above = lift + between * (rows - 1);
  const shape = (columns * width) / (rows * height);
  return { height, width, columns, rows, lead, between, beside, above, shape };
}

/** A size that gives all pixels of an image the same, unless that would leave much room unused. */
function sharp(cell) {
  const ratio = globalThis.devicePixelRatio || 1;
  const whole = Math.floor(cell * ratio) / ratio;
  return whole > 0.8 * cell ? whole : cell;
}

function oneGrid(mark, place, { cell, columns, rows, width, height, lead, between, left, top }) {
  const [wide, tall] = [cell * width, cell * height];
  const drawn = Array.from({ length: mark.pixels.shape[0] }, (_, k) => {
    const x = left + lead + (k % columns) * (wide + GAP);
    const y = top + Math.floor(k / columns) * (tall + between);
    return oneImage(mark, place, k, { x, y, width: wide, height: tall });
  });
  const middle = top + (rows * tall + (rows - 1) * between) / 2;
  if (mark.sign) drawn.push(words(mark.sign, left + lead / 2, middle, { size: 1.6 }));
  return drawn.flat();
}

function oneImage(mark, place, k, box) {
  const [, height, width] = mark.pixels.shape;
  const depth = mark.rgb ? 3 : 1;
  const pixels = mark.pixels.subarray(k * height * width * depth, (k + 1) * height * width * depth);
  const ramp = place.theme.ramps[mark.scale];
  const colorAt = mark.rgb
    ? (p) => [0, 1, 2].map((c) => 255 * pixels[3 * p + c])
    : (p) => shade(ramp, pixels[p], mark.domain);
  place.canvas.imageSmoothingEnabled = false;
  place.canvas.drawImage(bitmap(width, height, colorAt), box.x, box.y, box.width, box.height);
  const drawn = [svg("rect", { ...box, class: mark.highlight.includes(k) ? "dlx-strong-frame" : "dlx-frame" })];
  if (mark.titles[k]) drawn.push(words(mark.titles[k], box.x + box.width / 2, box.y - 9, {}));
  return drawn;
}
