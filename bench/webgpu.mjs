// `node bench/webgpu.mjs`: a training step of the reference model on a GPU, mmx's generated WGSL beside hand-written TensorFlow.js on
// its webgpu backend and PyTorch on CUDA, interleaved, from the same weights and the same batch. Writes bench/results/webgpu.md.
// Without a GPU `--smoke` runs a tiny batch on SwiftShader, which shows that everything works and says nothing of speed.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { delimiter } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { readArguments } from "./lib/arguments.mjs";
import { bundlePipeline, cache, root } from "./lib/bundle.mjs";
import { reason, start, stopAll } from "./lib/child.mjs";
import { machine, moment } from "./lib/machine.mjs";
import { ratio, summary } from "./lib/statistics.mjs";
import { writeModel } from "./peers/model.mjs";

const help = `node bench/webgpu.mjs [options]
  --batches LIST  batch sizes (default 64,512,4096)
  --model NAME    reference or tiny (default reference)
  --rounds N      interleaved rounds (default 7)
  --seconds S     time an implementation steps in a round (default 1)
  --python PATH   a Python with PyTorch for CUDA (default $PYTHON, python3)
  --packages DIR  folder whose node_modules hold webgpu and TensorFlow.js (default bench/peers)
  --smoke         batch 2, two short rounds, on SwiftShader where no driver is installed; results go to the terminal alone`;

const { values: options } = readArguments(
  {
    options: {
      batches: { type: "string" },
      model: { type: "string", default: "reference" },
      rounds: { type: "string" },
      seconds: { type: "string" },
      python: { type: "string", default: process.env.PYTHON ?? "python3" },
      packages: { type: "string", default: fileURLToPath(new URL("peers", import.meta.url)) },
      smoke: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  },
  help,
);
const batches = (options.batches ?? (options.smoke ? "2" : "64,512,4096")).split(",").map(Number);
const rounds = Number(options.rounds ?? (options.smoke ? 2 : 7));
const milliseconds = 1000 * Number(options.seconds ?? (options.smoke ? 0.1 : 1));
/** Large batches take long to read and kernels long to compile, on SwiftShader above all. */
const startLimit = 600_000;
const width = 64;

const format = (value, digits = 3) => String(Number(value.toPrecision(digits)));
const file = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Packages of the peers' folder are found from the bundle too; SwiftShader is chromium's. */
function environment() {
  const found = { NODE_PATH: [`${options.packages}/node_modules`, process.env.NODE_PATH].filter(Boolean).join(delimiter) };
  const chromium = "/usr/lib/chromium";
  const drivers = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"];
  const installed = drivers.some((folder) => existsSync(folder) && readdirSync(folder).length > 0);
  if (!options.smoke || installed || process.env.VK_ICD_FILENAMES !== undefined) return found;
  return {
    ...found,
    VK_ICD_FILENAMES: `${chromium}/vk_swiftshader_icd.json`,
    LD_LIBRARY_PATH: [chromium, process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter),
  };
}

function implementations(bundle, manifest) {
  const { model, packages, python } = options;
  const node = (script, job) => ({ command: process.execPath, args: [file(script)], job, environment: environment() });
  const torch = (mode) => ({ command: python, args: [file("peers/torch_cuda.py")], job: { manifest, mode } });
  const own = { bundle, root, executor: "webgpu", gemm: !options.smoke };
  return [
    ["mmx webgpu", node("step-worker.mjs", { ...own, spec: `bench/models/${model}.mmx`, set: { D: String(width) }, manifest })],
    ["TensorFlow.js, webgpu, by hand", node("peers/tfjs.mjs", { manifest, packages, backend: "webgpu" })],
    ["PyTorch CUDA eager", torch("eager")],
    ["PyTorch CUDA compiled", torch("compiled")],
    ["PyTorch CUDA compiled, TF32", torch("compiled-tf32")],
  ].map(([label, process]) => ({ label, process }));
}

/** Starts every implementation and lets them step in turn, round by round. */
async function measure(batch, bundle) {
  const manifest = writeModel(cache, options.model, batch, width);
  const running = [];
  const absent = [];
  for (const entry of implementations(bundle, manifest)) {
    const child = await start(entry.process, startLimit);
    if (child.failure === undefined) running.push({ ...entry, child, times: [] });
    else absent.push({ ...entry, why: reason(child.failure) });
    console.log(
      `  ${entry.label}: ${child.failure === undefined ? `first step after ${format(child.ready.firstStep)} ms` : reason(child.failure)}`,
    );
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const entry of [...running]) {
      // The first steps are slower: the driver still optimises and caches.
      if (round === 0) await entry.child.run({ milliseconds: milliseconds / 2, least: 3, most: 200 });
      const result = await entry.child.run({ milliseconds, least: 2, most: 5000 });
      if (result.event === "ran") {
        entry.times.push(result.times);
        entry.last = result;
        continue;
      }
      absent.push({ ...entry, why: reason(result.message) });
      running.splice(running.indexOf(entry), 1);
    }
  }
  for (const { child } of running) child.stop();
  return {
    batch,
    absent,
    measured: running.map(({ label, child, times, last }) => ({
      label,
      ready: child.ready,
      losses: last.losses.slice(0, 4),
      ...summary(times),
    })),
  };
}

