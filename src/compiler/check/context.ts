// The state of one elaboration: the graph being built, where in the model we are, and what was found wrong.
// A model is elaborated by evaluating its statements on typed values; every tensor operation appends nodes to the graph.
import type { DataSchema, DimensionInfo, Initializer, VariableDeclaration } from "../compiled.ts";
import type { Diagnostic, DiagnosticRecord } from "../diagnostics/diagnostic.ts";
import { diagnose } from "../diagnostics/diagnostic.ts";
import { shapeError } from "../diagnostics/records/types/shape-error.ts";
import type { Dim } from "../dims/dim.ts";
import { type GraphBuilder, graphBuilder } from "../ir/builder.ts";
import type { Attributes, DType, SymbolicGraph } from "../ir/graph.ts";
import { hashKey } from "../ir/random.ts";
import { ShapeError } from "../ops/operation.ts";
import type { Span } from "../source/span.ts";
import type { ElseExpression, ModuleItem } from "../syntax/ast.ts";
import type { Mask, TensorValue } from "../types/value.ts";

/** One graph under construction: the model's, or a scan body's, which captures values of the frames around it. */
export interface Frame {
  readonly builder: GraphBuilder;
  readonly parent: Frame | undefined;
  /** Outer node -> the `input` node that stands for it here, in order of capture. */
  readonly captures: Map<string, { readonly local: number; readonly outer: { node: number; owner: object } }>;
}

export interface RecordedValue {
  readonly path: string;
  readonly type: string;
  readonly span: Span;
  /** In the graph being built; removing dead nodes renumbers it. */
  readonly node: number | undefined;
}

export interface Elaboration {
  readonly sink: DiagnosticSink;
  readonly training: boolean;
  readonly model: string;
  frame: Frame;
  readonly root: Frame;
  path: readonly string[];
  /** Calls of modules around the present place, outermost first; errors inside the library are shown at the user's call. */
  calls: readonly Span[];
  /** Declarations being written out around the present place. */
  readonly running: ModuleItem[];
  /** Paths of the modules that were run at least once. */
  readonly entered: Set<string>;
  /** Inside a function, where no weight may be made. */
  weightless: boolean;
  readonly variables: Map<string, VariableDeclaration>;
  readonly variableNodes: Map<string, number>;
  readonly inputs: Map<string, number>;
  readonly dimensions: Map<string, DimensionInfo>;
  readonly pathCounts: Map<string, number>;
  readonly values: RecordedValue[];
  /** Set where a value couples the samples of a batch by pairs (`rename(x, B: …)`, `same(B, …)`). */
  readonly coupled: { span: Span | undefined };
  /** Every `else` met, and whether its left side could ever be absent. */
  readonly elses: Map<ElseExpression, boolean>;
  /** Fields read so far, `parameter.field`. */
  readonly fieldsRead: Set<string>;
}

/** Collects diagnostics once each: the same record at the same place counts once however often a module is elaborated. */
export interface DiagnosticSink {
  readonly all: Diagnostic[];
  report(diagnostic: Diagnostic): void;
}

export function diagnosticSink(): DiagnosticSink {
  const all: Diagnostic[] = [];
  const seen = new Set<string>();
  return {
    all,
    report(diagnostic) {
      const key = `${diagnostic.code} ${diagnostic.span.file} ${diagnostic.span.start} ${diagnostic.span.end}`;
      if (seen.has(key)) return;
      seen.add(key);
      all.push(diagnostic);
    },
  };
}

export function newElaboration(
  sink: DiagnosticSink,
  model: string,
  training: boolean,
  dimensions: Map<string, DimensionInfo>,
): Elaboration {
  const root: Frame = { builder: graphBuilder(), parent: undefined, captures: new Map() };
  return {
    sink,
    training,
    model,
    frame: root,
    root,
    path: [model],
    calls: [],
    running: [],
    entered: new Set(),
    weightless: false,
    variables: new Map(),
    variableNodes: new Map(),
    inputs: new Map(),
    dimensions,
    pathCounts: new Map(),
    values: [],
    coupled: { span: undefined },
    elses: new Map(),
    fieldsRead: new Set(),
  };
}

/** Whether a place is in the standard library, or in the signature of an extension operation. */
export const isLibrary = (span: Span): boolean => span.file.startsWith("std.") || span.file.endsWith(".ts");

/** Where to show a fault: a place in the library is shown at the innermost call in the user's own text. */
export function userSpan(e: Elaboration, span: Span): Span {
  if (!isLibrary(span)) return span;
  return [...e.calls].reverse().find((call) => !isLibrary(call)) ?? span;
}

export function report<Situation extends { readonly span: Span }>(
  e: Elaboration,
  record: DiagnosticRecord<Situation>,
  situation: Situation,
): void {
  const span = userSpan(e, situation.span);
  const diagnostic = diagnose(record, { ...situation, span });
  const inside = span === situation.span ? [] : [`inside ${e.path.at(-1) ?? "a module"}, ${situation.span.file}`];
  e.sink.report({
    ...diagnostic,
    labels: diagnostic.labels.filter((label) => !isLibrary(label.span)),
    fixes: span === situation.span ? diagnostic.fixes : [],
    notes: [...diagnostic.notes, ...inside],
  });
}

