// The benchmarks' own models, reference and tiny, as every implementation of them gets it: names and shapes of the weights, their
// first values and one batch of data, written to a file that Python and JavaScript read alike. The numbers come from a linear
// congruential generator, so they are the same wherever they are made.
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Sizes of a model at a batch and a width. Reference: three modalities of 50 steps, two pre-norm transformer layers with four
 * heads each, mean pool, concat, MLP. Tiny: three modalities, two layers each, concat, MLP.
 */
export function sizesOf(model, batch, width) {
  if (model === "tiny") return { model, B: batch, d: width, M: 3, din: width };
  if (model === "reference") return { model, B: batch, T: 50, d: width, h: 4, ff: 4 * width, L: 2, M: 3, din: width };
  throw new Error(`no such model: ${model}`);
}

export const learningRate = 1e-3;
export const epsilon = 1e-7;

/** Weights in order: name, shape, and what they start from (`w` Glorot uniform, `p` small uniform, `o` ones, `z` zeros). */
function weightsOf({ model, T, d, ff, L, M, din }) {
  const list = [];
  const add = (name, shape, start) => list.push({ name, shape, start });
  for (let m = 0; m < M; m += 1) {
    if (model === "tiny") {
      add(`m${m}.W1`, [din, d], "w");
      add(`m${m}.b1`, [d], "z");
      add(`m${m}.W2`, [d, d], "w");
      add(`m${m}.b2`, [d], "z");
      continue;
    }
    add(`m${m}.Win`, [din, d], "w");
    add(`m${m}.bin`, [d], "z");
    add(`m${m}.pos`, [T, d], "p");
    for (let l = 0; l < L; l += 1) {
      const at = `m${m}.l${l}.`;
      add(`${at}ln1g`, [d], "o");
      add(`${at}ln1b`, [d], "z");
      add(`${at}Wqkv`, [d, 3 * d], "w");
      add(`${at}bqkv`, [3 * d], "z");
      add(`${at}Wo`, [d, d], "w");
      add(`${at}bo`, [d], "z");
      add(`${at}ln2g`, [d], "o");
      add(`${at}ln2b`, [d], "z");
      add(`${at}W1`, [d, ff], "w");
      add(`${at}b1`, [ff], "z");
      add(`${at}W2`, [ff, d], "w");
      add(`${at}b2`, [d], "z");
    }
    add(`m${m}.lnfg`, [d], "o");
    add(`m${m}.lnfb`, [d], "z");
  }
  add("H1", [M * d, d], "w");
  add("hb1", [d], "z");
  add("H2", [d, 1], "w");
  add("hb2", [1], "z");
  return list;
}

const countOf = (shape) => shape.reduce((product, size) => product * size, 1);

/** Numbers in [0, 1) with 24 bits. */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 16777216;
  };
}

function firstValues({ shape, start }, next) {
  const scale = start === "w" ? Math.sqrt(6 / (shape[0] + shape[1])) : 0.05;
  const values = new Float32Array(countOf(shape));
  if (start === "o") values.fill(1);
  else if (start !== "z") for (let at = 0; at < values.length; at += 1) values[at] = (2 * next() - 1) * scale;
  return values;
}

/** About normal, of deviation 1: the sum of four uniform numbers. */
function dataValues(count, next) {
  const values = new Float32Array(count);
  for (let at = 0; at < count; at += 1) values[at] = (next() + next() + next() + next() - 2) * 1.7;
  return values;
}

/** Every tensor of a model in the file's order: weights, the modalities `x0`, `x1`, `x2`, the target `y`. */
export function tensorsOf(sizes) {
  const weight = generator(7);
  const data = generator(11);
  const { B, T = 1, M, din } = sizes;
  const weights = weightsOf(sizes).map((entry) => ({
    role: "weight",
    name: entry.name,
    shape: entry.shape,
    values: firstValues(entry, weight),
  }));
  const inputs = Array.from({ length: M }, (_, m) => ({
    role: "input",
    name: `x${m}`,
    shape: sizes.model === "tiny" ? [B, din] : [B, T, din],
    values: dataValues(B * T * din, data),
  }));
  return [...weights, ...inputs, { role: "target", name: "y", shape: [B, 1], values: dataValues(B, data) }];
}

/** Writes tensors as float32 and int32 one after the other beside a manifest; gives the manifest's path. */
export function writeTensors(folder, name, header, tensors) {
  mkdirSync(folder, { recursive: true });
  let offset = 0;
  const entries = tensors.map(({ role, name: tensor, shape, values }) => {
    const entry = { role, name: tensor, shape, dtype: values instanceof Int32Array ? "i32" : "f32", offset };
    offset += values.length;
    return entry;
  });
  // One after the other: a file may hold more than Node writes at once.
  const file = openSync(join(folder, `${name}.bin`), "w");
  for (const { values } of tensors) writeFileSync(file, Buffer.from(values.buffer, values.byteOffset, values.byteLength));
  closeSync(file);
  const manifest = join(folder, `${name}.json`);
  writeFileSync(manifest, JSON.stringify({ ...header, file: `${name}.bin`, tensors: entries }));
  return manifest;
}

/** Writes a model with its weights and its batch; gives the manifest's path. */
export function writeModel(folder, model, batch, width) {
  const sizes = sizesOf(model, batch, width);
  return writeTensors(folder, `${model}-b${batch}-d${width}`, { ...sizes, learningRate, epsilon }, tensorsOf(sizes));
}

/** Reads a manifest and its tensors back: `{ …header, tensors: [{ role, name, shape, values }] }`. */
export function readTensors(manifest) {
  const { file, tensors, ...header } = JSON.parse(readFileSync(manifest, "utf8"));
  const bytes = readFileSync(join(manifest, "..", file));
  const read = tensors.map(({ role, name, shape, dtype, offset }) => {
    const part = bytes.buffer.slice(bytes.byteOffset + 4 * offset, bytes.byteOffset + 4 * (offset + countOf(shape)));
    return { role, name, shape, values: dtype === "i32" ? new Int32Array(part) : new Float32Array(part) };
  });
  return { ...header, tensors: read };
}
