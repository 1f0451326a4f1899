// One harness for every module of the library: a case is a few lines of a model over made-up data, and what they must give,
// computed by plain loops over samples that were never padded. From the case follow a spec, padded batches and probes.

import { diagnosticSink } from "../../src/compiler/check/context.ts";
import { checkSpec } from "../../src/compiler/check/index.ts";
import { elaborateModel } from "../../src/compiler/check/model.ts";
import type { VariableDeclaration } from "../../src/compiler/compiled.ts";
import { evaluateDim, type Sizes } from "../../src/compiler/dims/dim.ts";
import { memoryHost } from "../../src/compiler/host.ts";
import { gradients } from "../../src/compiler/ir/autodiff.ts";
import { graphBuilder } from "../../src/compiler/ir/builder.ts";
import type { SymbolicGraph } from "../../src/compiler/ir/graph.ts";
import { loadProgram } from "../../src/compiler/names/load.ts";
import { eliminateDead } from "../../src/compiler/passes/dead.ts";
import { type Matrix, range, type Vector } from "./math.ts";

/** Axes with a name and a fixed size. */
const namedSizes = { Rows: 3, Columns: 2, Step: 4, Single: 1 } as const;

/** A ragged axis by its letter, a named one of fixed size, or a fixed size. */
export type CaseAxis = "T" | "S" | keyof typeof namedSizes | number;

export interface CaseField {
  readonly axes: readonly CaseAxis[];
  readonly optional?: boolean;
  /** Class numbers 0 .. below - 1 of the labels `Kind`. */
  readonly classes?: number;
  /** Values are drawn from this range; default -1.5 .. 1.5. */
  readonly between?: readonly [number, number];
  /** Values are drawn from this list. */
  readonly among?: readonly number[];
}

/** One sample's fields as nested arrays of their true lengths; an absent field is undefined. */
export type Nested = number | readonly Nested[];
export type Sample = Readonly<Record<string, Nested | undefined>>;

export interface Weights {
  /** The matrix, or stack of matrices, of the one weight whose path ends so. */
  (suffix: string): Nested;
  matrix(suffix: string): Matrix;
  vector(suffix: string): Vector;
}

export interface StdCase {
  readonly name: string;
  readonly use?: string;
  readonly declarations?: string;
  readonly fields: Readonly<Record<string, CaseField>>;
  /** Statements of the model; one of them binds `out`. */
  readonly body: string;
  /** `out` for each sample (undefined: absent), or the one scalar. */
  readonly expected: (samples: readonly Sample[], weights: Weights) => readonly (Nested | undefined)[] | number;
  /** Where a statistic of the batch is behind `stop`: `expected` as a function of moved samples, the statistic kept at `base`. */
  readonly held?: (base: readonly Sample[]) => (samples: readonly Sample[]) => number;
  /** Tolerance of float32 executors, relative to the largest entry; default 1e-5. */
  readonly tolerance?: number;
}

/** Which samples lack their optional fields: `some` (each field others), `alone` (only sample 0 is whole), `none`. */
export type Presence = "all" | "some" | "alone" | "none";

export interface Batch {
  readonly samples: readonly Sample[];
  readonly feeds: Readonly<Record<string, Reference>>;
  readonly sizes: Sizes;
}

export interface Reference {
  readonly shape: readonly number[];
  readonly dtype: "f32" | "i32";
  readonly data: Float64Array;
}

const bound = 16;

function namedAxes(testCase: StdCase): readonly (keyof typeof namedSizes)[] {
  const axes = new Set(Object.values(testCase.fields).flatMap((field) => field.axes));
  return (Object.keys(namedSizes) as (keyof typeof namedSizes)[]).filter((name) => axes.has(name));
}

const isRagged = (axis: CaseAxis): axis is "T" | "S" => axis === "T" || axis === "S";
const fixedSize = (axis: Exclude<CaseAxis, "T" | "S">): number => (typeof axis === "number" ? axis : namedSizes[axis]);

/** `fromData`: a fixed size of a field becomes a name that only the data's header binds, `W3` for 3. */
export interface SpecOptions {
  readonly fromData?: boolean;
  /** Random draws are live. */
  readonly training?: boolean;
}

