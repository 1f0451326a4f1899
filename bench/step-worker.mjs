// One implementation of the step benchmark: a spec's training step on one of mmx's executors. Started by run.mjs, which tells it by one
// JSON argument what to run and then how many steps; with `dump` it writes weights, batch and random numbers for the peers instead.
import { controls } from "./lib/feeds.mjs";
import { drawsAt, gemmFlops, planStep, prepareStep } from "./lib/step.mjs";
import { writeTensors } from "./peers/model.mjs";
import { serve } from "./peers/serve.mjs";

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
function dump(job, { pipeline, values, feeds, plan }) {
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
  if (job.dump !== undefined) {
    const manifest = dump({ ...job, ...job.dump }, await planStep(job));
    return { step: async () => 0, describe: () => ({ manifest }) };
  }
  const { pipeline, executor, session, plan, step, times, firstLoss } = await prepareStep(job);
  return {
    step,
    firstLoss,
    describe: async () => ({
      version: `mmx, ${executor.name}, Node ${process.version}`,
      compile: times,
      flops: plan.flops,
      gemmFlops: gemmFlops(plan.graph, pipeline.operation),
      planMegabytes: plan.peakBytes / 1e6,
      gemm: job.gemm === false ? undefined : await peakGemm(pipeline, session),
    }),
  };
});
