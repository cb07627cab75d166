// Frames from bytes: the inverse of dlcourse/explorers/packet.py.

/** Undo zlib. */
export async function inflate(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

const SLICE = 8; // milliseconds, after which the page may answer somebody

/** Read a packet: an object with the number of frames and `frame(index)`. */
export function decode(buffer) {
  const steps = decoding(buffer);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Read a large packet, and let the page answer in between. */
export async function decodeInSlices(buffer) {
  const steps = decoding(buffer);
  for (let began = -Infinity; ; ) {
    if (performance.now() - began >= SLICE) {
      await new Promise((resolve) => setTimeout(resolve));
      began = performance.now();
    }
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Read a packet step by step. */
function* decoding(buffer) {
  const size = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, size)));
  let offset = 4 + size;
  const blocks = [];
  for (const about of header.blocks) {
    yield;
    const width = about.bits ? Math.ceil(about.bits / 8) : 4;
    const end = offset + width * product(about.shape);
    const bytes = new Uint8Array(buffer.slice(offset, end));
    offset = end;
    blocks.push(about.bits ? yield* restored(bytes, about) : floats(bytes, header.exact));
  }
  yield;
  const tables = header.tables.map(([panels, ...places]) => [roomy(filled(panels)), ...places.map(filled)]);
  yield;
  const frames = summed(header.frames);
  const array = (block, index) => {
    const shape = header.blocks[block].shape.slice(1);
    const length = product(shape);
    return Object.assign(blocks[block](index * length, (index + 1) * length), { shape });
  };
  const lookUp = { array, text: (index) => header.texts[index] };
  return {
    length: frames.length,
    frame: (index) => ({
      caption: header.captions[index],
      panels: frames[index].map((row, k) => panelOf(tables[k], row, lookUp)),
    }),
  };
}

const product = (shape) => shape.reduce((a, b) => a * b, 1);

/** Rows of which each said only what differs from the row before, unless it is of another kind. */
function filled(rows) {
  let last = {};
  return rows.map((row) => (last = row.kind ? row : { ...last, ...row }));
}

/** Panels that know all limits of their y axis, for whose numbers they keep room. */
function roomy(panels) {
  const everyY = [...new Map(panels.map(({ y }) => [String(y), y])).values()];
  return panels.map((panel) => ({ ...panel, everyY }));
}

/** Numbers of all frames from their differences. */
function summed(frames) {
  let before = [];
  return frames.map(
    (frame) => (before = frame.map((row, k) => row.map((n, at) => n + (before[k]?.[at] ?? 0)))),
  );
}

/** One panel from its numbers: its options, and of each mark its options, arrays and texts. */
function panelOf([panels, ...places], row, { array, text }) {
  const numbers = row.values();
  const next = () => numbers.next().value;
  const panel = { ...panels[next()], marks: [] };
  for (let place = 0, number; (number = next()) !== undefined; place++) {
    const mark = { ...places[place][number] };
    for (const [name, block] of Object.entries(mark.arrays)) mark[name] = array(block, next());
    for (const [name, length] of Object.entries(mark.texts ?? {}))
      mark[name] = Array.from({ length }, () => text(next()));
    panel.marks.push(mark);
  }
  return panel;
}

// A block is a function of two positions in it, which answers with the numbers between them.

/** float32 numbers, their bytes grouped unless they are exact: all first bytes, all second bytes ... */
function floats(bytes, exact) {
  const count = bytes.length / 4;
  const plain = exact ? bytes : new Uint8Array(bytes.length);
  if (!exact)
    for (let k = 0; k < count; k++) for (let b = 0; b < 4; b++) plain[4 * k + b] = bytes[b * count + k];
  const values = new Float32Array(plain.buffer);
  return (start, end) => values.subarray(start, end);
}

/** Quantised numbers that were stored as differences along some axes. */
function* restored(bytes, { bits, shape, range: [low, high], axes }) {
  const codes = bits === 8 ? bytes : unzigzag(bytes);
  for (const axis of axes) {
    yield;
    accumulate(codes, shape, axis);
  }
  const step = (high - low) / (2 ** bits - 1);
  return (start, end) => {
    const values = new Float32Array(end - start); // a loop: TypedArray.from takes ten times as long
    for (let k = start; k < end; k++) values[k - start] = low + step * codes[k];
    return values;
  };
}

function unzigzag(bytes) {
  const count = bytes.length / 2;
  const codes = new Uint16Array(count);
  for (let k = 0; k < count; k++) {
    const code = bytes[k] | (bytes[count + k] << 8);
    codes[k] = code & 1 ? -((code + 1) >> 1) : code >> 1;
  }
  return codes;
}

/** Running sums along `axis`; the typed array does the arithmetic modulo 2^8 or 2^16. */
function accumulate(codes, shape, axis) {
  const stride = product(shape.slice(axis + 1));
  const run = stride * shape[axis];
  for (let start = 0; start < codes.length; start += run)
    for (let k = start + stride; k < start + run; k++) codes[k] += codes[k - stride];
}