export function specOf(testCase: StdCase, options: SpecOptions = {}): string {
  const size = (axis: CaseAxis): string => (options.fromData === true && typeof axis === "number" ? `W${axis}` : String(axis));
  const fields = Object.entries(testCase.fields).map(([name, field]) => {
    const type = field.classes === undefined ? "f32" : "Kind";
    return `  ${name}: ${type}[${["B", ...field.axes.map(size)].join(", ")}]${field.optional === true ? " optional" : ""}`;
  });
  const classes = Object.values(testCase.fields).find((field) => field.classes !== undefined)?.classes;
  return [
    "mmx 1",
    ...(testCase.use === undefined ? [] : [`use ${testCase.use}`]),
    `dim T <= ${bound} ragged`,
    `dim S <= ${bound} ragged`,
    ...(classes === undefined ? [] : [`labels Kind = 0 .. ${classes - 1}`]),
    ...namedAxes(testCase).map((name) => `dim ${name} = ${namedSizes[name]}`),
    ...(testCase.declarations === undefined ? [] : [testCase.declarations]),
    "data probe {",
    ...fields,
    "}",
    "model Test(clip: probe) {",
    testCase.body,
    "  loss probed = sum(sin(1.7 * out + 0.3))",
    "}",
    "",
  ].join("\n");
}

export interface CompiledCase {
  readonly variables: readonly VariableDeclaration[];
  /** Every node of the model; `out` and `loss` are indices into it. */
  readonly nodes: SymbolicGraph["nodes"];
  readonly out: number;
  readonly loss: number;
}

const compiled = new Map<string, CompiledCase>();

/** Checks the case's spec, then elaborates it again to have every named value's node. Each spec is compiled once. */
export function compileCase(testCase: StdCase, options: SpecOptions = {}): CompiledCase {
  const key = `${testCase.name} ${JSON.stringify(options)}`;
  const made = compiled.get(key) ?? compileNow(testCase, options);
  compiled.set(key, made);
  return made;
}

function compileNow(testCase: StdCase, options: SpecOptions): CompiledCase {
  const text = specOf(testCase, options);
  const host = memoryHost({ "case.mmx": text });
  const sink = diagnosticSink();
  const loaded = loadProgram(host, "case.mmx", text, (diagnostic) => sink.report(diagnostic));
  const model = elaborateModel(host, loaded, sink, {}, "Test", options.training === true);
  const errors = [...checkSpec(host, "case.mmx").diagnostics, ...sink.all].filter(
    (diagnostic) => diagnostic.severity === "error",
  );
  const out = model?.e.values.find((value) => value.path === "Test/out")?.node;
  const loss = model?.losses.get("probed")?.value.node;
  if (errors.length > 0 || model === undefined || out === undefined || loss === undefined) {
    const lines = errors.map((error) => `${error.code} ${error.message} | ${error.notes.join(" | ")}`);
    throw new Error(`${testCase.name} does not check:\n${lines.join("\n")}\n${text}`);
  }
  return { variables: [...model.e.variables.values()], nodes: model.e.root.builder.nodes, out, loss };
}

/** Numbers 0 .. 1, the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const lengths: Readonly<Record<"T" | "S", readonly number[]>> = { T: [5, 2, 4, 1], S: [3, 4, 1, 2] };
const batchSize = 4;
const sizesFromData = Object.fromEntries(range(9).map((size) => [`W${size}`, size]));
/** Sizes for weights, which no ragged axis reaches. */
export const weightSizes: Sizes = { B: batchSize, T: 5, S: 5, ...sizesFromData };

export function makeSamples(testCase: StdCase, presence: Presence, seed: number): readonly Sample[] {
  const next = randomNumbers(seed);
  return range(batchSize).map((index) => {
    const sample: Record<string, Nested | undefined> = {};
    for (const [order, [name, field]] of Object.entries(testCase.fields).entries()) {
      const value = drawNested(field, index, 0, next);
      sample[name] = field.optional === true && isAbsent(presence, index, order) ? undefined : value;
    }
    return sample;
  });
}

function isAbsent(presence: Presence, index: number, order: number): boolean {
  if (presence === "some") return index === (order + 1) % batchSize;
  if (presence === "alone") return index !== 0;
  return presence === "none";
}

function drawNested(field: CaseField, index: number, depth: number, next: () => number): Nested {
  const axis = field.axes[depth];
  if (axis === undefined) return drawNumber(field, next);
  const length = isRagged(axis) ? (lengths[axis][index] ?? 1) : fixedSize(axis);
  return range(length).map(() => drawNested(field, index, depth + 1, next));
}

function drawNumber(field: CaseField, next: () => number): number {
  if (field.classes !== undefined) return Math.floor(next() * field.classes);
  if (field.among !== undefined) return field.among[Math.floor(next() * field.among.length)] ?? 0;
  const [low, high] = field.between ?? [-1.5, 1.5];
  return low + (high - low) * next();
}

