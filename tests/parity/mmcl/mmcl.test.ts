// The MMCL training step against PyTorch, on single utterances and on conversations: losses, gradients and the weights after one
// AdamW update, from the same weights, batch and random numbers. The fixtures were written by mmcl_torch.py (see ../README.md); no
// Python is needed to run this.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { checkSpec } from "../../../src/compiler/check/index.ts";
import type { StageProgram } from "../../../src/compiler/compiled.ts";
import { renderAll } from "../../../src/compiler/diagnostics/render.ts";
import { type Dim, evaluateDim, type Sizes } from "../../../src/compiler/dims/dim.ts";
import { memoryHost } from "../../../src/compiler/host.ts";
import type { Node, SymbolicGraph } from "../../../src/compiler/ir/graph.ts";
import { makePlan } from "../../../src/compiler/ir/make-plan.ts";
import type { Plan } from "../../../src/compiler/ir/plan.ts";
import { readColumns } from "../../../src/runtime/data/formats/index.ts";
import type { Executor, Feeds, HostTensor, Session } from "../../../src/runtime/executors/executor.ts";
import { interpreterExecutor } from "../../../src/runtime/executors/interpreter.ts";
import { tfjsExecutor } from "../../../src/runtime/executors/tfjs/index.ts";

const read = (name: string): string => readFileSync(join(import.meta.dirname, "../../../examples/mmcl", name), "utf8");
const host = memoryHost(Object.fromEntries(["model.mmx", "mmcl.mmx", "conversations.mmx"].map((name) => [name, read(name)])));
const features = { Ft: 100, Fa: 73, Fv: 100 };

interface Binding {
  readonly spec: string;
  readonly fixture: string;
  readonly sizes: Sizes;
}

const bindings: readonly Binding[] = [
  { spec: "mmcl.mmx", fixture: "utterances.npz", sizes: { B: 20, ...features } },
  { spec: "conversations.mmx", fixture: "conversations.npz", sizes: { B: 4, U: 7, ...features } },
];

/** The spec's D in the fixture. */
const width = "16";
const beta1 = 0.9;
const clip = 1.0;

type Fixture = ReadonlyMap<string, HostTensor>;

async function readFixture(file: string): Promise<Fixture> {
  const columns = await readColumns(join(import.meta.dirname, file));
  const fixture = new Map<string, HostTensor>();
  for (const { name, shape, values } of columns.values()) {
    if (!(values instanceof Float32Array)) throw new Error(`${name} is not float32`);
    fixture.set(name, { dtype: "f32", shape, data: values });
  }
  return fixture;
}

function take(fixture: Fixture, name: string): HostTensor {
  const value = fixture.get(name);
  if (value === undefined) throw new Error(`the fixture has no ${name}`);
  return value;
}

function joint(spec: string): StageProgram {
  const { compiled, diagnostics, sources } = checkSpec(host, spec, { overrides: { D: width } });
  const stage = compiled?.train?.stages[0];
  if (stage === undefined) throw new Error(renderAll(diagnostics, sources));
  return stage;
}

/** The names of the fixture's random arrays, in the order of the draws. */
const drawNames = (fixture: Fixture): string[] => [...fixture.keys()].filter((name) => name.startsWith("random/")).sort();

/** The graph with its k-th random node, in source order, replaced by an input that is fed the fixture's k-th draw. */
function withDrawsAsInputs(graph: SymbolicGraph, names: readonly string[]): SymbolicGraph {
  let drawn = 0;
  const nodes = graph.nodes.map((node): Node<Dim> => {
    if (node.op !== "random") return node;
    const name = names[drawn];
    drawn += 1;
    if (name === undefined) throw new Error(`the graph draws more than ${names.length} times: ${node.origin.path}`);
    expect(name.split(".")[1], node.origin.path).toBe(node.attributes.distribution);
    return { ...node, op: "input", inputs: [], attributes: { name, sizes: node.shape, dtype: node.dtype } };
  });
  expect(drawn).toBe(names.length);
  return { ...graph, nodes };
}

const scalar = (value: number, dtype: HostTensor["dtype"]): HostTensor => ({
  dtype,
  shape: [],
  data: dtype === "i32" ? Int32Array.of(value) : Float32Array.of(value),
});

function lengths(fixture: Fixture): HostTensor {
  const { shape, data } = take(fixture, "batch/U");
  return { dtype: "i32", shape, data: Int32Array.from(data) };
}

