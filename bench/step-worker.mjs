// One implementation of the step benchmark: a spec's training step on one of mmx's executors. Started by run.mjs, which tells it by one
// JSON argument what to run and then how many steps; with `dump` it writes weights, batch and random numbers for the peers instead.
import { controls } from "./lib/feeds.mjs";
import { drawsAt, gemmFlops, planStep, prepareStep } from "./lib/step.mjs";
import { writeTensors } from "./peers/model.mjs";
import { serve } from "./peers/serve.mjs";

/** Rows, columns and contracted entries of the products that a peak is measured on: a cube, and a layer on a batch of sequences. */
const peakShapes = [
  [512, 512, 512],
  [3200, 256, 64],
];

/** GFLOP/s of a matrix product on the executor: the best run of the best shape. */
async function peakGemm(pipeline, session) {
  const speeds = [];
  for (const [rows, columns, depth] of peakShapes) {
    const builder = pipeline.graphBuilder();
    const sides = { left: [rows, depth], right: [depth, columns], product: [rows, columns] };
    const nameOf = (side) => `peak ${rows} ${columns} ${depth} ${side}`;
    for (const [side, shape] of Object.entries(sides)) {
      const data = Float32Array.from({ length: shape[0] * shape[1] }, (_, at) => Math.sin(at));
      session.write(nameOf(side), { dtype: "f32", shape, data });
    }
    const variable = (side) =>
      builder.add("variable", [], { name: nameOf(side), sizes: sides[side].map(pipeline.constantDim), dtype: "f32" });
    const product = builder.add("dot", [variable("left"), variable("right")], { batch: [], contract: [[1, 0]] });
    const graph = builder.finish({}, [{ variable: nameOf("product"), value: product }]);
    const program = await session.load(pipeline.makePlan("peak", graph, {}));
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 40; round += 1) {
      const start = performance.now();
      await program.run({}, { outputs: [] });
      best = Math.min(best, performance.now() - start);
    }
    program.dispose();
    speeds.push((2 * rows * columns * depth) / best / 1e6);
  }
  return Math.max(...speeds);
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