/** Pads the samples to `longest` steps. `garbage` fills padded and absent entries. */
export function makeBatch(testCase: StdCase, samples: readonly Sample[], longest: number, garbage: () => number): Batch {
  const count = samples.length;
  const sizes: Record<string, number> = { B: count, ...sizesFromData };
  const feeds: Record<string, Reference> = {
    "#seed": { shape: [], dtype: "i32", data: Float64Array.of(1) },
    "#step": { shape: [], dtype: "i32", data: Float64Array.of(3) },
  };
  for (const [name, field] of Object.entries(testCase.fields)) {
    const shape = [count, ...field.axes.map((axis) => (isRagged(axis) ? longest : fixedSize(axis)))];
    const data: number[] = [];
    for (const sample of samples) fillPadded(data, sample[name], shape.slice(1), field.classes === undefined ? garbage : () => 0);
    feeds[`clip.${name}`] = { shape, dtype: field.classes === undefined ? "f32" : "i32", data: Float64Array.from(data) };
    if (field.optional === true) {
      const present = samples.map((sample) => (sample[name] === undefined ? 0 : 1));
      feeds[`clip#present.${name}`] = { shape: [count], dtype: "f32", data: Float64Array.from(present) };
    }
    for (const axis of field.axes) {
      if (!isRagged(axis)) continue;
      sizes[axis] = longest;
      feeds[`clip#length.${axis}`] = { shape: [count], dtype: "i32", data: Float64Array.from(lengths[axis].slice(0, count)) };
    }
  }
  return { samples, feeds, sizes };
}

function fillPadded(into: number[], value: Nested | undefined, shape: readonly number[], garbage: () => number): void {
  const [size, ...rest] = shape;
  if (size === undefined) {
    into.push(typeof value === "number" ? value : garbage());
    return;
  }
  const items = typeof value === "object" ? value : [];
  for (const at of range(size)) fillPadded(into, items[at], rest, garbage);
}

/** A weight's initial values for the tests: small, and nowhere special. */
export function makeWeights(model: CompiledCase, sizes: Sizes, seed: number): Record<string, Reference> {
  const next = randomNumbers(seed);
  return Object.fromEntries(
    model.variables.map((variable) => {
      const shape = variable.shape.map((size) => evaluateDim(size, sizes));
      const count = shape.reduce((product, size) => product * size, 1);
      return [variable.name, { shape, dtype: variable.dtype, data: Float64Array.from(range(count), () => next() - 0.5) }];
    }),
  );
}

export function toNested(value: Reference): Nested {
  let at = 0;
  const read = (axis: number): Nested => {
    const size = value.shape[axis];
    if (size === undefined) {
      at += 1;
      return value.data[at - 1] ?? Number.NaN;
    }
    return range(size).map(() => read(axis + 1));
  };
  return read(0);
}

export function weightsBySuffix(variables: Readonly<Record<string, Reference>>): Weights {
  const find = (suffix: string): Nested => {
    const names = Object.keys(variables).filter((name) => name.endsWith(`/${suffix}`));
    const [name] = names;
    const value = name === undefined ? undefined : variables[name];
    if (names.length !== 1 || value === undefined) {
      throw new Error(`${names.length} weights end in ${suffix}; there are ${Object.keys(variables).join(", ")}`);
    }
    return toNested(value);
  };
  return Object.assign(find, {
    matrix: (suffix: string) => find(suffix) as Matrix,
    vector: (suffix: string) => find(suffix) as Vector,
  });
}

export interface Probe {
  /** Outputs `out`, `loss` and one `gradient:NAME` for each weight and float input that the loss reaches. */
  readonly graph: SymbolicGraph;
  readonly differentiable: readonly string[];
}

/** The model's graph with the value of `out`, the probe loss and its gradients as outputs. */
export function probeOf(model: CompiledCase): Probe {
  const builder = graphBuilder(model.nodes);
  const leaves = model.nodes.flatMap((node, at) => {
    const name = node.attributes.name;
    const isLeaf = node.op === "variable" || (node.op === "input" && node.dtype === "f32" && !String(name).includes("#"));
    return isLeaf && typeof name === "string" ? [{ name, at }] : [];
  });
  const found = gradients(
    builder,
    model.loss,
    leaves.map((leaf) => leaf.at),
  );
  const outputs: Record<string, number> = { out: model.out, loss: model.loss };
  for (const [at, leaf] of leaves.entries()) {
    const gradient = found[at];
    if (gradient !== undefined) outputs[`gradient:${leaf.name}`] = gradient;
  }
  return {
    graph: eliminateDead(builder.finish(outputs)),
    differentiable: leaves.filter((_, at) => found[at] !== undefined).map((leaf) => leaf.name),
  };
}
