// Three training steps of each of SemanticMAC's bindings against PyTorch, of epochs 1, 3 and 4: losses, gradients, the banks of pseudo
// labels and features after each step, the weights after the last. Same weights, banks, samples and random numbers. The fixtures were
// written by semantic_mac_torch.py (see ../README.md); no Python is needed to run this.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { checkSpec } from "../../../src/compiler/check/index.ts";
import type { StageProgram, VariableDeclaration } from "../../../src/compiler/compiled.ts";
import { renderAll } from "../../../src/compiler/diagnostics/render.ts";
import { type Dim, evaluateDim, type Sizes } from "../../../src/compiler/dims/dim.ts";
import { memoryHost } from "../../../src/compiler/host.ts";
import type { Node, SymbolicGraph } from "../../../src/compiler/ir/graph.ts";
import { makePlan } from "../../../src/compiler/ir/make-plan.ts";
import type { Plan } from "../../../src/compiler/ir/plan.ts";
import type { Executor, Feeds, HostTensor, Session } from "../../../src/runtime/executors/executor.ts";
import { interpreterExecutor } from "../../../src/runtime/executors/interpreter.ts";
import { tfjsExecutor } from "../../../src/runtime/executors/tfjs/index.ts";
import { wasmExecutor } from "../../../src/runtime/executors/wasm/index.ts";
import { byPath, type Fixture, largest, number, readFixture, relativeError, rowsOf, take, whole } from "./fixture.ts";

const read = (name: string): string => readFileSync(join(import.meta.dirname, "../../../examples/semantic-mac", name), "utf8");
const host = memoryHost(
  Object.fromEntries(["model", "mosi", "meld", "conversations"].map((n) => [`${n}.mmx`, read(`${n}.mmx`)])),
);

interface Binding {
  readonly spec: "mosi" | "meld" | "conversations";
  readonly epochs: number;
  /** The field of the labels and what it holds, of the fixture's degrees [B, Y]. */
  readonly target: string;
  readonly labels: (degrees: HostTensor) => HostTensor;
  readonly sizes: Sizes;
  /** Inputs of lengths -> modalities of the fixture. */
  readonly lengths: Readonly<Record<string, string>>;
}

const common = { B: 12, samples: 20 };
const bindings: readonly Binding[] = [
  {
    spec: "mosi",
    epochs: 30,
    target: "mood",
    labels: ({ data }) => ({ dtype: "f32", shape: [data.length], data }),
    sizes: { ...common, L: 6, A: 1, Ft: 10, Fa: 5 },
    lengths: { L: "text" },
  },
  {
    spec: "meld",
    epochs: 5,
    target: "emotion",
    labels: classes,
    sizes: { ...common, "L.text": 5, "L.before": 6, F: 10 },
    lengths: { "L.text": "text", "L.before": "before" },
  },
  {
    spec: "conversations",
    epochs: 15,
    target: "occurs",
    labels: (degrees) => degrees,
    sizes: { ...common, "L.speaker": 6, "L.others": 5, F: 10 },
    lengths: { "L.speaker": "speaker", "L.others": "others" },
  },
];

/** The spec's D and K in the fixtures. */
const overrides = { D: "8", K: "3" };
const steps = [1, 2, 3] as const;
const [beta1, clip, tolerance] = [0.9, 1.0, 1e-4];
/** A gradient of less than this share of all gradients' norm is none: what it stands for has no effect on the losses. */
const nothing = 1e-6;

/** One-hot degrees as class numbers. */
function classes({ shape: [rows = 0, width = 0], data }: HostTensor): HostTensor {
  const found = Int32Array.from({ length: rows }, (_, row) => data.slice(row * width, (row + 1) * width).indexOf(1));
  return { dtype: "i32", shape: [rows], data: found };
}

/** The graph with its k-th random node, in source order, replaced by an input of the name `random/k`. */
function withDrawsAsInputs(graph: SymbolicGraph): { readonly graph: SymbolicGraph; readonly drawn: number } {
  let drawn = 0;
  const nodes = graph.nodes.map((node): Node<Dim> => {
    if (node.op !== "random") return node;
    const name = `random/${String(drawn).padStart(2, "0")}`;
    drawn += 1;
    return { ...node, op: "input", inputs: [], attributes: { name, sizes: node.shape, dtype: node.dtype } };
  });
  return { graph: { ...graph, nodes }, drawn };
}

const scalar = (value: number, dtype: HostTensor["dtype"]): HostTensor => ({
  dtype,
  shape: [],
  data: dtype === "i32" ? Int32Array.of(value) : Float32Array.of(value),
});

