// One implementation of the step benchmark: a spec's training step on one of mmx's executors, through the pipeline that ships (check,
// plan, executor session). Started by run.mjs, which tells it by one JSON argument what to run and then how many steps.
import { pathToFileURL } from "node:url";
import { controls, feedsFor } from "./lib/feeds.mjs";
import { specInputs, specSizes, specWeights } from "./lib/mapping.mjs";
import { readTensors, writeTensors } from "./peers/model.mjs";
import { serve } from "./peers/serve.mjs";

const countOf = (shape) => shape.reduce((product, size) => product * size, 1);

/** Starts an executor by the name that the bench uses. */
async function open(pipeline, name, threads) {
  const extensions = {};
  switch (name) {
    case "tfjs-wasm":
      return pipeline.tfjsExecutor("wasm", { extensions });
    case "tfjs-webgpu":
      return pipeline.tfjsExecutor("webgpu", { extensions });
    case "wasm":
      return present(pipeline.wasmExecutor, name)({ threads, extensions });
    case "tensorflow":
      return present(pipeline.tensorflowExecutor, name)({ threads, extensions });
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

/** Floating-point operations of the plan's matrix products; a loop's body counts once a step. */
function gemmFlops(graph, operation) {
  return graph.nodes.reduce((sum, node) => {
    const shapes = node.inputs.map((input) => graph.nodes[input].shape);
    const own = node.op === "dot" ? operation("dot").flops(node, shapes) : 0;
    const steps = node.body === undefined ? 0 : (shapes[node.attributes.carries]?.[0] ?? 0);
    return sum + own + (steps === 0 ? 0 : steps * gemmFlops(node.body, operation));
  }, 0);
}

/** Random numbers that the graph draws at a step, by node: the module's path, the distribution, the values. */
function drawsAt(plan, operation, step) {
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

/** GFLOP/s of a product of two 512 x 512 matrices on the executor, the best of some. */
async function peakGemm(pipeline, session) {
  const size = 512;
  const builder = pipeline.graphBuilder();
  const sizes = [pipeline.constantDim(size), pipeline.constantDim(size)];
  const variable = (name) => builder.add("variable", [], { name, sizes, dtype: "f32" });
  const product = builder.add("dot", [variable("peak.a"), variable("peak.b")], { batch: [], contract: [[1, 0]] });
  const graph = builder.finish({}, [{ variable: "peak.c", value: product }]);
  const values = Float32Array.from({ length: size * size }, (_, at) => Math.sin(at));
  for (const name of ["peak.a", "peak.b", "peak.c"]) session.write(name, { dtype: "f32", shape: [size, size], data: values });
  const program = await session.load(pipeline.makePlan("peak", graph, {}));
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 40; round += 1) {
    const start = performance.now();
    await program.run({}, { outputs: [] });
    best = Math.min(best, performance.now() - start);
  }
  program.dispose();
  return (2 * size ** 3) / best / 1e6;
}

/** Writes weights, banks, batch and the draws of the first steps for the peers. */
function dump(pipeline, { job, values, feeds, plan }) {
  const tensors = [
    ...values
      .filter(({ kind }) => kind !== "slot")
      .map(({ name, kind, shape, data }) => ({ role: kind, name, shape, values: data })),
    ...Object.entries(feeds).map(([name, { shape, data }]) => ({ role: "input", name, shape, values: data })),
    ...Array.from({ length: job.steps }, (_, step) => drawsAt(plan, pipeline.operation, step)).flatMap((draws, step) =>
      draws.map(({ path, distribution, shape, values }) => ({
        role: "draw",
        name: `${step} ${distribution} ${path}`,
        shape,
        values,
      })),
    ),
  ];
  return writeTensors(job.folder, job.name, { model: job.model, sizes: plan.sizes, controls, set: job.set ?? {} }, tensors);
}

await serve(async (job) => {
  const pipeline = await import(pathToFileURL(job.bundle).href);
  const executor = job.dump === undefined ? await open(pipeline, job.executor, job.threads ?? 1) : undefined;
  const given = job.manifest === undefined ? undefined : readTensors(job.manifest);
  const session = await executor?.open();
  const marks = [performance.now()];
  const found = compile(pipeline, job);
  marks.push(performance.now());
  const sizes = given === undefined ? job.sizes : specSizes(given);
  const plan = pipeline.makePlan(`${found.model.name}/${found.stage.name}`, found.stage.graph, sizes);
  marks.push(performance.now());
  const values = firstValues(pipeline, found, sizes, given === undefined ? {} : specWeights(given));
  const feeds =
    given === undefined
      ? feedsFor(plan, found.compiled, found.model, { ...pipeline, seed: controls.seed })
      : Object.fromEntries(
          Object.entries(specInputs(given)).map(([name, { shape, values: data }]) => [name, { dtype: "f32", shape, data }]),
        );
  if (job.dump !== undefined) {
    const manifest = dump(pipeline, { job: { ...job, ...job.dump }, values, feeds, plan });
    return { step: async () => 0, describe: () => ({ manifest }) };
  }
  for (const { name, dtype, shape, data } of values) session.write(name, { dtype, shape, data });
  marks.push(performance.now());
  const program = await session.load(plan);
  marks.push(performance.now());
  const outputs = Object.keys(plan.graph.outputs).filter((name) => !name.startsWith("predict."));
  const wanted = new Set(plan.inputs.map(({ name }) => name));
  let step = 0;
  return {
    async step() {
      const own = pipeline.controlFeeds({ ...controls, step, update: step + 1 });
      const all = Object.fromEntries(Object.entries({ ...feeds, ...own }).filter(([name]) => wanted.has(name)));
      const results = await program.run(all, { outputs });
      step += 1;
      if (step === 1) marks.push(performance.now());
      return results.total.data[0];
    },
    async describe() {
      const [check, planning, initial, load, first] = marks.slice(1).map((mark, at) => mark - marks[at]);
      return {
        version: `mmx, ${executor.name}, Node ${process.version}`,
        compile: { check, plan: planning, initial, load, firstStep: first, total: marks.at(-1) - marks[0] },
        flops: plan.flops,
        gemmFlops: gemmFlops(plan.graph, pipeline.operation),
        planMegabytes: plan.peakBytes / 1e6,
        gemm: job.gemm === false ? undefined : await peakGemm(pipeline, session),
      };
    },
  };
});
