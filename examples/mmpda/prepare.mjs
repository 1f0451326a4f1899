// Cuts the Real-life Trial clips into domains: node examples/mmpda/prepare.mjs FOLDER OUT, FOLDER holding features.npz and clips.csv.
// OUT/speaker/K/ and OUT/random/K/, K being 0 .. 9, get film.npz, the clips of fold K, and first.npz, second.npz and third.npz, those of
// the three folds after it, the three after these, and the last three. The folds under `speaker` are the data's own, none of which
// shares a speaker with another; those under `random` are drawn without regard to speakers, which is what not to do. Nothing is imputed
// and nothing scaled: a clip without sound, face or gaze keeps its NaN.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync, zipSync } from "fflate";

const [folder, out] = process.argv.slice(2);
if (folder === undefined || out === undefined) throw new Error("usage: node examples/mmpda/prepare.mjs FOLDER OUT");

const archive = unzipSync(readFileSync(join(folder, "features.npz")));

/** Values and shape of an array of one of the types that the file has. */
function read(name) {
  const bytes = archive[`${name}.npy`];
  const start = 10 + new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint16(8, true);
  const head = Buffer.from(bytes.subarray(10, start)).toString("latin1");
  const Values = { "'<f4'": Float32Array, "'<i4'": Int32Array, "'<i8'": BigInt64Array, "'|i1'": Int8Array, "'|u1'": Uint8Array };
  const type = Object.keys(Values).find((one) => head.includes(one));
  if (type === undefined || head.includes("'fortran_order': True")) throw new Error(`${name} is stored otherwise: ${head}`);
  const shape = /\(([\d, ]*)\)/.exec(head)[1].split(",").filter(Boolean).map(Number);
  return { shape, values: new Values[type](bytes.slice(start).buffer) };
}

/** One .npy file: magic, version 1.0, a header padded to 64 bytes, the values in C order. */
function npy(type, shape, values) {
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`;
  const padded = `${header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11)}\n`;
  const start = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, padded.length & 255, padded.length >> 8]);
  return Buffer.concat([start, Buffer.from(padded, "latin1"), Buffer.from(values.buffer, values.byteOffset, values.byteLength)]);
}

/** Texts, four bytes a character, all as wide as the widest. */
function texts(values) {
  const width = Math.max(...values.map((value) => value.length));
  const codes = values.flatMap((value) => Array.from({ length: width }, (_, at) => value.codePointAt(at) ?? 0));
  return npy(`<U${width}`, [values.length], Uint32Array.from(codes));
}

/** Some columns of some rows; an array [N, …, F] is cut along its first and last axes. */
function cut({ shape, values }, rows, [from, to]) {
  const [width, steps] = [shape.at(-1), shape.slice(1, -1).reduce((product, size) => product * size, 1)];
  const kept = new Float32Array(rows.length * steps * (to - from));
  for (const [at, row] of rows.entries()) {
    for (let step = 0; step < steps; step += 1) {
      const start = (row * steps + step) * width;
      kept.set(values.subarray(start + from, start + to), (at * steps + step) * (to - from));
    }
  }
  return npy("<f4", [rows.length, ...shape.slice(1, -1), to - from], kept);
}

/** 0 .. count - 1 in an order that is a function of the seed: mulberry32 and Fisher and Yates. */
function shuffled(count, seed) {
  const order = Array.from({ length: count }, (_, at) => at);
  let state = seed;
  for (let last = count - 1; last > 0; last -= 1) {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    const other = Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}

const [audio, behaviour, label, fold] = ["audio", "visual_seq", "label", "fold"].map(read);
const answers = Int32Array.from(label.values, Number);
const lines = readFileSync(join(folder, "clips.csv"), "utf8").split(/\r?\n/);
const clips = lines.flatMap((line) => /^(trial_\w+),([01]),/.exec(line)?.slice(1, 3) ?? []);
const names = clips.filter((_, at) => at % 2 === 0);
if (names.length !== answers.length || answers.some((answer, at) => answer !== Number(clips[2 * at + 1])))
  throw new Error("clips.csv and features.npz are not of the same clips");

/** The 49 signals: intensities and occurrences of the action units, head pose, gaze. */
const signals = { units: [0, 35], pose: [35, 41], gaze: [41, 49] };

function write(path, rows) {
  const files = {
    "audio.npy": cut(audio, rows, [0, audio.shape[1]]),
    ...Object.fromEntries(Object.entries(signals).map(([name, columns]) => [`${name}.npy`, cut(behaviour, rows, columns)])),
    "answer.npy": npy(
      "<i4",
      [rows.length],
      Int32Array.from(rows, (row) => answers[row]),
    ),
    "clip.npy": texts(rows.map((row) => names[row])),
  };
  writeFileSync(`${path}.partial`, zipSync(files, { mtime: new Date(2000, 0, 1) }));
  renameSync(`${path}.partial`, path);
}

const order = shuffled(names.length, 20150911);
const places = { speaker: Array.from(fold.values, Number), random: names.map((_, row) => order.indexOf(row) % 10) };
for (const [kind, folds] of Object.entries(places)) {
  for (let target = 0; target < 10; target += 1) {
    const place = join(out, kind, String(target));
    mkdirSync(place, { recursive: true });
    /** Clips of the folds from .. to - 1 after the target's. */
    const after = (from, to) =>
      names.flatMap((_, row) => ((folds[row] - target + 10) % 10 >= from && (folds[row] - target + 10) % 10 < to ? [row] : []));
    write(join(place, "film.npz"), after(0, 1));
    write(join(place, "first.npz"), after(1, 4));
    write(join(place, "second.npz"), after(4, 7));
    write(join(place, "third.npz"), after(7, 10));
  }
}
console.log(`${out}: ${names.length} clips, ten folds by speaker and ten at random`);