function table({ batch, measured, absent }) {
  const own = measured.find(({ label }) => label === "mmx webgpu");
  const rows = measured.map((entry) => {
    const { label, ready, median, low, high, fastest, losses } = entry;
    const times = own === undefined ? "" : ratioText(ratio(entry, own));
    const apart = own === undefined ? 0 : Math.max(...losses.map((loss, at) => Math.abs(loss - own.losses[at])));
    return `| ${[`${label} (${ready.version ?? "mmx"})`, format(median), `${format(low)} to ${format(high)}`, format(fastest), times, apart.toExponential(1), format(ready.firstStep)].join(" | ")} |`;
  });
  return [
    `## ${options.model}, batch ${batch}`,
    [
      "| | ms a step | quartiles | fastest | times mmx webgpu | losses apart | first step after, ms |",
      "|---|---|---|---|---|---|---|",
      ...rows,
    ].join("\n"),
    ...speeds(own),
    ...(absent.length === 0 ? [] : [`Not measured: ${absent.map(({ label, why }) => `${label}: ${why}`).join("; ")}.`]),
  ].join("\n\n");
}

const ratioText = ({ median, low, high }) => `${format(median)} (${format(low)} to ${format(high)})`;

/** Where the limits are: arithmetic of the whole step and of its products. */
function speeds(own) {
  if (own === undefined) return [];
  const { flops, gemmFlops, gemm } = own.ready;
  const rate = (count) => format(count / own.median / 1e6);
  const peak = gemm === undefined ? "" : ` (one product of two 512 x 512 matrices, launch included: ${format(gemm)})`;
  return [`mmx webgpu: ${rate(flops)} GFLOP/s over the whole step, ${rate(gemmFlops)} in its matrix products alone${peak}.`];
}

async function run() {
  const bundle = await bundlePipeline();
  Object.assign(process.env, environment());
  const probe = {
    command: process.execPath,
    args: ["--input-type=module", "-e", probeCode(bundle)],
    job: {},
    environment: environment(),
  };
  const device = await start(probe, startLimit);
  if (device.failure !== undefined) throw new Error(reason(device.failure));
  device.stop();
  const { doc, software } = device.ready;
  console.log(`Device: ${doc}`);
  if (software && !options.smoke) throw new Error("this is no GPU; --smoke only shows that everything works");
  const tables = [];
  for (const batch of batches) {
    console.log(`${options.model}, batch ${batch}`);
    tables.push(table(await measure(batch, bundle)));
    console.log(tables.at(-1));
  }
  if (options.smoke) return;
  const { processor, cores, node } = machine();
  const { date, commit } = moment();
  const text = [
    "# A training step on a GPU",
    `${doc}; ${cores} cores (${processor}), Node ${node}. ${date}, commit ${commit}.`,
    "A step is forward, backward and update of one batch, the loss read by the caller, in float32. All implementations step in turn, round by round, from the same weights and the same batch; milliseconds are the median over rounds of a round's median step.",
    ...tables,
    "",
  ].join("\n\n");
  mkdirSync(new URL("results/", import.meta.url), { recursive: true });
  writeFileSync(new URL("results/webgpu.md", import.meta.url), text);
}

/** Says which device mmx would compute on. */
const probeCode = (bundle) => `
  const { webgpuExecutor } = await import(${JSON.stringify(pathToFileURL(bundle).href)});
  try {
    const { device: doc, software } = await webgpuExecutor();
    console.log("@bench " + JSON.stringify({ event: "ready", doc, software }));
  } catch (error) {
    console.log("@bench " + JSON.stringify({ event: "failed", message: error.message }));
  }
  process.exit();
`;

if (options.help) console.log(help);
else {
  try {
    await run();
  } finally {
    stopAll();
  }
}
