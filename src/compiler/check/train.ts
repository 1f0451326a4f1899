// `train`: each stage becomes one graph of forward pass, backward pass and update.
import { batchOfOne } from "../diagnostics/records/training/batch-of-one.ts";
import { dropNotOptional } from "../diagnostics/records/training/drop-not-optional.ts";
import { neverTrained } from "../diagnostics/records/lints/never-trained.ts";
import { noTraining } from "../diagnostics/records/training/trains-nothing.ts";
import { unknownName } from "../diagnostics/records/names/unknown-name.ts";
import { unknownWeights } from "../diagnostics/records/training/unknown-weights.ts";
import { unusedValue } from "../diagnostics/records/lints/unused-value.ts";
import { unusedLoss } from "../diagnostics/records/lints/unused-loss.ts";
import { lossNotScalar } from "../diagnostics/records/models/loss-not-scalar.ts";
import type { EarlyStop, Schedule, StageProgram, TrainProgram } from "../compiled.ts";
import { bind, childScope } from "../names/scope.ts";
import type { Span } from "../source/span.ts";
import type { Expression, StageDeclaration, TrainItem } from "../syntax/ast.ts";
import { optimizerTable, parameterFault, type OptimizerSettings } from "../train/optimizers/index.ts";
import { buildUpdate, type TrainedWeight } from "../train/training-graph.ts";
import { printTensor } from "../types/print.ts";
import { unknown } from "../types/value.ts";
import { graphInput, localNode, report } from "./context.ts";
import type { ElaboratedModel } from "./model.ts";
import { evaluate } from "./expressions.ts";
import { type Program, takeOverride } from "./program.ts";
import {
  type CallLike,
  callLike,
  checkArguments,
  integerSetting,
  metricRef,
  numberArgument,
  pathTexts,
  readSettings,
  refuse,
  type Settings,
} from "./settings.ts";
import { toNumber, toOperand } from "./values.ts";
import { fit } from "./elementwise.ts";

export const trainSettings = ["seed", "batch"] as const;
export const stageSettings = [
  "epochs",
  "batch",
  "minimize",
  "optimizer",
  "schedule",
  "clip",
  "freeze",
  "group",
  "drop",
  "stop",
  "keep",
] as const;

/** Where training data come from: data block names for each model parameter. */
export function bindData(
  program: Program,
  item: { readonly on: TrainItem["on"]; readonly span: Span },
  model: ElaboratedModel,
): Readonly<Record<string, readonly string[]>> | undefined {
  const e = program.constants;
  const bound: Record<string, readonly string[]> = {};
  for (const { parameter, value } of item.on) {
    const key = parameter?.text ?? model.parameters[0]?.name;
    if (key === undefined || !model.parameters.some(({ name }) => name === key)) {
      report(e, unknownName, {
        span: parameter?.span ?? value.span,
        name: parameter?.text ?? "?",
        candidates: model.parameters.map(({ name }) => name),
      });
      return undefined;
    }
    const names = dataNames(program, value);
    if (names === undefined) return undefined;
    bound[key] = names;
  }
  for (const { name } of model.parameters) {
    if (bound[name] !== undefined) continue;
    report(e, unknownName, { span: item.span, name, candidates: [...program.data.keys()], purpose: "data for this parameter" });
    return undefined;
  }
  return bound;
}

function dataNames(program: Program, expression: Expression): readonly string[] | undefined {
  if (expression.kind === "binary" && expression.operator === "+") {
    const [left, right] = [dataNames(program, expression.left), dataNames(program, expression.right)];
    return left === undefined || right === undefined ? undefined : [...left, ...right];
  }
  const name = expression.kind === "name" ? expression.name : "";
  if (program.data.has(name)) return [name];
  report(program.constants, unknownName, { span: expression.span, name, candidates: [...program.data.keys()] });
  return undefined;
}

export interface TrainInputs {
  readonly program: Program;
  readonly item: TrainItem;
  /** Elaborates the model anew, in training mode: each stage has a graph of its own. */
  readonly elaborate: () => ElaboratedModel | undefined;
}

