// Writes tests/bench/losses.json: the first losses of the papers' steps and of the bench's own models, small, in PyTorch, which the tests compare mmx's with.
//   node bench/record-losses.mjs --python PATH
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readArguments } from "./lib/arguments.mjs";
import { bundlePipeline, cache } from "./lib/bundle.mjs";
import { start } from "./lib/child.mjs";
import { dumpStep } from "./lib/measure.mjs";
import { papers } from "./lib/papers.mjs";
import { writeModel } from "./peers/model.mjs";

const clips = { Ft: 6, Fa: 5, Fv: 7 };
/** Sizes at which a step takes no time: widths, lengths and depths of the specs' own, set down. */
const small = {
  mmcl: { set: { D: "8" }, sizes: { B: 7, ...clips } },
  cyin: { set: { D: "8", T: "6", blocks: "1", layers: "1" }, sizes: { B: 3, ...clips } },
  mmpda: { set: { D: "8", S: "5", T: "3", layers: "1" }, sizes: { B: 5, Fm: 6, Ff: 4 } },
  "semantic-mac": { set: { D: "8", K: "3" }, sizes: { B: 6, samples: 9, "L.text": 5, "L.audio": 7, "L.vision": 9, ...clips } },
  e3rg: { set: { D: "8" }, sizes: { B: 9, F: 10 } },
};

const usage = "node bench/record-losses.mjs [--python PATH]";
const python = { type: "string", default: process.env.PYTHON ?? "python3" };
const { values } = readArguments({ options: { python } }, usage);
const bundle = await bundlePipeline();
const recorded = {};

/** The losses of four steps of what a manifest holds. */
async function lossesOf(manifest) {
  const script = fileURLToPath(new URL("peers/torch_peer.py", import.meta.url));
  const job = { manifest, threads: 1 };
  const environment = { PYTHONDONTWRITEBYTECODE: "1" };
  const child = await start({ command: values.python, args: [script], job, environment }, 120_000);
  if (child.failure !== undefined) throw new Error(child.failure);
  const { losses } = await child.run({ milliseconds: 0, least: 3, most: 3 });
  child.stop();
  return losses;
}

for (const [model, { set, sizes }] of Object.entries(small)) {
  const { spec, stage } = papers[model];
  const source = { spec, stage, set, sizes };
  const manifest = await dumpStep(bundle, source, { name: `${model}-small`, model });
  recorded[model] = { ...source, losses: await lossesOf(manifest) };
  console.log(model, recorded[model].losses.join(" "));
}
const models = [];
for (const [model, batch, width] of [
  ["reference", 3, 16],
  ["tiny", 5, 8],
]) {
  const losses = await lossesOf(writeModel(cache, model, batch, width));
  models.push({ model, batch, width, losses });
  console.log(model, losses.join(" "));
}
const text = JSON.stringify(
  { about: "First losses in PyTorch; written by bench/record-losses.mjs", papers: recorded, models },
  null,
  2,
);
writeFileSync(new URL("../tests/bench/losses.json", import.meta.url), `${text}\n`);
