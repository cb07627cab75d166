// Frames from bytes: the inverse of dlcourse/explorers/packet.py.

/** Undo zlib. */
export async function inflate(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

/** Read a packet: an object with the number of frames and `frame(index)`. */
export function decode(buffer) {
  const size = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, size)));
  let offset = 4 + size;
  const blocks = header.blocks.map((about) => {
    const bytes = new Uint8Array(buffer.slice(offset, offset + about.length));
    offset += about.length;
    return about.bits ? restored(bytes, about) : floats(bytes, about.grouped);
  });
  const marks = header.marks.map((mark) => ({ ...mark, ...arrays(mark.arrays, header.blocks, blocks) }));
  return {
    length: header.frames.length,
    frame: (index) => ({
      caption: header.captions[index],
      panels: header.frames[index].map(([panel, numbers]) => ({
        ...header.panels[panel],
        marks: numbers.map((number) => marks[number]),
      })),
    }),
  };
}

/** The arrays of one mark, each with its shape. */
function arrays(references, abouts, blocks) {
  const found = {};
  for (const [name, [block, index]] of Object.entries(references)) {
    const shape = abouts[block].shape.slice(1);
    const length = shape.reduce((a, b) => a * b, 1);
    found[name] = blocks[block].subarray(index * length, (index + 1) * length);
    found[name].shape = shape;
  }
  return found;
}

/** float32 numbers whose bytes may be grouped: all first bytes, all second bytes ... */
function floats(bytes, grouped) {
  if (!grouped) return new Float32Array(bytes.buffer);
  const count = bytes.length / 4;
  const plain = new Uint8Array(bytes.length);
  for (let k = 0; k < count; k++) for (let b = 0; b < 4; b++) plain[4 * k + b] = bytes[b * count + k];
  return new Float32Array(plain.buffer);
}

/** Quantised numbers that were stored as differences along some axes. */
function restored(bytes, { bits, shape, range, axes }) {
  const codes = bits === 8 ? bytes : unzigzag(bytes);
  for (const axis of axes) accumulate(codes, shape, axis);
  const step = (range[1] - range[0]) / (2 ** bits - 1);
  const values = new Float32Array(codes.length); // a loop: TypedArray.from takes ten times as long
  for (let k = 0; k < codes.length; k++) values[k] = range[0] + step * codes[k];
  return values;
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
  const stride = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const run = stride * shape[axis];
  for (let k = 0; k < codes.length; k++) if (k % run >= stride) codes[k] += codes[k - stride];
}
