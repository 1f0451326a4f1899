// A model: its statements on symbolic batches give the forward graph, its losses, predictions and banks.

import type { DimensionInfo, FieldSchema, Initializer, ModelParameter, Prediction } from "../compiled.ts";
import { neverUpdated } from "../diagnostics/records/lints/never-updated.ts";
import { bankShape } from "../diagnostics/records/models/bank-shape.ts";
import { identityLeak } from "../diagnostics/records/models/identity-leak.ts";
import { labelLeak } from "../diagnostics/records/models/label-leak.ts";
import { lossNotScalar } from "../diagnostics/records/models/loss-not-scalar.ts";
import { lossUnnamed } from "../diagnostics/records/models/loss-unnamed.ts";
import { predictOptional } from "../diagnostics/records/models/predict-optional.ts";
import { predictShape } from "../diagnostics/records/models/predict-shape.ts";
import { predictUnknown } from "../diagnostics/records/models/predict-unknown.ts";
import { updateUnknown } from "../diagnostics/records/models/update-unknown.ts";
import { updatedTwice } from "../diagnostics/records/models/updated-twice.ts";
import { duplicateName } from "../diagnostics/records/names/duplicate-name.ts";
import { unknownName } from "../diagnostics/records/names/unknown-name.ts";
import { constantValue, type Dim, symbolDim } from "../dims/dim.ts";
import type { Host } from "../host.ts";
import type { Node } from "../ir/graph.ts";
import type { LoadedProgram } from "../names/load.ts";
import { bind, childScope, type Scope } from "../names/scope.ts";
import type { Span } from "../source/span.ts";
import type { BankStatement, Expression, ModelItem, UpdateStatement } from "../syntax/ast.ts";
import { printTensor, printType } from "../types/print.ts";
import {
  absentFields,
  type BankValue,
  type BatchValue,
  isOptional,
  type TensorValue,
  unknown,
  type Value,
} from "../types/value.ts";
import { evaluateBlock, evaluateFamily } from "./blocks.ts";
import { scalarInput } from "./builtins/structure.ts";
import {
  type DiagnosticSink,
  type Elaboration,
  emit,
  graphInput,
  localNode,
  newElaboration,
  report,
  variable,
} from "./context.ts";
import { batchValue } from "./data.ts";
import { fitTo } from "./elementwise.ts";
import { evaluate } from "./expressions.ts";
import { fill, sizesOf, spread } from "./masks.ts";
import { presence, reportUnneeded } from "./optional.ts";
import { declareProgram, type Program } from "./program.ts";
import { resolveShape } from "./signatures.ts";
import { numberValue, toNumber, toTensor } from "./values.ts";

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

// ---------------------------------------------------------------- banks

function declareBank(e: Elaboration, scope: Scope, statement: BankStatement, parameter: string): void {
  const make = (inner: Scope, key: string): Value => {
    const axes = resolveShape(e, inner, statement.type);
    const initializer = bankInitializer(e, inner, statement.initial);
    if (axes === undefined || initializer === undefined) return unknown;
    const name = [e.model, statement.name.text, ...(key === "" ? [] : [key.replaceAll(",", "_")])].join("/");
    const keyed = axes[0]?.size.key === "samples";
    const held = variable(
      e,
      name,
      axes.map((axis) => axis.size),
      initializer,
      "bank",
      statement.span,
    );
    if (held === undefined) return unknown;
    const owner = initializer.kind === "column" ? initializer.parameter : parameter;
    const value: TensorValue = { kind: "tensor", ...held, dtype: "f32", axes, masks: [] };
    return { kind: "bank", variable: name, parameter: owner, keyed, tensor: value };
  };
  const value =
    statement.clauses.length === 0 && statement.index.length === 0 ? make(scope, "") : evaluateFamily(e, scope, statement, make);
  bind(scope, statement.name.text, value, statement.name.span, { count: 1 });
}

