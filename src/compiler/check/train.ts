// `train`: each stage becomes one graph of forward pass, backward pass and update.

import type { StageProgram, TrainProgram } from "../compiled.ts";
import { neverTrained } from "../diagnostics/records/lints/never-trained.ts";
import { unusedLoss } from "../diagnostics/records/lints/unused-loss.ts";
import { unusedValue } from "../diagnostics/records/lints/unused-value.ts";
import { lossNotScalar } from "../diagnostics/records/models/loss-not-scalar.ts";
import { unknownName } from "../diagnostics/records/names/unknown-name.ts";
import { batchOfOne } from "../diagnostics/records/training/batch-of-one.ts";
import { dataNotGiven } from "../diagnostics/records/training/data-not-given.ts";
import { noTraining } from "../diagnostics/records/training/trains-nothing.ts";
import { unknownSplit } from "../diagnostics/records/training/unknown-split.ts";
import { bind, childScope } from "../names/scope.ts";
import type { Expression, StageDeclaration, TrainItem } from "../syntax/ast.ts";
import { buildUpdate, type TrainedWeight, withoutUpdate } from "../train/training-graph.ts";
import { printTensor } from "../types/print.ts";
import { unknown } from "../types/value.ts";
import { graphInput, localNode, report } from "./context.ts";
import { fitTo } from "./elementwise.ts";
import { evaluate } from "./expressions.ts";
import type { ElaboratedModel } from "./model.ts";
import { readClip, readOptimizer, readSchedule } from "./optimizer-settings.ts";
import { type Program, takeOverride } from "./program.ts";
import { integerSetting, missing, readSettings, type Settings } from "./settings.ts";
import { readDrop, readKeep, readStop, splitsOf } from "./stop-settings.ts";
import { toOperand } from "./values.ts";
import { readGroups, readPaths } from "./weight-settings.ts";

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
  item: Pick<TrainItem, "on" | "model">,
  model: ElaboratedModel,
): Readonly<Record<string, readonly string[]>> | undefined {
  const e = program.constants;
  const bound: Record<string, readonly string[]> = {};
  // A parameter whose data block is not known has been reported where the model declares it.
  if (model.parameters.length < model.item.parameters.length) return undefined;
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
    const blocks = takeOverride(program, `train.on.${key}`) ?? value;
    const names = dataNames(program, blocks);
    if (names === undefined) return undefined;
    for (const name of names) {
      const splits = Object.keys(program.data.get(name)?.split?.parts ?? { train: 1 });
      if (splits.includes("train")) continue;
      report(e, unknownSplit, { span: blocks.span, name: "train", splits });
      return undefined;
    }
    bound[key] = names;
  }
  for (const { name } of model.parameters) {
    if (bound[name] !== undefined) continue;
    const declared = model.item.parameters.find((parameter) => parameter.name.text === name)?.span ?? model.item.span;
    report(e, dataNotGiven, { span: item.model.span, model: model.item.name.text, parameter: name, declared });
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
  /** Whether the stages' graphs are going to run: else they come without their update. */
  readonly runnable: boolean;
}

export function compileTraining({ program, item, elaborate, runnable }: TrainInputs): TrainProgram | undefined {
  const e = program.constants;
  const first = elaborate();
  if (first === undefined) {
    report(e, unknownName, {
      span: item.model.span,
      name: item.model.text,
      candidates: program.models.map((model) => model.name.text),
    });
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
    // A graph that runs holds one stage; nodes of another stage in one that does not are in nobody's way.
    const model = at === 0 || !runnable ? first : elaborate();
    if (model === undefined) return undefined;
    const made = compileStage(program, model, item, stage, batch, on ?? {}, minimised, runnable);
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
    model.e.sink.all
      .filter(({ slug }) => slug === unusedValue.slug)
      .map(({ span }) => model.e.values.find((value) => value.span === span)?.path),
  );
  const left = [...model.e.variables.values()].filter(
    ({ kind, name }) =>
      kind === "weight" && !trained.has(name) && ![...unused].some((path) => path !== undefined && name.startsWith(`${path}/`)),
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
  runnable: boolean,
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
    const ofTrain = item.settings.find(({ key }) => key.text === "batch")?.value.span;
    report(e, batchOfOne, { span: settings.values.get("batch")?.span ?? ofTrain ?? stage.name.span, pairs: e.coupled.span });
  }
  if (epochs === undefined || total === undefined || optimizer === undefined || schedule === undefined) return undefined;
  if (
    frozen === undefined ||
    groups === undefined ||
    clip === "bad" ||
    stop === "bad" ||
    keep === undefined ||
    drop === undefined
  ) {
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
  const options = { total, weights, clip, stage: name, rate: rate.node, update: update.node };
  const made = runnable ? buildUpdate(builder, options) : withoutUpdate(builder, options);
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
    report(e, lossNotScalar, { span: minimize.span, name: `that ${settings.where} minimises`, found: printTensor(operand) });
    return undefined;
  }
  return fitTo(e, minimize.span, operand, []);
}