function feedsFor(plan: Plan, { epochs, target, labels, lengths }: Binding, fixture: Fixture, step: number): Feeds {
  const { data: rows, ...index } = take(fixture, `${step}/rows`);
  const batch = (name: string): HostTensor => rowsOf(take(fixture, `data/${name}`), rows);
  // The middle of the epoch.
  const progress = (number(fixture, `${step}/epoch`) - 0.5) / epochs;
  const own: Readonly<Record<string, HostTensor>> = {
    [`clip.${target}`]: labels(batch("truth")),
    "clip#index": whole({ ...index, data: rows }),
    "#progress": scalar(progress, "f32"),
    "#rate": scalar(1, "f32"),
    "#update": scalar(step, "f32"),
    "#step": scalar(step - 1, "i32"),
    "#seed": scalar(0, "i32"),
  };
  const feed = (name: string): HostTensor => {
    if (own[name] !== undefined) return own[name];
    if (name.startsWith("random/")) return take(fixture, `${step}/${name}`);
    const modality = lengths[name.replace("clip#length.", "")];
    return modality === undefined ? batch(name.replace("clip.", "")) : whole(batch(`length.${modality}`));
  };
  return Object.fromEntries(plan.inputs.map(({ name }) => [name, feed(name)]));
}

interface Trained {
  readonly fixture: Fixture;
  readonly stage: StageProgram;
  readonly shapeOf: (path: string) => readonly number[];
  readonly drawn: number;
  readonly banks: readonly string[];
  /** Of each step: what the program gave, Adam's first moments, the banks. */
  readonly taken: readonly {
    readonly outputs: Readonly<Record<string, HostTensor>>;
    readonly moments: ReadonlyMap<string, HostTensor>;
    readonly banks: ReadonlyMap<string, HostTensor>;
  }[];
  readonly weights: ReadonlyMap<string, HostTensor>;
}

async function readAll(session: Session, names: readonly string[], slot = ""): Promise<ReadonlyMap<string, HostTensor>> {
  const found = new Map<string, HostTensor>();
  for (const name of names) found.set(name, await session.read(`${slot}${name}`));
  return found;
}

async function train(binding: Binding, executor: Executor): Promise<Trained> {
  const fixture = await readFixture(`${binding.spec}.npz`);
  const { compiled, diagnostics, sources } = checkSpec(host, `${binding.spec}.mmx`, { overrides });
  const [stage, model] = [compiled?.train?.stages[0], compiled?.models[0]];
  if (stage === undefined || model === undefined) throw new Error(renderAll(diagnostics, sources));
  const declared = new Map([...model.variables, ...stage.slots].map((variable) => [variable.name, variable]));
  const sizesOf = ({ shape }: VariableDeclaration): readonly number[] => shape.map((dim) => evaluateDim(dim, binding.sizes));
  const shapeOf = (name: string): readonly number[] => {
    const variable = declared.get(name);
    if (variable === undefined) throw new Error(`the spec has no ${name}`);
    return sizesOf(variable);
  };
  const session = await executor.open();
  for (const [path, value] of byPath(fixture, "weight", shapeOf)) session.write(path, value);
  for (const slot of stage.slots) {
    expect(slot.initializer).toEqual({ kind: "constant", value: 0 });
    const shape = sizesOf(slot);
    session.write(slot.name, { dtype: "f32", shape, data: new Float32Array(shape.reduce((product, size) => product * size, 1)) });
  }
  const banks = model.variables.filter(({ kind }) => kind === "bank").map(({ name }) => name);
  for (const name of banks) session.write(name, take(fixture, name.replace("SemanticMAC", "bank")));
  const { graph, drawn } = withDrawsAsInputs(stage.graph);
  const plan = makePlan(`SemanticMAC/${binding.spec}`, graph, binding.sizes);
  const program = await session.load(plan);
  const taken: Trained["taken"][number][] = [];
  for (const step of steps) {
    const outputs = await program.run(feedsFor(plan, binding, fixture, step));
    const moments = await readAll(session, stage.trainable, "joint/adamw.m:");
    taken.push({ outputs, moments, banks: await readAll(session, banks) });
  }
  const weights = await readAll(session, stage.trainable);
  session.dispose();
  return { fixture, stage, shapeOf, drawn, banks, taken, weights };
}

const executors: readonly { readonly name: string; open(): Promise<Executor> }[] = [
  { name: "interpreter", open: async () => interpreterExecutor() },
  { name: "wasm", open: async () => wasmExecutor() },
  { name: "tfjs cpu", open: () => tfjsExecutor("cpu") },
];

