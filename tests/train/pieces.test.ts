// Pieces of the trainer on their own: gathering predictions without padding, tracing non-finite values, the plan cache, and the
// log that is cut back on resuming.
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { FieldSchema, Prediction } from "../../src/compiler/compiled.ts";
import { constantDim, symbolDim } from "../../src/compiler/dims/dim.ts";
import { graphBuilder } from "../../src/compiler/ir/builder.ts";
import { makePlan } from "../../src/compiler/ir/make-plan.ts";
import type { HostTensor } from "../../src/runtime/executors/executor.ts";
import { interpreterExecutor } from "../../src/runtime/executors/interpreter.ts";
import { collector } from "../../src/runtime/train/collect.ts";
import { openMetricsLog, readMetrics } from "../../src/runtime/train/metrics-log.ts";
import { summariseValue, traceNonFinite, type ValueSummary } from "../../src/runtime/train/non-finite.ts";
import { planCache } from "../../src/runtime/train/plans.ts";

const floats = (shape: readonly number[], ...data: number[]): HostTensor => ({
  dtype: "f32",
  shape,
  data: Float32Array.from(data),
});
const wholes = (shape: readonly number[], ...data: number[]): HostTensor => ({
  dtype: "i32",
  shape,
  data: Int32Array.from(data),
});

