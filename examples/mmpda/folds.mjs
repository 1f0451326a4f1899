// Cross-validates deception.mmx: node examples/mmpda/folds.mjs SPEC CLIPS FOLDER [--folds speaker|random] [--seeds N]
// [--set NAME=VALUE]…, SPEC being its path, CLIPS the data's clips.csv and FOLDER what prepare.mjs wrote. Each fold in turn is the
// unlabelled target, with and without alignment; the predictions of the ten targets are pooled, so that every clip counts once, and the
// mean and standard deviation over the seeds are printed as a table. Trainings lie in FOLDER beside their data; what is finished is not
// repeated.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    folds: { type: "string", default: "speaker" },
    seeds: { type: "string", default: "5" },
    set: { type: "string", multiple: true, default: [] },
  },
});
const [spec, clips, folder] = positionals;
const count = Number(options.seeds);
if (folder === undefined || !["speaker", "random"].includes(options.folds) || !(count > 0))
  throw new Error(
    "usage: node examples/mmpda/folds.mjs SPEC CLIPS FOLDER [--folds speaker|random] [--seeds N] [--set NAME=VALUE]…",
  );

const seeds = Array.from({ length: count }, (_, at) => 1111 + at);
const variants = { "without alignment": ["align=0"], "with alignment": [] };
const mmx = fileURLToPath(new URL("../../bin/mmx.js", import.meta.url));
/** Another spec or other settings are other trainings. */
const hash = createHash("sha256");
for (const name of [basename(spec), "behaviour.mmx", "network.mmx", "../cyin/mult.mmx"])
  hash.update(readFileSync(join(dirname(spec), name)));
const recipe = hash.update(JSON.stringify(options.set)).digest("hex").slice(0, 8);

function run(...given) {
  const { status, stderr } = spawnSync(process.execPath, [mmx, ...given], {
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`mmx ${given[0]} ended with ${status}: ${stderr}`);
}

/** The probability of a lie by clip, for each seed: the model trained for a target, asked about that target. */
function predicted(place, variant, settings) {
  const out = join(place, `${variant.replaceAll(" ", "-")}-${recipe}`);
  const path = (seed) => `${out}-${seed}.csv`;
  if (!seeds.every((seed) => existsSync(path(seed)))) {
    console.error(out);
    rmSync(out, { recursive: true, force: true });
    const data = ["first", "second", "third", "film"].flatMap((name) => ["--data", `${name}=${join(place, `${name}.npz`)}`]);
    const set = [...settings, ...options.set].flatMap((setting) => ["--set", setting]);
    run("train", spec, ...data, ...set, "--seed", String(seeds[0]), "--seeds", String(count), "--out", out);
    for (const seed of seeds) {
      run("predict", out, "--seed", String(seed), "--out", `${out}-partial.csv`);
      renameSync(`${out}-partial.csv`, path(seed));
    }
  }
  return seeds.map((seed) => {
    const [head, ...lines] = readFileSync(path(seed), "utf8").trimEnd().split(/\r?\n/);
    const columns = head.split(",");
    const [clip, lie] = ["clip", "answer_probability_1"].map((name) => columns.indexOf(name));
    return lines.map((line) => line.split(",")).map((cells) => [cells[clip], Number(cells[lie])]);
  });
}

/** By clip: whether it is a lie. */
const truth = new Map(
  readFileSync(clips, "utf8")
    .split(/\r?\n/)
    .flatMap((line) => {
      const found = /^(trial_\w+),([01]),/.exec(line);
      return found === null ? [] : [[found[1], found[2] === "1"]];
    }),
);

/** Share of right decisions at a half, and the share of pairs of a lie and a truth in which the lie has the larger probability. */
function scores(pairs, expected) {
  const found = new Set(pairs.map(([clip]) => clip)).size;
  if (pairs.length !== expected || found !== expected) throw new Error(`predictions for ${found} of ${expected} clips`);
  const right = pairs.filter(([clip, lie]) => lie > 0.5 === truth.get(clip)).length;
  const [lies, truths] = [true, false].map((answer) =>
    pairs.filter(([clip]) => truth.get(clip) === answer).map(([, lie]) => lie),
  );
  const above = lies.flatMap((lie) => truths.map((other) => (lie > other ? 1 : lie === other ? 0.5 : 0)));
  return [(100 * right) / pairs.length, above.reduce((sum, one) => sum + one, 0) / above.length];
}

function spread(values, digits) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return values.length < 2
    ? mean.toFixed(digits)
    : `${mean.toFixed(digits)} ± ${Math.sqrt(square / (values.length - 1)).toFixed(digits)}`;
}

const targets = Array.from({ length: 10 }, (_, target) => join(folder, options.folds, String(target)));
const rows = Object.entries(variants).map(([variant, settings]) => {
  const folds = targets.map((place) => predicted(place, variant, settings));
  return { variant, draws: seeds.map((_, at) => folds.map((target) => target[at])) };
});
const sizes = rows[0].draws[0].map(({ length }) => length);
const most = Math.max(...sizes);
const largest = sizes.indexOf(most);

/** Accuracy on all clips, on the largest fold and on the others, AUC on all; a set of predictions for each of the ten targets. */
function row(name, draws) {
  const all = draws.map((folds) => {
    const [accuracy, auc] = scores(folds.flat(), truth.size);
    const [alone] = scores(folds[largest], most);
    const [others] = scores(folds.filter((_, at) => at !== largest).flat(), truth.size - most);
    return { accuracy, auc, alone, others };
  });
  const cell = (key, digits) =>
    spread(
      all.map((one) => one[key]),
      digits,
    );
  return `| ${name} | ${cell("accuracy", 1)} | ${cell("auc", 3)} | ${cell("alone", 1)} | ${cell("others", 1)} |`;
}

/** For every clip the share of lies among the sources: what a model says that has learnt nothing else. */
const shares = rows[0].draws[0].map((fold) => {
  const sources = [...truth].filter(([clip]) => !fold.some(([own]) => own === clip));
  return fold.map(([clip]) => [clip, sources.filter(([, answer]) => answer).length / sources.length]);
});
const lines = [...rows.map(({ variant, draws }) => row(variant, draws)), row("the sources' share of lies", [shares])];
const over = count > 1 ? `mean ± standard deviation over ${count} seeds` : "one seed";
console.log(`All ${truth.size} clips pooled, ${over}:

|  | accuracy ↑ | AUC ↑ | accuracy, largest fold (${most}) | accuracy, the others (${truth.size - most}) |
| --- | --: | --: | --: | --: |
${lines.join("\n")}`);
