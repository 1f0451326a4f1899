// A model: its statements on symbolic batches give the forward graph, its losses, predictions and banks.

import type { DimensionInfo, FieldSchema, ModelParameter, Prediction } from "../compiled.ts";
import { identityLeak } from "../diagnostics/records/models/identity-leak.ts";
import { labelLeak } from "../diagnostics/records/models/label-leak.ts";
import { lossNotScalar } from "../diagnostics/records/models/loss-not-scalar.ts";
import { lossUnnamed } from "../diagnostics/records/models/loss-unnamed.ts";
import { predictOptional } from "../diagnostics/records/models/predict-optional.ts";
import { predictShape } from "../diagnostics/records/models/predict-shape.ts";
import { predictUnknown } from "../diagnostics/records/models/predict-unknown.ts";
import { duplicateName } from "../diagnostics/records/names/duplicate-name.ts";
import { unknownName } from "../diagnostics/records/names/unknown-name.ts";
import { constantValue, type Dim } from "../dims/dim.ts";
import type { Host } from "../host.ts";
import type { Node } from "../ir/graph.ts";
import type { LoadedProgram } from "../names/load.ts";
import { bind, childScope, type Scope } from "../names/scope.ts";
import type { Span } from "../source/span.ts";
import type { ModelItem } from "../syntax/ast.ts";
import { printTensor } from "../types/print.ts";
import { absentFields, isOptional, type TensorValue, unknown, type Value } from "../types/value.ts";
import { checkUpdates, declareBank, evaluateUpdateQuietly, readUpdate } from "./banks.ts";
import { evaluateBlock } from "./blocks.ts";
import { scalarInput } from "./builtins/structure.ts";
import { type DiagnosticSink, type Elaboration, localNode, newElaboration, report } from "./context.ts";
import { batchValue } from "./data.ts";
import { evaluate } from "./expressions.ts";
import { fill } from "./masks.ts";
import { reportUnneeded } from "./optional.ts";
import { declareProgram, type Program } from "./program.ts";
import { numberValue, toTensor } from "./values.ts";

export interface ElaboratedModel {
  readonly e: Elaboration;
  readonly program: Program;
  readonly scope: Scope;
  readonly item: ModelItem;
  readonly parameters: readonly ModelParameter[];
  readonly losses: ReadonlyMap<string, { readonly value: TensorValue; readonly span: Span }>;
  /** Losses that could not be checked: naming them is no second error. */
  readonly failed: ReadonlySet<string>;
  readonly predictions: readonly (Prediction & { readonly node: number; readonly span: Span })[];
  /** What banks become after the step. */
  readonly updates: readonly { readonly variable: string; readonly value: number }[];
}

/** Elaborates one model for training or evaluation, from fresh declarations. */
export function elaborateModel(
  host: Host,
  loaded: LoadedProgram,
  sink: DiagnosticSink,
  overrides: Readonly<Record<string, string>>,
  name: string,
  training: boolean,
): ElaboratedModel | undefined {
  const e = newElaboration(sink, name, training, new Map<string, DimensionInfo>());
  e.path = [];
  const scalar = (input: string): Value =>
    training ? scalarInput(e, `#${input}`) : input === "progress" ? numberValue(1) : scalarInput(e, `#${input}`);
  const program = declareProgram(host, loaded, sink, overrides, { training, elaboration: e, scalar });
  e.path = [name];
  const item = program.models.find((model) => model.name.text === name);
  if (item === undefined) return undefined;
  const scope = childScope(program.scope);
  const parameters = bindParameters(e, program, scope, item);
  const losses = new Map<string, { value: TensorValue; span: Span }>();
  const failed = new Set<string>();
  const predictions: (Prediction & { node: number; span: Span })[] = [];
  const updates: { variable: string; value: number }[] = [];
  evaluateBlock(e, scope, item.body, {
    loss(at, statement) {
      const earlier = losses.get(statement.name.text);
      if (earlier !== undefined) {
        report(e, duplicateName, { span: statement.name.span, name: statement.name.text, first: earlier.span });
        return;
      }
      e.path = [name, statement.name.text];
      const value = evaluate(e, at, statement.value);
      e.path = [name];
      const made =
        value.kind === "number"
          ? {
              kind: "tensor" as const,
              node: fill(e, statement.span, value.value, []),
              owner: e.frame.builder,
              dtype: "f32" as const,
              axes: [],
              masks: [],
            }
          : toTensor(e, statement.value.span, value, "a scalar loss");
      if (made === undefined || made.axes.length > 0) {
        failed.add(statement.name.text);
        if (made !== undefined)
          report(e, lossNotScalar, { span: statement.value.span, name: statement.name.text, found: printTensor(made) });
        return;
      }
      losses.set(statement.name.text, { value: made, span: statement.span });
    },
    predict(at, statement) {
      e.path = [name, statement.name.text];
      const value = toTensor(e, statement.value.span, evaluate(e, at, statement.value), "a tensor to predict");
      e.path = [name];
      const target = targetOf(e, program, parameters, statement.name, value === undefined);
      if (value === undefined || target === undefined) return;
      const prediction = checkPrediction(e, value, target, statement.value.span, statement.name.text);
      const first = predictions.find((other) => other.name === statement.name.text);
      if (first !== undefined)
        report(e, duplicateName, { span: statement.name.span, name: statement.name.text, first: first.span, verb: "predicted" });
      if (prediction !== undefined) predictions.push({ ...prediction, span: statement.span });
    },
    bank: (at, statement) => declareBank(e, at, statement, parameters[0]?.name ?? ""),
    update: (at, statement) => {
      if (training) updates.push(...readUpdate(e, at, statement));
      else evaluateUpdateQuietly(e, at, statement);
    },
  });
  if (!training) reportUnneeded(e);
  if (!training) checkUpdates(e, item);
  for (const statement of item.body.statements) {
    if (statement.kind === "binding" && statement.name.text === "loss" && !losses.has("loss")) {
      report(e, lossUnnamed, { span: statement.name.span });
    }
  }
  for (const prediction of predictions) checkLeak(e, program, parameters, prediction);
  return { e, program, scope, item, parameters, losses, failed, predictions, updates };
}

