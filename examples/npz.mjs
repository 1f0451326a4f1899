// What the examples' data scripts share: source files checked against their SHA-256, NumPy's .npz archives read and written.
// Plain Node, so that `node examples/NAME/prepare.mjs` needs no build.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { unzipSync, zipSync } from "fflate";

/** NumPy's name of an element type, and the array that holds such values here. */
const types = {
  "<f4": Float32Array,
  "<f8": Float64Array,
  "<i4": Int32Array,
  "<i8": BigInt64Array,
  "|i1": Int8Array,
  "|u1": Uint8Array,
};

/** For a script that cannot go on by its user's doing: says so in one line, without a trace, and ends it. */
export function refuse(message) {
  console.error(message);
  process.exit(2);
}

/** The bytes of a source file. Refused where it cannot be read, with what to run, and where its SHA-256, if given, is another. */
export function readSource(path, { usage, sum }) {
  if (!existsSync(path)) refuse(`${path} is not there; usage: ${usage}`);
  const bytes = readFileSync(path);
  const found = createHash("sha256").update(bytes).digest("hex");
  if (sum !== undefined && found !== sum)
    refuse(`${path} is another file than the README's: its SHA-256 is ${found}, not ${sum}`);
  return bytes;
}

/** Half-precision numbers, two bytes each: one bit of sign, five of exponent, ten of fraction; each is exact in float32. */
export function halves(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.byteLength / 2 }, (_, at) => {
    const bits = view.getUint16(2 * at, true);
    const exponent = (bits >> 10) & 31;
    const fraction = (bits & 1023) / 1024;
    return (bits >> 15 === 0 ? 1 : -1) * (exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15));
  });
}

/** Shape and values of arrays of an .npz file; `<f2` comes as float32. Throws where one is missing or stored in a way not read here. */
export function readArrays(bytes, names) {
  const archive = unzipSync(bytes, { filter: ({ name }) => names.some((wanted) => name === `${wanted}.npy`) });
  return Object.fromEntries(
    names.map((name) => {
      const file = archive[`${name}.npy`];
      if (file === undefined) throw new Error(`the archive has no array ${name}`);
      // A .npy file of version 1: ten bytes, the last two of them the head's length; the head; the values.
      const start = 10 + new DataView(file.buffer, file.byteOffset, file.byteLength).getUint16(8, true);
      const head = Buffer.from(file.subarray(10, start)).toString("latin1");
      const [, type = "", order, sizes = ""] =
        /'descr': '([^']*)', 'fortran_order': (\w+), 'shape': \(([\d, ]*)\)/.exec(head) ?? [];
      if (order !== "False" || (type !== "<f2" && types[type] === undefined))
        throw new Error(`${name} is stored otherwise: ${head.trim()}`);
      const values = type === "<f2" ? halves(file.subarray(start)) : new types[type](file.slice(start).buffer);
      return [
        name,
        {
          shape: sizes
            .split(",")
            .filter((size) => size.trim() !== "")
            .map(Number),
          values,
        },
      ];
    }),
  );
}

/** One .npy file as NumPy writes it: magic, version 1.0, a head padded so that the values start at a multiple of 64 bytes. */
function encode(type, shape, values) {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const head = `{'descr': '${type}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const padded = `${head.padEnd(Math.ceil((head.length + 11) / 64) * 64 - 11)}\n`;
  const start = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, padded.length & 255, padded.length >> 8]);
  return Buffer.concat([start, Buffer.from(padded, "latin1"), Buffer.from(values.buffer, values.byteOffset, values.byteLength)]);
}

/** A .npy file of a typed array, in C order; of one axis where no shape is given. */
export function numbers(values, shape = [values.length]) {
  const type = Object.keys(types).find((name) => values instanceof types[name]);
  if (type === undefined) throw new Error(`a ${values.constructor.name} is not written here`);
  if (shape.reduce((product, size) => product * size, 1) !== values.length)
    throw new Error(`${values.length} values do not fill the shape [${shape.join(", ")}]`);
  return encode(type, shape, values);
}

/** A .npy file of texts as NumPy keeps them: UTF-32, each filled up with zeros to the longest. */
export function texts(values) {
  const points = values.map((value) => Array.from(value, (character) => character.codePointAt(0)));
  const width = points.reduce((longest, { length }) => Math.max(longest, length), 1);
  const cells = new Uint32Array(values.length * width);
  for (const [at, row] of points.entries()) cells.set(row, at * width);
  return encode(`<U${width}`, [values.length], cells);
}

/**
 * Writes .npy files as one .npz archive, in its place only when it is whole; gives its size in bytes. `level` is that of the
 * packing, 0 for none. The files' date is fixed, so that the same data give the same bytes and the same checksum in a run's record.
 */
export function writeArchive(path, arrays, { level = 6 } = {}) {
  mkdirSync(dirname(path), { recursive: true });
  const files = Object.fromEntries(Object.entries(arrays).map(([name, file]) => [`${name}.npy`, file]));
  const temporary = `${path}.${process.pid}`;
  try {
    writeFileSync(temporary, zipSync(files, { level, mtime: new Date(1980, 0, 1) }));
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
  return statSync(path).size;
}
