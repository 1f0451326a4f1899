// The bench's command line.
import { readArguments } from "./arguments.mjs";
import { papers } from "./papers.mjs";

export const help = `npm run bench -- [options]
  --models LIST      reference, tiny, ${Object.keys(papers).join(", ")} (default: all)
  --batches LIST     batch sizes of the grid (default 8,32,128)
  --widths LIST      widths of the grid (default 32,64,128)
  --point M:B:D      one point only, of model M at batch B and width D; may be given again
  --executors LIST   mmx executors: wasm, tfjs-wasm, tensorflow, webgpu, tfjs-webgpu (default wasm,tfjs-wasm,tensorflow)
  --peers LIST       torch, torch-compiled, torch-avx2, jax, tensorflow, tensorflow-xla, tfjs, jax-js, prototype (default: all; none: none)
  --threads LIST     thread counts (default 1,2)
  --rounds N         interleaved rounds (default 7)
  --seconds S        time an implementation steps in a round (default 0.7)
  --most GFLOP       leave out points with more work a step (default 200)
  --python PATH      a Python; may be given again, the first one with every peer, others with PyTorch only (default $PYTHON, python3)
  --node PATH        another Node to run wasm on beside this one; may be given again
  --packages DIR     folder whose node_modules hold jax-js and TensorFlow.js (default bench/peers)
  --prototype DIR    sources of the C prototype (default ../shared/bench/prototype)
  --quick            headline points only, 3 short rounds
  --fresh            forget what bench/results/step.json holds of earlier runs
  --dry              say what would run`;

const list = (text) => text.split(",").filter((part) => part !== "");
const numbers = (text) => list(text).map(Number);

export function readOptions(argv) {
  const text = { type: "string" };
  const many = { type: "string", multiple: true };
  const flag = { type: "boolean" };
  const options = {
    models: text,
    batches: text,
    widths: text,
    point: many,
    executors: text,
    peers: text,
    threads: text,
    rounds: text,
    seconds: text,
    most: text,
    python: many,
    node: many,
    packages: text,
    prototype: text,
    quick: flag,
    fresh: flag,
    dry: flag,
    help: flag,
  };
  const { values } = readArguments({ args: argv, options }, help);
  const quick = values.quick === true;
  return {
    help: values.help === true,
    dry: values.dry === true,
    fresh: values.fresh === true,
    quick,
    models: list(values.models ?? ["reference", "tiny", ...Object.keys(papers)].join()),
    batches: numbers(values.batches ?? "8,32,128"),
    widths: numbers(values.widths ?? "32,64,128"),
    points: (values.point ?? []).map(readPoint),
    executors: list(values.executors ?? "wasm,tfjs-wasm,tensorflow"),
    peers: list(values.peers ?? "torch,torch-compiled,torch-avx2,jax,tensorflow,tensorflow-xla,tfjs,jax-js,prototype"),
    threads: numbers(values.threads ?? "1,2"),
    rounds: Number(values.rounds ?? (quick ? 3 : 7)),
    milliseconds: 1000 * Number(values.seconds ?? (quick ? 0.3 : 0.7)),
    most: Number(values.most ?? 200),
    pythons: values.python ?? [process.env.PYTHON ?? "python3"],
    nodes: values.node ?? [],
    packages: values.packages,
    prototype: values.prototype,
  };
}

function readPoint(text) {
  const [model, batch, width] = text.split(":");
  if (width === undefined) throw new Error(`--point takes MODEL:BATCH:WIDTH, such as reference:64:64, not ${text}`);
  return { model, batch: Number(batch), width: Number(width) };
}

/** Points with every peer: the sizes that the project's aims name. */
const headline = [
  { model: "reference", batch: 64, width: 64 },
  { model: "reference", batch: 8, width: 64 },
  { model: "tiny", batch: 32, width: 32 },
  ...Object.keys(papers).map((model) => ({ model, batch: 32, width: 64 })),
];

/** What to measure, each with `every`: whether with all peers or with PyTorch eager alone. */
export function pointsOf(options) {
  if (options.points.length > 0) return options.points.map((point) => ({ ...point, every: true }));
  const wanted = ({ model }) => options.models.includes(model);
  const first = headline.filter(wanted).map((point) => ({ ...point, every: true }));
  if (options.quick) return first;
  const known = new Set(first.map(({ model, batch, width }) => `${model} ${batch} ${width}`));
  const grid = options.models.flatMap((model) =>
    options.batches.flatMap((batch) => options.widths.map((width) => ({ model, batch, width, every: false }))),
  );
  return [...first, ...grid.filter(({ model, batch, width }) => !known.has(`${model} ${batch} ${width}`))];
}
