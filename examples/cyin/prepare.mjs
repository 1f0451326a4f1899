// Makes the noisy pairs of digits: node examples/cyin/prepare.mjs FOLDER OUT, FOLDER holding av_digits.npz and pairs.csv. An image is
// its 784 grey values in 0 .. 1 with normal noise of .8 added; a recording its 640 log-mel values, standardised with the training
// pairs' means and deviations, with normal noise of 3: so that each alone leaves much to the other. Every pair has its own noise, a
// function of a fixed seed.
import { join } from "node:path";
import { numbers, readArrays, readSource, refuse, writeArchive } from "../npz.mjs";

const usage = "node examples/cyin/prepare.mjs FOLDER OUT.npz";
const [folder, out] = process.argv.slice(2);
if (folder === undefined || out === undefined) refuse(`usage: ${usage}`);

const read = (name) => readSource(join(folder, name), { usage });

/** Uniform numbers in 0 .. 1: mulberry32. */
function uniforms(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const uniform = uniforms(20250131);
/** Box and Muller. */
const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());

const arrays = readArrays(read("av_digits.npz"), ["image", "audio"]);
const [images, recordings] = [arrays.image.values, arrays.audio.values];
const [, ...lines] = read("pairs.csv").toString("utf8").trimEnd().split(/\r?\n/);
const pairs = lines.map((line) => line.split(",").map(Number));
const [pixels, bands] = [784, 640];
const clean = Float64Array.from(pairs.flatMap(([, audio]) => [...recordings.subarray(audio * bands, (audio + 1) * bands)]));

const training = pairs.flatMap(([, , , fold], at) => (fold === 0 ? [at] : []));
const mean = new Float64Array(bands);
const deviation = new Float64Array(bands);
for (let band = 0; band < bands; band += 1) {
  for (const at of training) mean[band] += clean[at * bands + band] / training.length;
  for (const at of training) deviation[band] += (clean[at * bands + band] - mean[band]) ** 2 / training.length;
  deviation[band] = Math.sqrt(deviation[band]) || 1;
}

const image = new Float32Array(pairs.length * pixels);
const audio = new Float32Array(pairs.length * bands);
for (const [at, [index]] of pairs.entries()) {
  for (let pixel = 0; pixel < pixels; pixel += 1)
    image[at * pixels + pixel] = images[index * pixels + pixel] / 255 + 0.8 * normal();
  for (let band = 0; band < bands; band += 1) {
    audio[at * bands + band] = (clean[at * bands + band] - mean[band]) / deviation[band] + 3 * normal();
  }
}

const column = (at) => numbers(Int32Array.from(pairs, (pair) => pair[at]));
const files = {
  image: numbers(image, [pairs.length, pixels]),
  audio: numbers(audio, [pairs.length, bands]),
  label: column(2),
  fold: column(3),
};
// Stored, not packed: noise does not pack.
writeArchive(out, files, { level: 0 });
console.log(`${out}: ${pairs.length} pairs`);