export function compileTraining({ program, item, elaborate }: TrainInputs): TrainProgram | undefined {
  const e = program.constants;
  const first = elaborate();
  if (first === undefined) {
    report(e, unknownName, { span: item.model.span, name: item.model.text, candidates: program.models.map((model) => model.name.text) });
    return undefined;
  }
  const on = bindData(program, item, first);
  const settings = readSettings(
    e,
    program.scope,
    { where: "train", span: item.model.span, settings: item.settings, known: trainSettings },
    (key) => takeOverride(program, `train.${key}`),
  );
  const seed = integerSetting(settings, "seed", 0, 1) ?? 1;
  const batch = integerSetting(settings, "batch", 1, 32) ?? 32;
  const stages: StageProgram[] = [];
  const trained = new Set<string>();
  const minimised = new Set<string>();
  let complete = true;
  for (const [at, stage] of item.stages.entries()) {
    const model = at === 0 ? first : elaborate();
    if (model === undefined) return undefined;
    const made = compileStage(program, model, item, stage, batch, on ?? {}, minimised);
    if (made === undefined) complete = false;
    else {
      stages.push(made.stage);
      for (const name of [...made.stage.trainable, ...made.frozen]) trained.add(name);
    }
  }
  if (complete && on !== undefined && stages.length > 0) lintTraining(first, trained, minimised);
  return on === undefined || !complete ? undefined : { model: item.model.text, on, seed, batch, stages, span: item.span };
}

function lintTraining(model: ElaboratedModel, trained: ReadonlySet<string>, minimised: ReadonlySet<string>): void {
  for (const [name, loss] of model.losses) {
    if (!minimised.has(name)) report(model.e, unusedLoss, { span: loss.span, name });
  }
  // A value that nothing uses has been reported as such; its weights are the same mistake.
  const unused = new Set(
    model.e.sink.all.filter(({ slug }) => slug === unusedValue.slug).map(({ span }) => model.e.values.find((value) => value.span === span)?.path),
  );
  const left = [...model.e.variables.values()].filter(
    ({ kind, name }) => kind === "weight" && !trained.has(name) && ![...unused].some((path) => path !== undefined && name.startsWith(`${path}/`)),
  );
  const [first] = left;
  if (first?.span === undefined) return;
  const origin = model.e.root.builder.nodes[model.e.variableNodes.get(first.name) ?? -1]?.origin.span ?? first.span;
  report(model.e, neverTrained, { span: origin, names: left.map((variable) => variable.name) });
}

function compileStage(
  program: Program,
  model: ElaboratedModel,
  item: TrainItem,
  stage: StageDeclaration,
  batchOfTrain: number,
  on: Readonly<Record<string, readonly string[]>>,
  minimised: Set<string>,
): { readonly stage: StageProgram; readonly frozen: readonly string[] } | undefined {
  const { e } = model;
  const name = stage.name.text;
  const losses = [...model.losses.keys()];
  const scope = childScope(model.scope);
  for (const [loss, { value, span }] of model.losses) bind(scope, loss, value, span);
  for (const loss of model.failed) bind(scope, loss, unknown);
  const settings = readSettings(
    e,
    scope,
    { where: `stage ${name}`, span: stage.name.span, settings: stage.settings, known: stageSettings },
    (key) => takeOverride(program, `stage.${name}.${key}`) ?? takeOverride(model.program, `stage.${name}.${key}`),
  );
  const epochs = integerSetting(settings, "epochs", 1);
  const batch = integerSetting(settings, "batch", 1, batchOfTrain) ?? batchOfTrain;
  const minimize = settings.values.get("minimize");
  if (minimize === undefined) return missing(settings, "minimize");
  const total = readTotal(model, settings, minimize, scope, minimised);
  const used = losses.filter((loss) => mentions(minimize, loss));
  const optimizer = readOptimizer(settings, settings.values.get("optimizer"));
  const schedule = readSchedule(settings);
  const clip = readClip(settings);
  const frozen = readPaths(model, settings, "freeze");
  const groups = readGroups(model, settings, optimizer);
  const splits = splitsOf(program, on);
  const stop = readStop(settings, splits, losses);
  const keep = readKeep(settings, splits, losses, stop);
  const drop = readDrop(model, settings);
  if (batch === 1 && e.coupled.span !== undefined) {
    report(e, batchOfOne, { span: settings.values.get("batch")?.span ?? stage.name.span, pairs: e.coupled.span });
  }
  if (epochs === undefined || total === undefined || optimizer === undefined || schedule === undefined) return undefined;
  if (frozen === undefined || groups === undefined || clip === "bad" || stop === "bad" || keep === undefined || drop === undefined) {
    return undefined;
  }
  const weights: TrainedWeight[] = [];
  for (const variable of e.variables.values()) {
    const node = e.variableNodes.get(variable.name);
    if (variable.kind !== "weight" || node === undefined || frozen.has(variable.name)) continue;
    weights.push({ name: variable.name, node, shape: variable.shape, settings: groups.get(variable.name) ?? optimizer });
  }
  const { builder } = e.root;
  const [rate, update] = [graphInput(e, "#rate", [], "f32"), graphInput(e, "#update", [], "f32")];
  const made = buildUpdate(builder, { total, weights, clip, stage: name, rate: rate.node, update: update.node });
  const unreached = new Set(made.missing);
  const trainable = weights.map((weight) => weight.name).filter((weight) => !unreached.has(weight));
  if (trainable.length === 0) {
    report(e, noTraining, { span: minimize.span, stage: name });
    return undefined;
  }
  const outputs: Record<string, number> = { total, gradient_norm: made.gradientNorm };
  for (const loss of used) {
    const value = model.losses.get(loss)?.value;
    if (value !== undefined) outputs[`loss.${loss}`] = localNode(e, value);
  }
  const assignments = [...made.assignments, ...model.updates.map(({ variable, value }) => ({ variable, value }))];
  return {
    stage: {
      name,
      doc: stage.doc,
      epochs,
      batch,
      graph: builder.finish(outputs, assignments),
      slots: made.slots,
      trainable,
      losses: used,
      schedule,
      drop,
      stop,
      keep,
      span: item.span,
    },
    frozen: [...frozen],
  };
}