describe("gathering predictions", () => {
  const span = { file: "a.mmx", start: 0, end: 0 };
  const field = (axes: FieldSchema["axes"], labels?: readonly string[]): FieldSchema => ({
    name: "y",
    role: "target",
    element: labels === undefined ? "f32" : "labels",
    axes,
    optional: true,
    range: undefined,
    labels,
    column: "y",
    span,
  });
  const ragged = { size: symbolDim("T"), name: "T", ragged: true };
  const declared = (task: Prediction["task"], axes: FieldSchema["axes"], labels?: readonly string[]): Prediction => ({
    name: "y",
    parameter: "c",
    field: field(axes, labels),
    task,
  });
  const batch = (count: number, feeds: Readonly<Record<string, HostTensor>>) => ({
    feeds,
    sizes: {},
    count,
    index: 0,
    positions: {},
  });

  test("padding of a ragged target and absent samples are left out", () => {
    const gathered = collector(declared("classes", [ragged], ["a", "b"]), "valid", false);
    gathered.add(
      batch(3, {
        "c.y": wholes([3, 2], 0, 1, 1, 0, 1, 1),
        "c#present.y": floats([3], 1, 0, 1),
        "c#length.T": wholes([3], 2, 2, 1),
      }),
      floats([3, 2, 2], 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
    );
    expect(gathered.result()).toMatchObject({
      width: 2,
      truth: Float64Array.of(0, 1, 1),
      prediction: Float64Array.of(1, 2, 3, 4, 9, 10),
    });
  });

  test("several labels keep their width", () => {
    const axis = { size: constantDim(2), name: undefined, ragged: false };
    const gathered = collector(declared("multilabel", [axis]), "valid", false);
    gathered.add(batch(2, { "c.y": floats([2, 2], 0, 1, 1, 1), "c#present.y": floats([2], 0, 1) }), floats([2, 2], 5, 6, 7, 8));
    expect(gathered.result()).toMatchObject({ width: 2, truth: Float64Array.of(1, 1), prediction: Float64Array.of(7, 8) });
  });

  test("for predictions every sample counts, with or without a target", () => {
    const gathered = collector(declared("regression", []), "new data", true);
    gathered.add(batch(2, { "c#present.y": floats([2], 0, 1) }), floats([2], 5, 6));
    gathered.add(batch(1, {}), floats([1], 7));
    expect(gathered.result().prediction).toEqual(Float64Array.of(5, 6, 7));
  });

  test("a prediction that is not finite stops the evaluation", () => {
    const gathered = collector(declared("regression", []), "valid", false);
    expect(() => gathered.add(batch(1, {}), floats([1], Number.NaN))).toThrow(/predict y gave NaN on valid, batch 1/);
  });
});

describe("tracing a value that is not finite", () => {
  test("goes back to the first one whose inputs are finite", async () => {
    const builder = graphBuilder();
    const x = builder.add("input", [], { name: "x", sizes: [constantDim(2)], dtype: "f32" });
    const root = builder.add("log", [x]);
    const other = builder.add("exp", [x]);
    const product = builder.add("multiply", [other, root]);
    const total = builder.add("sum", [product], { axes: [0] });
    const plan = makePlan("t", builder.finish({ total }), {});
    const session = await interpreterExecutor().open();
    const program = await session.load(plan);
    const summaries = new Map<number, ValueSummary>();
    await program.run({ x: floats([2], -1, 2) }, { observe: (node, value) => summaries.set(node, summariseValue(value)) });
    const { graph } = plan;
    expect(graph.nodes[traceNonFinite(graph, summaries, graph.outputs.total ?? -1)]?.op).toBe("log");
  });

  test("what is kept of a value", () => {
    expect(summariseValue(floats([5], 1, Number.NaN, -2, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY))).toEqual({
      count: 5,
      nan: 1,
      infinite: 2,
      low: -2,
      high: 1,
    });
    expect(summariseValue(floats([1], Number.NaN))).toEqual({ count: 1, nan: 1, infinite: 0, low: undefined, high: undefined });
  });
});

describe("the plan cache", () => {
  const graph = () => {
    const builder = graphBuilder();
    const x = builder.add("input", [], { name: "x", sizes: [symbolDim("B")], dtype: "f32" });
    return builder.finish({ y: builder.add("exp", [x]) });
  };

  test("compiles once for each set of sizes that matter", async () => {
    const plans = planCache(await interpreterExecutor().open());
    const shared = graph();
    const first = await plans.program("p", shared, { B: 4, T: 8 });
    expect(await plans.program("p", shared, { B: 4, T: 16 })).toBe(first);
    expect(await plans.program("p", shared, { B: 3, T: 16 })).not.toBe(first);
    expect(plans.compiled).toBe(2);
  });

  test("keeps the programs used last", async () => {
    const plans = planCache(await interpreterExecutor().open(), 2);
    const shared = graph();
    const four = await plans.program("p", shared, { B: 4 });
    await plans.program("p", shared, { B: 3 });
    await plans.program("p", shared, { B: 4 });
    await plans.program("p", shared, { B: 2 });
    expect(await plans.program("p", shared, { B: 4 })).toBe(four);
    expect(plans.compiled).toBe(3);
    await plans.program("p", shared, { B: 3 });
    expect(plans.compiled).toBe(4);
  });
});

describe("the log", () => {
  const row = (epoch: number) =>
    ({ kind: "epoch", seed: 1, stage: "s", epoch, step: epoch, total: 0.5, losses: {}, metrics: {} }) as const;

  test("is cut back to the checkpoint's length and goes on there", async () => {
    const path = join(await mkdtemp(join(tmpdir(), "mmx-log-")), "metrics.jsonl");
    const first = await openMetricsLog(path, 0);
    await first.write(row(1));
    const length = await first.flush();
    await first.write(row(2));
    await first.close();
    const second = await openMetricsLog(path, length);
    await second.write(row(3));
    await second.close();
    expect((await readMetrics(path)).map((each) => each.kind === "epoch" && each.epoch)).toEqual([1, 3]);
  });

  test("that was cut by someone else is not gone on with", async () => {
    const path = join(await mkdtemp(join(tmpdir(), "mmx-log-")), "metrics.jsonl");
    await expect(openMetricsLog(path, 10)).rejects.toThrow(/metrics\.jsonl has 0 bytes, but 10 were written/);
  });

  test("a damaged row is named with its line", async () => {
    const path = join(await mkdtemp(join(tmpdir(), "mmx-log-")), "metrics.jsonl");
    const log = await openMetricsLog(path, 0);
    await log.write(row(1));
    await log.write({ ...row(2), total: Number.NaN });
    await log.close();
    await expect(readMetrics(path)).rejects.toThrow(/metrics\.jsonl:2:\d+: total must be number/);
  });
});