function feedsFor(plan: Plan, fixture: Fixture): Feeds {
  const feeds: Record<string, HostTensor> = {};
  for (const { name, dtype } of plan.inputs) {
    if (name.startsWith("clip.")) feeds[name] = take(fixture, `batch/${name.slice("clip.".length)}`);
    else if (name === "clip#length.U") feeds[name] = lengths(fixture);
    else if (name.startsWith("random/")) feeds[name] = take(fixture, name);
    else if (name === "#rate" || name === "#update" || name === "#epoch") feeds[name] = scalar(1, dtype);
    else if (name === "#progress" || name === "#step" || name === "#seed") feeds[name] = scalar(0, dtype);
    else throw new Error(`an input that the test does not know: ${name}`);
  }
  return feeds;
}

/** The largest difference, relative to the largest entry of the expected tensor. */
function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  let difference = 0;
  let scale = 0;
  for (let index = 0; index < expected.length; index += 1) {
    difference = Math.max(difference, Math.abs((actual[index] ?? Number.NaN) - (expected[index] ?? Number.NaN)));
    scale = Math.max(scale, Math.abs(expected[index] ?? Number.NaN));
  }
  return scale === 0 ? difference : difference / scale;
}

const executors: readonly { readonly name: string; open(): Promise<Executor> }[] = [
  { name: "interpreter", open: async () => interpreterExecutor() },
  { name: "tfjs cpu", open: () => tfjsExecutor("cpu") },
  { name: "tfjs wasm", open: () => tfjsExecutor("wasm") },
];

const cases = bindings.flatMap((binding) => executors.map((executor) => ({ ...binding, ...executor })));

describe.each(cases)("a training step of $spec on $name equals PyTorch's to 1e-4", ({ spec, fixture: file, sizes, open }) => {
  const tolerance = 1e-4;
  let fixture: Fixture;
  let stage: StageProgram;
  let session: Session;
  let outputs: Readonly<Record<string, HostTensor>>;

  beforeAll(async () => {
    fixture = await readFixture(file);
    stage = joint(spec);
    const plan = makePlan("MMCL/joint", withDrawsAsInputs(stage.graph, drawNames(fixture)), sizes);
    session = await (await open()).open();
    for (const path of stage.trainable) session.write(path, take(fixture, `weight/${path}`));
    for (const slot of stage.slots) {
      expect(slot.initializer).toEqual({ kind: "constant", value: 0 });
      const shape = slot.shape.map((dim) => evaluateDim(dim, sizes));
      const length = shape.reduce((product, size) => product * size, 1);
      session.write(slot.name, { dtype: "f32", shape, data: new Float32Array(length) });
    }
    const program = await session.load(plan);
    outputs = await program.run(feedsFor(plan, fixture));
  });

  it("has PyTorch's weights, no more and no fewer", () => {
    const weights = [...fixture.keys()].filter((name) => name.startsWith("weight/")).map((name) => name.slice("weight/".length));
    expect([...stage.trainable].sort()).toEqual(weights.sort());
  });

  it.each(["task", "coding", "instance", "sentiment"])("loss %s", (name) => {
    expect(relativeError(outputs[`loss.${name}`]?.data ?? [], take(fixture, `loss/${name}`).data)).toBeLessThan(tolerance);
  });

  it("total and gradient norm", () => {
    expect(relativeError(outputs.total?.data ?? [], take(fixture, "loss/total").data)).toBeLessThan(tolerance);
    expect(relativeError(outputs.gradient_norm?.data ?? [], take(fixture, "gradient_norm").data)).toBeLessThan(tolerance);
  });

  it("every gradient", async () => {
    const norm = take(fixture, "gradient_norm").data[0] ?? Number.NaN;
    // Adam's first moment after the first step is (1 - beta1) times the gradient, clipped to the global norm.
    const factor = (1 - beta1) * Math.min(1, clip / (norm + 1e-6));
    const errors: Record<string, number> = {};
    for (const path of stage.trainable) {
      const expected = Float64Array.from(take(fixture, `gradient/${path}`).data, (value) => value * factor);
      const error = relativeError((await session.read(`joint/adamw.m:${path}`)).data, expected);
      if (!(error < tolerance)) errors[path] = error;
    }
    expect(errors).toEqual({});
  });

  it("every weight after the update", async () => {
    const errors: Record<string, number> = {};
    for (const path of stage.trainable) {
      const error = relativeError((await session.read(path)).data, take(fixture, `after/${path}`).data);
      if (!(error < tolerance)) errors[path] = error;
    }
    expect(errors).toEqual({});
  });
});
