// A spec's training step made ready to run, through the pipeline that ships: check, plan, executor session, first values, a batch.
import { pathToFileURL } from "node:url";
import { readTensors } from "../peers/model.mjs";
import { controls, feedsFor } from "./feeds.mjs";
import { specInputs, specSizes, specWeights } from "./mapping.mjs";

const countOf = (shape) => shape.reduce((product, size) => product * size, 1);

/** Starts an executor by the name that the bench uses. */
async function open(pipeline, name, options) {
  const { extensions = {} } = options;
  switch (name) {
    case "tfjs-wasm":
      return pipeline.tfjsExecutor("wasm", { extensions });
    case "tfjs-webgpu":
      return pipeline.tfjsExecutor("webgpu", { extensions });
    case "wasm":
      return present(pipeline.wasmExecutor, name)(options);
    case "tensorflow":
      return openTensorflow(pipeline);
    case "webgpu":
      return present(pipeline.webgpuExecutor, name)({ extensions });
    default:
      throw new Error(`no executor ${name}`);
  }
}

function present(executor, name) {
  if (executor === undefined) throw new Error(`the executor ${name} is not built yet`);
  return executor;
}

/** TensorFlow takes its threads from the environment (see implementations.mjs). */
function openTensorflow({ bindingFile, tensorflowExecutor }) {
  const file = bindingFile(["@tensorflow/tfjs-node", "@tensorflow/tfjs-node-gpu"]);
  if (file === undefined) throw new Error("no native backend is built: node scripts/native-backend.mjs");
  return present(tensorflowExecutor, "tensorflow")(file);
}

/** Floating-point operations of the plan's matrix products; a loop's body counts once a step. */
export function gemmFlops(graph, operation) {
  return graph.nodes.reduce((sum, node) => {
    const shapes = node.inputs.map((input) => graph.nodes[input].shape);
    const own = node.op === "dot" ? operation("dot").flops(node, shapes) : 0;
    const steps = node.body === undefined ? 0 : (shapes[node.attributes.carries]?.[0] ?? 0);
    return sum + own + (steps === 0 ? 0 : steps * gemmFlops(node.body, operation));
  }, 0);
}

/** Random numbers that the graph draws at a step, by node: the module's path, the distribution, the values. */
export function drawsAt(plan, operation, step) {
  const scalar = (value) => ({ shape: [], dtype: "i32", data: Float64Array.of(value) });
  return plan.graph.nodes
    .filter(({ op }) => op === "random")
    .map((node) => ({
      path: node.origin.path,
      distribution: node.attributes.distribution,
      shape: node.shape,
      values: Float32Array.from(operation("random").reference([scalar(controls.seed), scalar(step)], node, {}).data),
    }));
}

function compile(pipeline, { spec, root, set, stage: wanted }) {
  const { compiled, diagnostics, sources } = pipeline.checkSpec(pipeline.nodeHost(root), spec, { overrides: set ?? {} });
  if (compiled === undefined) throw new Error(pipeline.renderAll(diagnostics, sources));
  const model = compiled.models.find(({ name }) => name === compiled.train.model);
  const stages = compiled.train.stages;
  const stage = wanted === undefined ? stages.at(-1) : stages.find(({ name }) => name === wanted);
  if (stage === undefined) throw new Error(`${spec} has no stage ${wanted}`);
  return { compiled, model, stage };
}

/** First values of weights, banks and optimiser state: the given ones, else those that training starts from. */
function firstValues(pipeline, { model, stage }, sizes, given) {
  const declared = [...model.variables, ...stage.slots];
  return declared.map((declaration) => {
    const shape = declaration.shape.map((size) => pipeline.evaluateDim(size, sizes));
    const own = given[declaration.name];
    const column = declaration.initializer.kind === "column";
    const value =
      own !== undefined
        ? { dtype: "f32", shape, data: own.values }
        : column
          ? { dtype: declaration.dtype, shape, data: columnValues(pipeline, declaration, shape) }
          : pipeline.initialise(declaration, sizes, controls.seed, []);
    if (value.data.length !== countOf(shape)) throw new Error(`${declaration.name}: ${value.data.length} values for [${shape}]`);
    return { name: declaration.name, kind: declaration.kind, ...value };
  });
}

/** A bank that starts as a column of the data: numbers like those of a target in -3 .. 3. */
function columnValues({ sequence }, { name }, shape) {
  const random = sequence(controls.seed, name);
  return Float32Array.from({ length: countOf(shape) }, () => 6 * random.uniform() - 3);
}

/** The checked spec, its plan, first values and a batch, with the milliseconds that checking and planning took. */
export async function planStep(job) {
  const pipeline = await import(pathToFileURL(job.bundle).href);
  const given = job.manifest === undefined ? undefined : readTensors(job.manifest);
  const began = performance.now();
  const found = compile(pipeline, job);
  const checked = performance.now();
  const sizes = given === undefined ? job.sizes : specSizes(given);
  const plan = pipeline.makePlan(`${found.model.name}/${found.stage.name}`, found.stage.graph, sizes);
  const planned = performance.now();
  const values = firstValues(pipeline, found, sizes, given === undefined ? {} : specWeights(given));
  const feeds =
    given === undefined ? feedsFor(plan, found, { ...pipeline, seed: controls.seed, shortest: job.shortest }) : givenFeeds(given);
  return { pipeline, plan, values, feeds, times: { check: checked - began, plan: planned - checked } };
}

const givenFeeds = (given) =>
  Object.fromEntries(
    Object.entries(specInputs(given)).map(([name, { shape, values }]) => [name, { dtype: "f32", shape, data: values }]),
  );

/**
 * The step on an executor: `step()` runs it and gives the loss. `times` goes on to the end of the first step (`total`: from the spec
 * read), and `describe` says what it costs.
 */
export async function prepareStep(job, extra = {}) {
  const { bundle, executor: name, threads = 1 } = job;
  const executor = await open(await import(pathToFileURL(bundle).href), name, { threads, ...extra });
  const session = await executor.open();
  const { pipeline, plan, values, feeds, times } = await planStep(job);
  const loading = performance.now();
  for (const { name: variable, dtype, shape, data } of values) session.write(variable, { dtype, shape, data });
  const program = await session.load(plan);
  const loaded = performance.now();
  const outputs = Object.keys(plan.graph.outputs).filter((output) => !output.startsWith("predict."));
  const wanted = new Set(plan.inputs.map((input) => input.name));
  let done = 0;
  async function step() {
    const own = pipeline.controlFeeds({ ...controls, step: done, update: done + 1 });
    const all = Object.fromEntries(Object.entries({ ...feeds, ...own }).filter(([input]) => wanted.has(input)));
    const results = await program.run(all, { outputs });
    done += 1;
    return results.total.data[0];
  }
  const firstLoss = await step();
  const ended = performance.now();
  const compileTimes = { ...times, load: loaded - loading, firstStep: ended - loaded };
  const total = times.check + times.plan + ended - loading;
  return { pipeline, executor, session, plan, feeds, step, firstLoss, times: { ...compileTimes, total } };
}