function missing(settings: Settings, key: string): undefined {
  integerSetting({ ...settings, values: new Map() }, key, 0);
  return undefined;
}

/** Whether an expression names a loss. */
function mentions(expression: Expression, name: string): boolean {
  switch (expression.kind) {
    case "name":
      return expression.name === name;
    case "binary":
      return mentions(expression.left, name) || mentions(expression.right, name);
    case "unary":
      return mentions(expression.operand, name);
    case "call":
      return expression.positional.some((argument) => mentions(argument, name));
    case "if":
      return mentions(expression.then, name) || mentions(expression.otherwise, name);
    default:
      return false;
  }
}

function readTotal(
  model: ElaboratedModel,
  settings: Settings,
  minimize: Expression,
  scope: Settings["scope"],
  minimised: Set<string>,
): number | undefined {
  const { e } = model;
  for (const loss of model.losses.keys()) if (mentions(minimize, loss)) minimised.add(loss);
  const value = evaluate(e, scope, minimize);
  const operand = toOperand(e, minimize.span, value);
  if (operand === undefined) return undefined;
  if (operand.kind === "tensor" && operand.axes.length > 0) {
    report(e, lossNotScalar, { span: minimize.span, name: settings.where, found: printTensor(operand) });
    return undefined;
  }
  return fit(e, minimize.span, operand, []);
}

// ---------------------------------------------------------------- optimiser and schedule

function readOptimizer(settings: Settings, expression: Expression | undefined): OptimizerSettings | undefined {
  if (expression === undefined) return missing(settings, "optimizer");
  const call = callLike(expression);
  const known = Object.keys(optimizerTable);
  if (call === undefined || optimizerTable[call.name] === undefined) {
    return refuse(settings, "optimizer", expression.span, known.join(", "), call?.name ?? "something else");
  }
  return optimizerArguments(settings, call, { name: call.name });
}

function optimizerArguments(settings: Settings, call: CallLike, start: OptimizerSettings): OptimizerSettings | undefined {
  const parameters = Object.keys(optimizerTable[start.name]?.parameters ?? {});
  const known = parameters.includes("beta1") ? [...parameters, "betas"] : parameters;
  if (!checkArguments(settings, call, known)) return undefined;
  const values: Record<string, number> = {};
  for (const [key, setting] of call.named) {
    const { value } = setting;
    if (key === "betas" && value.kind === "list") {
      const betas = value.items.map((item) => toNumber(settings.e, item.span, evaluate(settings.e, settings.scope, item)));
      const [beta1, beta2] = betas;
      if (beta1 === undefined || beta2 === undefined) return undefined;
      Object.assign(values, { beta1, beta2 });
      continue;
    }
    const evaluated = evaluate(settings.e, settings.scope, value);
    const number = evaluated.kind === "boolean" ? Number(evaluated.value) : toNumber(settings.e, value.span, evaluated);
    if (number === undefined) return undefined;
    const fault = parameterFault(start.name, key, number);
    if (fault !== undefined) return refuse(settings, key, value.span, fault, String(number));
    values[key] = number;
  }
  return { ...start, ...values };
}