/** A number, or a field of a batch: the bank starts as that column. */
function bankInitializer(e: Elaboration, scope: Scope, initial: Expression | undefined): Initializer | undefined {
  if (initial === undefined) return { kind: "constant", value: 0 };
  if (initial.kind === "member") {
    const object = evaluate(e, scope, initial.object);
    if (object.kind === "batch") {
      const value = evaluate(e, scope, initial);
      if (value.kind === "unknown") return undefined;
      return { kind: "column", parameter: (object as BatchValue).parameter, field: initial.member.text };
    }
  }
  const value = toNumber(e, initial.span, evaluate(e, scope, initial));
  return value === undefined ? undefined : { kind: "constant", value };
}

/** A bank takes one new value a step, and one that takes none is a constant. */
function checkUpdates(e: Elaboration, item: ModelItem): void {
  const updated = new Map<string, Span>();
  for (const statement of item.body.statements) {
    if (statement.kind !== "update") continue;
    const { text, span } = statement.name;
    const first = updated.get(text);
    // Updates of a family may share its members out between them.
    if (first !== undefined && statement.index.length === 0) report(e, updatedTwice, { span, name: text, first });
    updated.set(text, first ?? span);
  }
  for (const statement of item.body.statements) {
    if (statement.kind === "bank" && !updated.has(statement.name.text)) {
      report(e, neverUpdated, { span: statement.name.span, name: statement.name.text });
    }
  }
}

interface Update {
  readonly variable: string;
  readonly value: number;
}

function eachUpdate(
  e: Elaboration,
  scope: Scope,
  statement: UpdateStatement,
  visit: (bank: BankValue, inner: Scope) => void,
): void {
  const target: Expression = { kind: "name", name: statement.name.text, span: statement.name.span };
  const find = (inner: Scope, key: string): Value => {
    const value = evaluate(e, inner, target);
    const bank = value.kind === "family" ? (value.entries.get(key) ?? unknown) : value;
    if (bank.kind === "bank") visit(bank, inner);
    else if (bank.kind !== "unknown")
      report(e, updateUnknown, { span: statement.name.span, name: statement.name.text, found: printType(bank) });
    return unknown;
  };
  if (statement.clauses.length === 0 && statement.index.length === 0) find(scope, "");
  else evaluateFamily(e, scope, statement, find);
}

function evaluateUpdateQuietly(e: Elaboration, scope: Scope, statement: UpdateStatement): void {
  eachUpdate(e, scope, statement, (_bank, inner) => evaluate(e, inner, statement.value));
}

function readUpdate(e: Elaboration, scope: Scope, statement: UpdateStatement): readonly Update[] {
  const updates: Update[] = [];
  eachUpdate(e, scope, statement, (bank, inner) => {
    const { span } = statement.value;
    const value = toTensor(e, span, evaluate(e, inner, statement.value));
    if (value === undefined) return;
    const old = bank.tensor;
    const shape = bank.keyed ? [symbolDim("B"), ...sizesOf(old.axes.slice(1))] : sizesOf(old.axes);
    if (value.axes.length !== shape.length || value.axes.some((axis, at) => axis.size.key !== shape[at]?.key)) {
      report(e, bankShape, {
        span,
        name: statement.name.text,
        bank: printTensor(old),
        found: printTensor(value),
        keyed: bank.keyed,
      });
      return;
    }
    let node = fitTo(e, span, value, value.axes);
    if (bank.keyed) {
      const index = graphInput(e, `${bank.parameter}#index`, [symbolDim("B")], "i32");
      const present = presence(e, span, value);
      if (present !== undefined) {
        const before = emit(e, span, "gather", [localNode(e, old), localNode(e, index)]);
        node = emit(e, span, "select", [spread(e, span, present.node, present.positions, sizesOf(value.axes)), node, before]);
      }
      node = emit(e, span, "scatter_set", [localNode(e, old), localNode(e, index), node]);
    }
    if (statement.fromEpoch !== undefined) {
      const first = toNumber(e, statement.fromEpoch.span, evaluate(e, inner, statement.fromEpoch));
      if (first === undefined) return;
      const epoch = scalarInput(e, "#epoch");
      const due = emit(e, span, "less_equal", [fill(e, span, first, []), localNode(e, epoch)]);
      node = emit(e, span, "select", [spread(e, span, due, [], sizesOf(old.axes)), node, localNode(e, old)]);
    }
    updates.push({ variable: bank.variable, value: node });
  });
  return updates;
}