function bindParameters(e: Elaboration, program: Program, scope: Scope, item: ModelItem): readonly ModelParameter[] {
  const parameters: ModelParameter[] = [];
  for (const parameter of item.parameters) {
    const { type } = parameter;
    const schema = type?.kind === "named" ? program.data.get(type.name.text) : undefined;
    if (schema === undefined || type?.kind !== "named") {
      report(e, unknownName, {
        span: type?.span ?? parameter.span,
        name: type?.kind === "named" ? type.name.text : parameter.name.text,
        candidates: [...program.data.keys()],
      });
      bind(scope, parameter.name.text, unknown, parameter.span);
      continue;
    }
    const without = type.without.map((name) => name.text);
    parameters.push({ name: parameter.name.text, data: schema.name, without });
    bind(scope, parameter.name.text, batchValue(e, program, parameter.name.text, schema, without), parameter.span);
  }
  return parameters;
}

// ---------------------------------------------------------------- predictions

function targetOf(
  e: Elaboration,
  program: Program,
  parameters: readonly ModelParameter[],
  name: { readonly text: string; readonly span: Span },
  quiet: boolean,
): { readonly parameter: string; readonly field: FieldSchema } | undefined {
  const targets: string[] = [];
  for (const parameter of parameters) {
    for (const field of program.data.get(parameter.data)?.fields ?? []) {
      if (field.role !== "target" || parameter.without.includes(field.name)) continue;
      if (field.name === name.text) return { parameter: parameter.name, field };
      targets.push(field.name);
    }
  }
  if (parameters.some(({ data }) => program.brokenFields.get(data)?.includes(name.text) === true)) return undefined;
  if (!quiet) report(e, predictUnknown, { span: name.span, name: name.text, targets });
  return undefined;
}

function checkPrediction(
  e: Elaboration,
  value: TensorValue,
  target: { readonly parameter: string; readonly field: FieldSchema },
  span: Span,
  name: string,
): (Prediction & { node: number }) | undefined {
  const { field } = target;
  if (isOptional(value)) {
    report(e, predictOptional, { span, name, fields: absentFields(value) });
    return undefined;
  }
  const batch = value.axes[0]?.size.key === "B";
  const own = value.axes.slice(1).map((axis) => axis.size.key);
  const wanted = field.axes.map((axis) => axis.size.key);
  const isClasses = field.element === "labels" || field.element === "i32";
  const classes = field.labels?.length;
  const shapeOfClasses = own.length === wanted.length + 1 && wanted.every((size, at) => size === own[at]);
  const plain = own.length === wanted.length && own.every((size, at) => size === wanted[at]);
  const last = value.axes.at(-1);
  const enough = classes === undefined || (last !== undefined && constantValue(last.size) === classes);
  const fits = batch && (isClasses ? shapeOfClasses && enough : plain);
  if (!fits) {
    const expected = isClasses
      ? `a logit a class, f32[${["B", ...wanted, classes ?? "classes"].join(", ")}]`
      : `f32[${["B", ...wanted].join(", ")}]`;
    report(e, predictShape, { span, name, expected, found: printTensor(value), declared: field.span });
    return undefined;
  }
  const task = isClasses ? "classes" : field.element === "bool" ? (wanted.length === 0 ? "binary" : "multilabel") : "regression";
  return { name, parameter: target.parameter, field, task, node: localNode(e, value) };
}

/** A prediction must depend neither on a target nor on which sample it is for. */
function checkLeak(
  e: Elaboration,
  program: Program,
  parameters: readonly ModelParameter[],
  prediction: { readonly name: string; readonly node: number; readonly span: Span },
): void {
  const targets = new Map<string, string>();
  for (const parameter of parameters) {
    for (const field of program.data.get(parameter.data)?.fields ?? []) {
      if (field.role === "target") targets.set(`${parameter.name}.${field.name}`, field.name);
    }
  }
  for (const { input, reader } of inputsOf(e.root.builder.nodes, prediction.node)) {
    const target = targets.get(input);
    const through = reader === undefined ? undefined : e.root.builder.nodes[reader]?.origin.span;
    if (target !== undefined) report(e, labelLeak, { span: prediction.span, name: prediction.name, target, through });
    else if (input.endsWith("#index")) report(e, identityLeak, { span: prediction.span, name: prediction.name, through });
    else continue;
    return;
  }
}

/** Every graph input that a node depends on, with the node that reads it on the way. */
export function inputsOf(
  nodes: readonly Node<Dim>[],
  from: number,
): readonly { readonly input: string; readonly reader: number | undefined }[] {
  const found: { input: string; reader: number | undefined }[] = [];
  const readers = new Map<number, number>();
  const open = [from];
  const seen = new Set(open);
  while (open.length > 0) {
    const at = open.pop() as number;
    const node = nodes[at];
    if (node === undefined) continue;
    if (node.op === "input") found.push({ input: String(node.attributes.name), reader: readers.get(at) });
    for (const next of node.inputs) {
      if (seen.has(next)) continue;
      seen.add(next);
      readers.set(next, at);
      open.push(next);
    }
  }
  return found;
}