const scheduleArguments: Readonly<Record<string, readonly string[]>> = {
  constant: ["warmup"],
  cosine: ["warmup", "to"],
  linear: ["warmup", "to"],
  step: ["warmup", "every", "by"],
};

function readSchedule(settings: Settings): Schedule | undefined {
  const expression = settings.values.get("schedule");
  if (expression === undefined) return { kind: "constant", warmup: 0 };
  const call = callLike(expression);
  const known = call === undefined ? undefined : scheduleArguments[call.name];
  if (call === undefined || known === undefined) {
    return refuse(settings, "schedule", expression.span, Object.keys(scheduleArguments).join(", "), call?.name ?? "something else");
  }
  if (!checkArguments(settings, call, known)) return undefined;
  const warmup = numberArgument(settings, call, "warmup", 0);
  if (warmup === undefined) return undefined;
  if (warmup < 0 || warmup >= 1) return refuse(settings, "warmup", call.span, "a share of the stage, 0% to below 100%", String(warmup));
  if (call.name === "constant") return { kind: "constant", warmup };
  if (call.name === "step") {
    const [every, by] = [numberArgument(settings, call, "every", 1), numberArgument(settings, call, "by", 0.1)];
    return every === undefined || by === undefined ? undefined : { kind: "step", warmup, every, by };
  }
  const to = numberArgument(settings, call, "to", 0);
  return to === undefined ? undefined : { kind: call.name === "cosine" ? "cosine" : "linear", warmup, to };
}

function readClip(settings: Settings): { kind: "norm" | "value"; limit: number } | undefined | "bad" {
  const expression = settings.values.get("clip");
  if (expression === undefined) return undefined;
  const call = expression.kind === "call" ? callLike(expression) : undefined;
  const kind = call === undefined || call.name === "norm" ? "norm" : "value";
  const inner = call === undefined ? expression : call.positional[0];
  const known = call === undefined || ["norm", "value"].includes(call.name);
  const limit = inner === undefined || !known ? undefined : toNumber(settings.e, inner.span, evaluate(settings.e, settings.scope, inner));
  if (limit !== undefined && limit > 0) return { kind, limit };
  refuse(settings, "clip", expression.span, "a positive number, the largest global norm, or `value(5)`", call?.name ?? String(limit ?? "?"));
  return "bad";
}

// ---------------------------------------------------------------- weights by path

/** Weights under a path such as `h.text` or `code`; undefined after a diagnostic. */
function weightsAt(model: ElaboratedModel, path: { readonly text: string; readonly span: Span }): readonly string[] | undefined {
  const weights = [...model.e.variables.values()].filter((variable) => variable.kind === "weight").map((variable) => variable.name);
  const prefix = `${model.item.name.text}/${path.text.replaceAll(".", "/")}`;
  const matched = weights.filter((name) => name === prefix || name.startsWith(`${prefix}/`) || name.startsWith(`${prefix}.`) || name === path.text);
  if (matched.length > 0) return matched;
  const roots = [...new Set(weights.map((name) => name.split("/").slice(1, -1).join(".")).filter((text) => text !== ""))];
  const heads = [...new Set(weights.map((name) => name.split("/")[1] ?? ""))];
  report(model.e, unknownWeights, { span: path.span, path: path.text, candidates: [...heads, ...roots] });
  return undefined;
}

function readPaths(model: ElaboratedModel, settings: Settings, key: string): ReadonlySet<string> | undefined {
  const expression = settings.values.get(key);
  const found = new Set<string>();
  for (const path of expression === undefined ? [] : pathTexts(expression)) {
    const weights = weightsAt(model, path);
    if (weights === undefined) return undefined;
    for (const weight of weights) found.add(weight);
  }
  return found;
}

