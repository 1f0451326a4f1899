// Cuts the Real-life Trial clips into domains: node examples/mmpda/prepare.mjs FOLDER OUT, FOLDER holding features.npz and clips.csv.
// OUT/speaker/K/ and OUT/random/K/, K being 0 .. 9, get film.npz, the clips of fold K, and first.npz, second.npz and third.npz, those of
// the three folds after it, the three after these, and the last three. The folds under `speaker` are the data's own, none of which
// shares a speaker with another; those under `random` are drawn without regard to speakers, which is what not to do. Nothing is imputed
// and nothing scaled: a clip without sound, face or gaze keeps its NaN.
import { join } from "node:path";
import { numbers, readArrays, readSource, refuse, texts, writeArchive } from "../npz.mjs";

const usage = "node examples/mmpda/prepare.mjs FOLDER OUT, FOLDER holding features.npz and clips.csv";
const [folder, out] = process.argv.slice(2);
if (folder === undefined || out === undefined) refuse(`usage: ${usage}`);

const features = readArrays(readSource(join(folder, "features.npz"), { usage }), ["audio", "visual_seq", "label", "fold"]);
const lines = readSource(join(folder, "clips.csv"), { usage }).toString("utf8").split(/\r?\n/);

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
  return numbers(kept, [rows.length, ...shape.slice(1, -1), to - from]);
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

const { audio, visual_seq: behaviour, label, fold } = features;
const answers = Int32Array.from(label.values, Number);
const clips = lines.flatMap((line) => /^(trial_\w+),([01]),/.exec(line)?.slice(1, 3) ?? []);
const names = clips.filter((_, at) => at % 2 === 0);
if (names.length !== answers.length || answers.some((answer, at) => answer !== Number(clips[2 * at + 1])))
  throw new Error("clips.csv and features.npz are not of the same clips");

/** The 49 signals: intensities and occurrences of the action units, head pose, gaze. */
const signals = { units: [0, 35], pose: [35, 41], gaze: [41, 49] };

function write(path, rows) {
  writeArchive(path, {
    audio: cut(audio, rows, [0, audio.shape[1]]),
    ...Object.fromEntries(Object.entries(signals).map(([name, columns]) => [name, cut(behaviour, rows, columns)])),
    answer: numbers(Int32Array.from(rows, (row) => answers[row])),
    clip: texts(rows.map((row) => names[row])),
  });
}

const order = shuffled(names.length, 20150911);
const places = { speaker: Array.from(fold.values, Number), random: names.map((_, row) => order.indexOf(row) % 10) };
for (const [kind, folds] of Object.entries(places)) {
  for (let target = 0; target < 10; target += 1) {
    const place = join(out, kind, String(target));
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
