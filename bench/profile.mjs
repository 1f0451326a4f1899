// Where a training step's time goes on the wasm executor. `node bench/profile.mjs --help` says how.
import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { readArguments } from "./lib/arguments.mjs";
import { bundlePipeline, cache, root } from "./lib/bundle.mjs";
import { papers } from "./lib/papers.mjs";
import { median } from "./lib/statistics.mjs";
import { prepareStep } from "./lib/step.mjs";
import { writeModel } from "./peers/model.mjs";

const usage = `node bench/profile.mjs SPEC [options]
Milliseconds of a training step on the wasm executor by kernel and by module of the spec, on one thread.
  SPEC             ${[...Object.keys(papers), "reference", "tiny"].join(", ")}: one of the bench's own steps; or the path of any spec
  --batch N        of the bench's own (default 32)
  --width D        of the bench's own (default 64)
  --set NAME=V,... parameters of a spec
  --sizes B=32,... sizes of a spec that the data would decide
  --stage NAME     its stage (default: the last)
  --shortest X     lengths of ragged dimensions lie between this share of the whole and the whole (default 0.5)
  --steps N        steps that are timed (default 20)
  --depth N        names of modules up to this depth (default 3)
  --top N          kernels to list (default 20)
  --write          to bench/results/profile-SPEC.txt too, or profile-SPEC-BATCH-WIDTH.txt where these are not the bench's own`;

const { values: options, positionals } = readArguments(
  {
    allowPositionals: true,
    options: {
      help: { type: "boolean", default: false },
      batch: { type: "string", default: "32" },
      width: { type: "string", default: "64" },
      set: { type: "string", default: "" },
      sizes: { type: "string", default: "" },
      stage: { type: "string" },
      shortest: { type: "string", default: "0.5" },
      steps: { type: "string", default: "20" },
      depth: { type: "string", default: "3" },
      top: { type: "string", default: "20" },
      write: { type: "boolean", default: false },
    },
  },
  usage,
);
if (options.help || positionals.length !== 1) {
  (options.help ? process.stdout : process.stderr).write(`${usage}\n`);
  process.exit(options.help ? 0 : 2);
}
const pairs = (text) => text.split(",").flatMap((part) => (part === "" ? [] : [part.split("=")]));
const [name] = positionals;

function source() {
  const [batch, width] = [Number(options.batch), Number(options.width)];
  if (name === "reference" || name === "tiny") {
    return { spec: `bench/models/${name}.mmx`, set: { D: String(width) }, manifest: writeModel(cache, name, batch, width) };
  }
  const paper = papers[name];
  if (paper !== undefined) {
    return { spec: paper.spec, stage: options.stage ?? paper.stage, set: paper.set(width), sizes: paper.sizes(batch, width) };
  }
  const sizes = Object.fromEntries(pairs(options.sizes).map(([symbol, size]) => [symbol, Number(size)]));
  return { spec: name, stage: options.stage, set: Object.fromEntries(pairs(options.set)), sizes };
}

/** Floating-point operations of a kernel's products. */
function productFlops(kernel) {
  if (kernel.kind === "contraction") return 2 * [...kernel.sizes, ...kernel.contracted].reduce((all, size) => all * size, 1);
  if (kernel.kind !== "loop") return 0;
  return kernel.iterations * kernel.body.reduce((sum, inner) => sum + productFlops(inner), 0);
}

function shapeOf(kernel) {
  if (kernel.kind === "contraction") return `${kernel.sizes.join("x")} over ${kernel.contracted.join("x")}`;
  if (kernel.kind === "loop") return `${kernel.iterations} x ${kernel.body.length} kernels`;
  return kernel.kind === "nest" ? kernel.sizes.join("x") : kernel.name;
}

const shorten = (path) => path.split("/").slice(0, Number(options.depth)).join("/") || "(update and what belongs to no module)";

function grouped(kernels, keyOf) {
  const groups = new Map();
  for (const kernel of kernels) {
    const key = keyOf(kernel);
    const group = groups.get(key) ?? { key, milliseconds: 0, flops: 0, kernels: 0 };
    group.milliseconds += kernel.milliseconds;
    group.flops += kernel.flops;
    group.kernels += 1;
    groups.set(key, group);
  }
  return [...groups.values()].sort((one, other) => other.milliseconds - one.milliseconds);
}

const lines = [];
const tell = (text) => lines.push(text);

function print(title, rows, total) {
  tell(`\n${title}\n${"ms".padStart(9)} ${"share".padStart(6)} ${"GFLOP/s".padStart(8)} kernels`);
  for (const { key, milliseconds, flops, kernels } of rows) {
    const speed = flops === 0 ? "" : (flops / milliseconds / 1e6).toFixed(1);
    const share = `${((100 * milliseconds) / total).toFixed(1)}%`;
    tell(
      `${milliseconds.toFixed(3).padStart(9)} ${share.padStart(6)} ${speed.padStart(8)} ${String(kernels).padStart(7)}  ${key}`,
    );
  }
}

if (name === undefined) throw new Error("which step? node bench/profile.mjs reference, or a spec with --set and --sizes");
const rounds = new Map();
const wall = [];
const profile = (_program, times) => {
  for (const [at, time] of times.entries()) {
    const known = rounds.get(time.kernel) ?? { ...time, at, samples: [] };
    known.samples.push(time.milliseconds);
    rounds.set(time.kernel, known);
  }
};
const prepared = await prepareStep(
  { bundle: await bundlePipeline(), root, executor: "wasm", shortest: Number(options.shortest), ...source() },
  { profile },
);
for (let step = 0; step < Number(options.steps); step += 1) {
  const start = performance.now();
  await prepared.step();
  wall.push(performance.now() - start);
}
// The first half warms up.
const kernels = [...rounds.values()].map(({ kernel, runs, samples }) => ({
  kernel,
  runs,
  flops: productFlops(kernel),
  milliseconds: median(samples.slice(samples.length >> 1)),
}));
const total = kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
const times = Object.entries(prepared.times).map(([part, milliseconds]) => `${part} ${milliseconds.toFixed(0)}`);
tell(
  `${name}: ${median(wall.slice(wall.length >> 1)).toFixed(2)} ms a step with the clock running, ${total.toFixed(2)} ms in ${kernels.length} kernels`,
);
tell(`compile, ms: ${times.join(", ")}`);
print(
  "by kind",
  grouped(kernels, ({ kernel }) => kernel.kind),
  total,
);
print("by module", grouped(kernels, ({ kernel }) => shorten(kernel.path)).slice(0, Number(options.top)), total);
print(
  "by kernel",
  grouped(kernels, ({ kernel }) => `${kernel.kind} ${shapeOf(kernel)}  ${kernel.path}`).slice(0, Number(options.top)),
  total,
);
console.log(lines.join("\n"));
if (options.write) {
  const point = options.batch === "32" && options.width === "64" ? "" : `-${options.batch}-${options.width}`;
  const file = new URL(`results/profile-${basename(name, ".mmx")}${point}.txt`, import.meta.url);
  writeFileSync(file, `${[`node bench/profile.mjs ${process.argv.slice(2).join(" ")}`, ...lines].join("\n")}\n`);
}
process.exit();