export const pathText = (e: Elaboration): string => e.path.join("/");

/** Runs with one or more path components added. */
export function within<Result>(e: Elaboration, components: readonly string[], run: () => Result): Result {
  const before = e.path;
  e.path = [...before, ...components];
  try {
    return run();
  } finally {
    e.path = before;
  }
}

/** A component unique at the present path: `Linear`, `Linear_2`, … */
export function uniqueComponent(e: Elaboration, name: string): string {
  const key = `${pathText(e)}/${name}`;
  const count = (e.pathCounts.get(key) ?? 0) + 1;
  e.pathCounts.set(key, count);
  return count === 1 ? name : `${name}_${count}`;
}

/** Begins the numbering under a module's path again, so that a second use of the module finds its weights; draws stay apart. */
export function restartPath(e: Elaboration, path: string): void {
  if (!e.entered.has(path)) {
    e.entered.add(path);
    return;
  }
  for (const key of e.pathCounts.keys()) {
    if (key.startsWith(`${path}/`) && !key.endsWith("/random")) e.pathCounts.delete(key);
  }
}

/** Raised after an op's shape rule refused its inputs and the diagnostic was reported; caught where a call is evaluated. */
export class Refused extends Error {}

/** Appends a node to the present frame. A refusal by the op's shape rule becomes a diagnostic at `span`. */
export function emit(
  e: Elaboration,
  span: Span,
  op: string,
  inputs: readonly number[],
  attributes: Attributes<Dim> = {},
  body?: SymbolicGraph,
): number {
  const { builder } = e.frame;
  builder.setOrigin({ span: userSpan(e, span), path: pathText(e) });
  try {
    return builder.add(op, inputs, attributes, body === undefined ? {} : { body });
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    report(e, shapeError, { span, operation: op, reason: error.message });
    throw new Refused();
  }
}

/** The node in the present frame that holds a value made in this frame or one around it. */
export function localNode(e: Elaboration, held: { readonly node: number; readonly owner: object }): number {
  return capture(e, e.frame, held);
}

function capture(e: Elaboration, frame: Frame, held: { readonly node: number; readonly owner: object }): number {
  if (held.owner === frame.builder) return held.node;
  if (frame.parent === undefined) throw new Error("a value of an inner loop is used outside it");
  let ownerIndex = 0;
  for (let at: Frame | undefined = frame; at !== undefined && at.builder !== held.owner; at = at.parent) ownerIndex += 1;
  const key = `${ownerIndex}:${held.node}`;
  const known = frame.captures.get(key);
  if (known !== undefined) return known.local;
  const outer = capture(e, frame.parent, held);
  const { builder } = frame.parent;
  const local = frame.builder.add("input", [], {
    name: `const.${frame.captures.size}`,
    sizes: [...builder.shape(outer)],
    dtype: builder.dtype(outer),
  });
  frame.captures.set(key, { local, outer: { node: outer, owner: builder } });
  return local;
}

/** The graph input of a name, made on first use in the model's own frame. */
export function graphInput(e: Elaboration, name: string, shape: readonly Dim[], dtype: DType): { node: number; owner: object } {
  let node = e.inputs.get(name);
  if (node === undefined) {
    node = e.root.builder.add("input", [], { name, sizes: [...shape], dtype });
    e.inputs.set(name, node);
  }
  return { node, owner: e.root.builder };
}

/** The variable of a path, declared on first use. Gives undefined where it is known with another shape. */
export function variable(
  e: Elaboration,
  name: string,
  shape: readonly Dim[],
  initializer: Initializer,
  kind: "weight" | "bank",
  span: Span,
): { node: number; owner: object } | undefined {
  const declared = e.variables.get(name);
  if (declared !== undefined) {
    const same = declared.shape.length === shape.length && declared.shape.every((size, at) => size.key === shape[at]?.key);
    const node = e.variableNodes.get(name);
    return same && node !== undefined ? { node, owner: e.root.builder } : undefined;
  }
  e.variables.set(name, { name, shape, dtype: "f32", initializer, kind, span });
  e.root.builder.setOrigin({ span: userSpan(e, span), path: name });
  const node = e.root.builder.add("variable", [], { name, sizes: [...shape], dtype: "f32" });
  e.variableNodes.set(name, node);
  return { node, owner: e.root.builder };
}

/** A key for a random draw: the path and how many draws were made there before. */
export function randomKey(e: Elaboration): number {
  return hashKey(`${pathText(e)}/${uniqueComponent(e, "random")}`);
}

export function tensor(
  e: Elaboration,
  node: number,
  axes: TensorValue["axes"],
  masks: readonly Mask[] = [],
  extra: { readonly labels?: string } = {},
): TensorValue {
  return {
    kind: "tensor",
    node,
    owner: e.frame.builder,
    dtype: e.frame.builder.dtype(node),
    axes,
    masks: uniqueMasks(masks),
    ...extra,
  };
}

export function uniqueMasks(masks: readonly Mask[]): readonly Mask[] {
  const kept: Mask[] = [];
  for (const mask of masks) {
    if (!kept.some((other) => other.node === mask.node && other.owner === mask.owner && other.axes.join() === mask.axes.join())) {
      kept.push(mask);
    }
  }
  return kept;
}

export type { DataSchema };
