// The hand-written prototype of the bound: the whole step of the reference or the tiny model in C with WebAssembly SIMD, one or two
// threads on shared memory. Its sources are no part of the project: `--prototype FOLDER` says where step.c and tiny.c lie.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { readTensors } from "./model.mjs";
import { serve } from "./serve.mjs";

/** Samples that run through the network together: what fits into the cache. */
const chunk = 8;
/** Rounds of a barrier's wait that spin before the thread sleeps. */
const spin = 20000;

/** Compiles a source where that has not been done since it changed; gives the WebAssembly. Throws where clang is missing. */
function compile(sources, cache, name, threads) {
  const source = join(sources, `${name}.c`);
  if (!existsSync(source)) throw new Error(`no ${name}.c in ${sources}`);
  const target = join(cache, `prototype-${name}${threads ? "-threads" : ""}`);
  if (!existsSync(`${target}.wasm`) || statSync(`${target}.wasm`).mtimeMs < statSync(source).mtimeMs) {
    mkdirSync(cache, { recursive: true });
    const fast = [
      "-O3",
      "-nostdlib",
      "-fno-builtin",
      "-ffast-math",
      "-mllvm",
      "-unroll-threshold=2000",
      "-msimd128",
      "-mbulk-memory",
    ];
    const shared = threads ? ["-DTHREADS", "-matomics", "-pthread"] : [];
    execFileSync("clang-19", ["--target=wasm32", ...fast, ...shared, "-c", source, "-o", `${target}.o`]);
    const memory = threads ? ["--shared-memory", "--max-memory=1073741824"] : [];
    const link = ["--no-entry", "--import-memory", "--strip-all", "--export-dynamic", ...memory];
    execFileSync("wasm-ld-19", [...link, `${target}.o`, "-o", `${target}.wasm`]);
  }
  return readFileSync(`${target}.wasm`);
}

/** Byte addresses of everything in the memory; `align` is a power of two. */
function layout(align) {
  let next = 1 << 20;
  return {
    take(floats) {
      const at = next;
      next = (next + 4 * floats + align - 1) & -align;
      return at;
    },
    end: () => next,
  };
}

const instantiate = (module, memory) => new WebAssembly.Instance(module, { env: { memory } }).exports;

/** The packed weights (padded to whole vectors), the inputs and the target, as the sources expect them. */
function load(tensors) {
  const of = (role) => tensors.filter((tensor) => tensor.role === role);
  const weights = of("weight");
  const count = weights.reduce((sum, { values }) => sum + values.length, 0);
  return { weights, count: (count + 7) & ~7, inputs: of("input"), target: of("target")[0] };
}

function prepareTiny(module, tensors, learningRate) {
  const { weights, count, inputs, target } = load(tensors);
  const memory = new WebAssembly.Memory({ initial: 200 });
  const floats = new Float32Array(memory.buffer);
  const exports = instantiate(module, memory);
  const place = layout(64);
  const [P, G, M, V] = [0, 1, 2, 3].map(() => place.take(count));
  const X = place.take(3 * 1024);
  const Y = place.take(32);
  const space = place.take(0);
  let at = P / 4;
  for (const { values } of weights) {
    floats.set(values, at);
    at += values.length;
  }
  inputs.forEach(({ values }, m) => {
    floats.set(values, X / 4 + 1024 * m);
  });
  floats.set(target.values, Y / 4);
  let update = 0;
  return async () => {
    update += 1;
    return exports.tiny_step(P, G, M, V, X, Y, space, learningRate, 1 / (1 - 0.9 ** update), 1 / (1 - 0.999 ** update), count);
  };
}

/** A thread's share of one step: forward and backward of its samples, and after a barrier the update of its weights. */
function share({ exports, floats, place, thread, threads, batch, count, learningRate }, update) {
  const samples = batch / threads;
  const first = thread * samples;
  floats[place.loss / 4 + thread] = exports.fwdbwd(
    first,
    first + samples,
    chunk,
    batch,
    count,
    place.P,
    place.G + 4 * thread * count,
    place.X,
    place.Y,
    place.spaces[thread],
  );
  exports.bar(place.barrier, threads, spin);
  const part = Math.floor(count / threads) & ~7;
  const low = thread * part;
  const high = thread === threads - 1 ? count : low + part;
  const corrections = [1 / (1 - 0.9 ** update), 1 / (1 - 0.999 ** update)];
  exports.adam(low, high, threads, count, place.P, place.G, place.M, place.V, learningRate, ...corrections);
  exports.bar(place.barrier, threads, spin);
}

async function prepareReference(module, header, tensors, threads) {
  const { B: batch, learningRate } = header;
  const { weights, count, inputs, target } = load(tensors);
  const area = layout(4096);
  const place = { control: area.take(64), barrier: area.take(64), loss: area.take(16) };
  for (const name of ["P", "M", "V"]) place[name] = area.take(count);
  place.X = area.take(3 * batch * 3200);
  place.Y = area.take(batch);
  place.G = area.take(count * threads);
  place.spaces = Array.from({ length: threads }, () => area.take(14e6));
  const memory = new WebAssembly.Memory({ initial: Math.ceil(area.end() / 65536) + 16, maximum: 16384, shared: true });
  const floats = new Float32Array(memory.buffer);
  const words = new Int32Array(memory.buffer);
  let at = place.P / 4;
  for (const { values } of weights) {
    floats.set(values, at);
    at += values.length;
  }
  inputs.forEach(({ values }, m) => {
    floats.set(values, place.X / 4 + m * batch * 3200);
  });
  floats.set(target.values, place.Y / 4);
  const common = { place, threads, batch, count, learningRate };
  for (let thread = 1; thread < threads; thread += 1) {
    const worker = new Worker(new URL(import.meta.url), { workerData: { ...common, module, memory, thread } });
    worker.unref();
    await new Promise((resolve) => {
      worker.once("message", resolve);
    });
  }
  const own = { ...common, exports: instantiate(module, memory), floats, thread: 0 };
  let update = 0;
  return async () => {
    update += 1;
    Atomics.store(words, place.control / 4, update);
    Atomics.notify(words, place.control / 4);
    share(own, update);
    return floats.subarray(place.loss / 4, place.loss / 4 + threads).reduce((sum, loss) => sum + loss, 0);
  };
}

/** The other threads: wait for the step's number, do their share, wait for the next. */
function follow({ module, memory, ...common }) {
  const own = { ...common, exports: instantiate(module, memory), floats: new Float32Array(memory.buffer) };
  const words = new Int32Array(memory.buffer);
  const control = common.place.control / 4;
  parentPort.postMessage("ready");
  let done = 0;
  for (;;) {
    let update = Atomics.load(words, control);
    while (update === done) {
      Atomics.wait(words, control, done);
      update = Atomics.load(words, control);
    }
    done = update;
    share(own, update);
  }
}

if (isMainThread) {
  await serve(async ({ manifest, prototype, cache, threads }) => {
    const { tensors, ...header } = readTensors(manifest);
    const tiny = header.model === "tiny";
    if (tiny ? header.B !== 32 || header.d !== 32 || threads > 1 : header.d !== 64) {
      throw new Error("the prototype was written for the reference model at width 64 and the tiny one at 32 x 32 on one thread");
    }
    const module = new WebAssembly.Module(compile(prototype, cache, tiny ? "tiny" : "step", !tiny));
    const step = tiny
      ? prepareTiny(module, tensors, header.learningRate)
      : await prepareReference(module, header, tensors, threads);
    return { step, describe: () => ({ version: `clang-19, Node ${process.version}` }) };
  });
} else follow(workerData);
