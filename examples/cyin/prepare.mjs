// Makes the noisy pairs of digits: node examples/cyin/prepare.mjs FOLDER OUT, FOLDER holding av_digits.npz and pairs.csv. An image is
// its 784 grey values in 0 .. 1 with normal noise of .8 added; a recording its 640 log-mel values, standardised with the training
// pairs' means and deviations, with normal noise of 3: so that each alone leaves much to the other. Every pair has its own noise, a
// function of a fixed seed.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { unzipSync, zipSync } from "fflate";

const [folder, out] = process.argv.slice(2);
if (folder === undefined || out === undefined) throw new Error("usage: node examples/cyin/prepare.mjs FOLDER OUT.npz");

const archive = unzipSync(readFileSync(join(folder, "av_digits.npz")));

/** The bytes of an array behind its head (version 1), and the type that the head names. */
function array(name, type) {
  const bytes = archive[`${name}.npy`];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 10 + view.getUint16(8, true);
  const head = Buffer.from(bytes.subarray(10, start)).toString("latin1");
  if (!head.includes(`'${type}'`) || head.includes("'fortran_order': True"))
    throw new Error(`${name} is stored otherwise: ${head}`);
  return bytes.slice(start);
}

/** A half-precision number: one bit of sign, five of exponent, ten of fraction. */
function half(bits) {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  return sign * (exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15));
}

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

const images = array("image", "|u1");
const halves = new Uint16Array(array("audio", "<f2").buffer);
const [, ...lines] = readFileSync(join(folder, "pairs.csv"), "utf8").trimEnd().split(/\r?\n/);
const pairs = lines.map((line) => line.split(",").map(Number));
const [pixels, bands] = [784, 640];
const clean = Float64Array.from(
  pairs.flatMap(([, audio]) => Array.from(halves.subarray(audio * bands, (audio + 1) * bands), half)),
);

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

/** One .npy file: magic, version 1.0, a header padded to 64 bytes, the values in C order. */
function npy(type, shape, values) {
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`;
  const padded = `${header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11)}\n`;
  const start = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, padded.length & 255, padded.length >> 8]);
  return Buffer.concat([start, Buffer.from(padded, "latin1"), Buffer.from(values.buffer, values.byteOffset, values.byteLength)]);
}

const column = (at) => Int32Array.from(pairs, (pair) => pair[at]);
const count = pairs.length;
const files = {
  "image.npy": npy("<f4", [count, pixels], image),
  "audio.npy": npy("<f4", [count, bands], audio),
  "label.npy": npy("<i4", [count], column(2)),
  "fold.npy": npy("<i4", [count], column(3)),
};
mkdirSync(dirname(out), { recursive: true });
// Stored, not packed: noise does not pack. In its place only when it is whole.
writeFileSync(`${out}.partial`, zipSync(files, { level: 0 }));
renameSync(`${out}.partial`, out);
console.log(`${out}: ${count} pairs`);
