// Every implementation of a training step that the bench knows, as processes to start: mmx's executors and their peers.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { cache, root } from "./bundle.mjs";
import { papers } from "./papers.mjs";

const file = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

/** Executors of mmx with threads of their own to choose. */
const threaded = new Set(["wasm", "tensorflow"]);

/**
 * Implementations of a point as `{ key, label, threads, process }`, those with every thread count once for each. `manifest` is the
 * file with the model's weights and batch.
 */
export function implementations(point, options, { bundle, manifest }) {
  const paper = papers[point.model];
  const own = options.executors.flatMap((executor) =>
    (threaded.has(executor) ? options.threads : [1]).map((threads) => mmx(executor, threads, point, { bundle, manifest, paper })),
  );
  const others = (options.executors.includes("wasm") ? options.nodes : []).flatMap((command) =>
    options.threads.map((threads) => onNode(command, mmx("wasm", threads, point, { bundle, manifest, paper }))),
  );
  return [...own, ...others, ...peers(point, options, manifest, paper)];
}

function onNode(command, { threads, process }) {
  const [, major] = /^v(\d+)/.exec(execFileSync(command, ["--version"], { encoding: "utf8" }));
  const label = `mmx wasm, Node ${major}`;
  return { key: `${label} x${threads}`, label, threads, process: { ...process, command } };
}

function mmx(executor, threads, { model, batch, width }, { bundle, manifest, paper }) {
  const source =
    paper === undefined
      ? { spec: `bench/models/${model}.mmx`, set: { D: String(width) }, manifest }
      : { spec: paper.spec, set: paper.set(width), stage: paper.stage, sizes: paper.sizes(batch, width) };
  const job = { bundle, root, executor, threads, ...source };
  // TensorFlow's own variables: the addon has no other way to say it.
  const environment = { TF_NUM_INTRAOP_THREADS: String(threads), TF_NUM_INTEROP_THREADS: String(threads) };
  const process = { ...node("step-worker.mjs", job), environment };
  return { key: `mmx ${executor} x${threads}`, label: `mmx ${executor}`, threads, process };
}

/** Keeps PyTorch and its libraries to the vectors of a laptop, where the machine has wider ones. */
const avx2 = { ATEN_CPU_CAPABILITY: "avx2", MKL_ENABLE_INSTRUCTIONS: "AVX2", ONEDNN_MAX_CPU_ISA: "AVX2" };

/** Worker threads and SIMD are Node's own; nothing is switched on by flags. */
const node = (script, job) => ({ command: process.execPath, args: [file(script)], job });

function peers(point, options, manifest, paper) {
  const { packages = file("peers"), prototype = `${root}/../shared/bench/prototype` } = options;
  const wanted = (name) => options.peers.includes(name) && (point.every || name === "torch");
  const each = (name, label, threads, make) =>
    wanted(name) ? threads.map((count) => ({ key: `${name} x${count}`, label, threads: count, process: make(count) })) : [];
  const python = (command, script, mode, variables) => (threads) => ({
    command,
    args: [file(`peers/${script}`)],
    job: { manifest, threads, ...(mode === undefined ? {} : { mode }) },
    environment: { ...variables, OMP_NUM_THREADS: String(threads), OMP_WAIT_POLICY: "passive", PYTHONDONTWRITEBYTECODE: "1" },
  });
  const [first, ...others] = options.pythons;
  const torch = [
    ...each("torch", "PyTorch eager", options.threads, python(first, "torch_peer.py")),
    ...others.flatMap((command, at) =>
      each("torch", "PyTorch eager", options.threads, python(command, "torch_peer.py")).map((entry) => ({
        ...entry,
        key: `torch-${at + 2} x${entry.threads}`,
      })),
    ),
    ...each("torch-compiled", "PyTorch compiled", options.threads, python(first, "torch_peer.py", "compiled")),
    ...each("torch-avx2", "PyTorch eager, AVX2", options.threads, python(first, "torch_peer.py", undefined, avx2)),
  ];
  if (paper !== undefined) return torch;
  const script = (name, extra) => (threads) => node(`peers/${name}.mjs`, { manifest, threads, ...extra });
  return [
    ...each(
      "prototype",
      "C prototype",
      point.model === "tiny" ? [1] : options.threads,
      script("prototype", { prototype, cache }),
    ),
    ...torch,
    ...each("jax", "JAX jit", options.threads, python(first, "jax_peer.py")),
    ...each("tensorflow", "TensorFlow tf.function", options.threads, python(first, "tensorflow_peer.py")),
    ...each("tensorflow-xla", "TensorFlow tf.function, XLA", options.threads, python(first, "tensorflow_peer.py", "xla")),
    ...each("tfjs", "TensorFlow.js, wasm", [1], script("tfjs", { packages })),
    ...each("jax-js", "jax-js, wasm", [1], script("jaxjs", { packages })),
  ];
}