function readGroups(
  model: ElaboratedModel,
  settings: Settings,
  optimizer: OptimizerSettings | undefined,
): ReadonlyMap<string, OptimizerSettings> | undefined {
  const expression = settings.values.get("group");
  const groups = new Map<string, OptimizerSettings>();
  if (expression === undefined || optimizer === undefined) return groups;
  for (const item of expression.kind === "list" ? expression.items : [expression]) {
    if (item.kind !== "record") return refuse(settings, "group", item.span, "`{ match: h.text, lr: 1e-5 }`", "something else");
    const match = item.fields.find((field) => field.key.text === "match");
    if (match === undefined) return refuse(settings, "group", item.span, "`match:` with the weights' path", "none");
    const named = new Map(item.fields.filter((field) => field !== match).map((field) => [field.key.text, field]));
    const own = optimizerArguments(settings, { name: optimizer.name, span: item.span, positional: [], named }, optimizer);
    if (own === undefined) return undefined;
    for (const path of pathTexts(match.value)) {
      const weights = weightsAt(model, path);
      if (weights === undefined) return undefined;
      for (const weight of weights) groups.set(weight, own);
    }
  }
  return groups;
}

// ---------------------------------------------------------------- drop, stop, keep

function readDrop(model: ElaboratedModel, settings: Settings): Readonly<Record<string, number>> | undefined {
  const expression = settings.values.get("drop");
  const drop: Record<string, number> = {};
  if (expression === undefined) return drop;
  if (expression.kind !== "record") return refuse(settings, "drop", expression.span, "`{ audio: 30% }`", "something else");
  for (const field of expression.fields) {
    const rate = toNumber(settings.e, field.value.span, evaluate(settings.e, settings.scope, field.value));
    if (rate === undefined) return undefined;
    if (rate < 0 || rate >= 1) return refuse(settings, "drop", field.value.span, "a share from 0% to below 100%", String(rate));
    const name = field.key.text;
    let matched = false;
    for (const parameter of model.parameters) {
      const schema = model.program.data.get(parameter.data);
      const own = schema?.fields.find((candidate) => candidate.name === name);
      if (own === undefined || !own.optional) continue;
      drop[`${parameter.name}.${name}`] = rate;
      matched = true;
    }
    if (!matched) {
      const fields = model.parameters.flatMap(({ data }) => model.program.data.get(data)?.fields ?? []);
      const optional = fields.filter((candidate) => candidate.optional).map((candidate) => candidate.name);
      const declared = fields.find((candidate) => candidate.name === name)?.span;
      report(settings.e, dropNotOptional, { span: field.key.span, name, optional, declared });
      return undefined;
    }
  }
  return drop;
}

/** Names of the parts that the training data are split into. */
export function splitsOf(program: Program, on: Readonly<Record<string, readonly string[]>>): readonly string[] {
  const names = Object.values(on).flat();
  const splits = names.flatMap((name) => Object.keys(program.data.get(name)?.split?.parts ?? { train: 1 }));
  return [...new Set(splits)];
}

function readStop(settings: Settings, splits: readonly string[], losses: readonly string[]): EarlyStop | undefined | "bad" {
  const expression = settings.values.get("stop");
  if (expression === undefined) return undefined;
  const call = callLike(expression);
  const on = call?.named.get("on");
  if (call?.name !== "early" || on === undefined) {
    refuse(settings, "stop", expression.span, "`early(on: valid.mae, patience: 8)`", call?.name ?? "something else");
    return "bad";
  }
  if (!checkArguments(settings, call, ["on", "patience"])) return "bad";
  const reference = metricRef(settings, "stop", on.value, splits, losses);
  const patience = numberArgument(settings, call, "patience", 8);
  return reference === undefined || patience === undefined ? "bad" : { on: reference, patience };
}

function readKeep(
  settings: Settings,
  splits: readonly string[],
  losses: readonly string[],
  stop: EarlyStop | undefined | "bad",
): StageProgram["keep"] | undefined {
  const expression = settings.values.get("keep");
  if (expression === undefined) return stop === undefined || stop === "bad" ? { kind: "last" } : { kind: "best", on: stop.on };
  const call = callLike(expression);
  if (call?.name === "last") return { kind: "last" };
  const [reference] = call?.positional ?? [];
  if (call?.name !== "best" || reference === undefined) {
    return refuse(settings, "keep", expression.span, "`last` or `best(valid.mae)`", call?.name ?? "something else");
  }
  const on = metricRef(settings, "keep", reference, splits, losses);
  return on === undefined ? undefined : { kind: "best", on };
}