const cases = bindings.flatMap((binding) => executors.map(({ name, open }) => ({ binding, spec: binding.spec, name, open })));

describe.each(cases)("three training steps of $spec on $name equal PyTorch's to 1e-4", ({ binding, open }) => {
  let trained: Trained;

  beforeAll(async () => {
    trained = await train(binding, await open());
  }, 60_000);

  it("has PyTorch's weights, banks and random numbers, no more and no fewer", () => {
    const { fixture, stage, drawn, banks } = trained;
    const named = (prefix: string): string[] => [...fixture.tensors.keys()].filter((name) => name.startsWith(prefix));
    expect([...stage.trainable].sort()).toEqual([...fixture.paths].sort());
    expect(banks.map((name) => name.replace("SemanticMAC", "bank")).sort()).toEqual(named("bank/").sort());
    expect(named("1/random/")).toHaveLength(drawn);
  });

  it.each(["task", "semantic", "unimodal", "intra", "inter"])("loss %s", (name) => {
    for (const step of steps) {
      const found = trained.taken[step - 1]?.outputs[`loss.${name}`]?.data ?? [];
      expect(relativeError(found, take(trained.fixture, `${step}/loss/${name}`).data), `step ${step}`).toBeLessThan(tolerance);
    }
  });

  it("total and gradient norm", () => {
    for (const step of steps) {
      const { total, gradient_norm: norm } = trained.taken[step - 1]?.outputs ?? {};
      expect(relativeError(total?.data ?? [], take(trained.fixture, `${step}/loss/total`).data)).toBeLessThan(tolerance);
      expect(relativeError(norm?.data ?? [], take(trained.fixture, `${step}/gradient_norm`).data)).toBeLessThan(tolerance);
    }
  });

  it("every gradient", () => {
    const { fixture, stage, shapeOf, taken } = trained;
    const errors: Record<string, number> = {};
    for (const step of steps) {
      const norm = number(fixture, `${step}/gradient_norm`);
      const gradients = byPath(fixture, `${step}/gradient`, shapeOf);
      for (const path of stage.trainable) {
        // Adam's first moments m ← beta1 m + (1 - beta1) g tell the gradient g, clipped to the global norm.
        const gradient = Array.from(gradients.get(path)?.data ?? [], (value) => value * Math.min(1, clip / (norm + 1e-6)));
        const before = taken[step - 2]?.moments.get(path)?.data ?? [];
        const after = taken[step - 1]?.moments.get(path)?.data ?? [];
        const found = gradient.map((_, at) => ((after[at] ?? Number.NaN) - beta1 * (before[at] ?? 0)) / (1 - beta1));
        const none = largest(gradient) < nothing;
        const error = none ? largest(found) / nothing : relativeError(found, gradient) / tolerance;
        if (!(error < 1)) errors[`${step} ${path}`] = error;
      }
    }
    expect(errors).toEqual({});
  });

  it("every bank after each step: labels moved for the batch's samples, all others as they were", () => {
    const errors: Record<string, number> = {};
    for (const step of steps) {
      for (const [name, { data }] of trained.taken[step - 1]?.banks ?? []) {
        const expected = take(trained.fixture, `${step}/${name.replace("SemanticMAC", "bank")}`).data;
        const error = relativeError(data, expected);
        if (!(error < tolerance)) errors[`${step} ${name}`] = error;
      }
    }
    expect(errors).toEqual({});
  });

  it("every weight after the last step, but those that have no effect", () => {
    const { fixture, stage, shapeOf, weights } = trained;
    const expected = byPath(fixture, "after", shapeOf);
    const gradients = steps.map((step) => byPath(fixture, `${step}/gradient`, shapeOf));
    const without: string[] = [];
    const errors: Record<string, number> = {};
    for (const path of stage.trainable) {
      // Of a gradient that is none but for rounding Adam makes a step of any direction.
      if (gradients.every((each) => largest(each.get(path)?.data ?? []) < nothing)) without.push(path);
      else {
        const error = relativeError(weights.get(path)?.data ?? [], expected.get(path)?.data ?? []);
        if (!(error < tolerance)) errors[path] = error;
      }
    }
    expect(errors).toEqual({});
    // The same number added to all keys' scores; and, of a sequence of one, whatever asks for it.
    const single = /latents\/audio\/.*CrossBlock\/h\/(Attention\/(queries|keys)|LayerNorm)\b/;
    expect(without.filter((path) => !/Attention\/keys\/Linear\.offset$/.test(path) && !single.test(path))).toEqual([]);
  });
});
