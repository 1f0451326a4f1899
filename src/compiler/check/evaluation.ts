// `evaluate`: which metrics on which part of the data, over how many seeds, with what missing.

import type { EvaluateProgram, MetricRequest, MissingProtocol } from "../compiled.ts";
import { nothingPredicted } from "../diagnostics/records/models/nothing-predicted.ts";
import { unknownName } from "../diagnostics/records/names/unknown-name.ts";
import { metricNotForTask } from "../diagnostics/records/training/metric-not-for-task.ts";
import { nothingMissing } from "../diagnostics/records/training/nothing-missing.ts";
import { unknownMetric } from "../diagnostics/records/training/unknown-metric.ts";
import { unknownSplit } from "../diagnostics/records/training/unknown-split.ts";
import type { Span } from "../source/span.ts";
import type { EvaluateItem, Expression } from "../syntax/ast.ts";
import { report } from "./context.ts";
import { evaluate } from "./expressions.ts";
import { metricNames } from "./metric-names.ts";
import type { ElaboratedModel } from "./model.ts";
import { type Program, takeOverride } from "./program.ts";
import { callLike, integerSetting, readSettings, refuse, type Settings } from "./settings.ts";
import { toNumber } from "./values.ts";

export const evaluateSettings = ["metrics", "seeds", "missing"] as const;

export function compileEvaluation(program: Program, item: EvaluateItem, model: ElaboratedModel): EvaluateProgram | undefined {
  const e = program.constants;
  const on: Record<string, { data: string; split: string }> = {};
  for (const { parameter, value } of item.on) {
    const key = parameter?.text ?? model.parameters[0]?.name;
    const found = splitOf(program, takeOverride(program, `evaluate.on.${key}`) ?? value);
    if (key === undefined || found === undefined) return undefined;
    if (!model.parameters.some(({ name }) => name === key)) {
      report(e, unknownName, {
        span: parameter?.span ?? value.span,
        name: key,
        candidates: model.parameters.map(({ name }) => name),
      });
      return undefined;
    }
    on[key] = found;
  }
  const settings = readSettings(
    e,
    program.scope,
    { where: "evaluate", span: item.model.span, settings: item.settings, known: evaluateSettings },
    (key) => takeOverride(program, `evaluate.${key}`),
  );
  const metrics = readMetrics(settings, model);
  const seeds = integerSetting(settings, "seeds", 1, 1);
  const missing = readMissing(settings, program);
  if (metrics === undefined || seeds === undefined || missing === undefined) return undefined;
  return { model: item.model.text, on, metrics, seeds, missing, span: item.span };
}

/** `mosi.test`, or `mosi` for its part `test`. */
function splitOf(program: Program, expression: Expression): { data: string; split: string } | undefined {
  const e = program.constants;
  const name =
    expression.kind === "name"
      ? expression.name
      : expression.kind === "member" && expression.object.kind === "name"
        ? expression.object.name
        : "";
  const schema = program.data.get(name);
  if (schema === undefined) {
    report(e, unknownName, { span: expression.span, name, candidates: [...program.data.keys()] });
    return undefined;
  }
  const split = expression.kind === "member" ? expression.member.text : "test";
  const splits = Object.keys(schema.split?.parts ?? { train: 1 });
  if (splits.includes(split)) return { data: name, split };
  report(e, unknownSplit, { span: expression.kind === "member" ? expression.member.span : expression.span, name: split, splits });
  return undefined;
}

function readMetrics(settings: Settings, model: ElaboratedModel): readonly MetricRequest[] | undefined {
  const expression = settings.values.get("metrics");
  if (expression === undefined) return [];
  if (!checkPredicts(settings, model)) return undefined;
  const requests: MetricRequest[] = [];
  for (const item of expression.kind === "list" ? expression.items : [expression]) {
    const call = callLike(item);
    if (call === undefined || metricNames[call.name] === undefined) {
      report(settings.e, unknownMetric, { span: item.span, name: call?.name ?? "?", candidates: Object.keys(metricNames) });
      return undefined;
    }
    if (!checkTask(settings, model, call.name, item.span)) return undefined;
    const options: Record<string, number | string | boolean> = {};
    for (const [key, setting] of call.named) {
      if (setting.value.kind === "name") {
        options[key] = setting.value.name;
        continue;
      }
      const value = evaluate(settings.e, settings.scope, setting.value);
      if (value.kind === "number" || value.kind === "string" || value.kind === "boolean") options[key] = value.value;
      else return refuse(settings, key, setting.value.span, "a number or a name", "something else");
    }
    requests.push({ name: call.name, options, span: item.span });
  }
  return requests;
}

/** Whether the model predicts at all. A prediction that was refused has its own diagnostic. */
function checkPredicts(settings: Settings, model: ElaboratedModel): boolean {
  if (model.item.body.statements.some((statement) => statement.kind === "predict")) return true;
  const targets = model.parameters.flatMap(({ data }) => model.program.data.get(data)?.fields ?? []);
  report(settings.e, nothingPredicted, {
    span: settings.span,
    model: model.item.name.text,
    targets: targets.filter(({ role }) => role === "target").map(({ name }) => name),
  });
  return false;
}

/** Whether a metric is defined for anything that the model predicts. */
function checkTask(settings: Settings, model: ElaboratedModel, metric: string, span: Span): boolean {
  const wanted = metricNames[metric]?.tasks ?? [];
  const { predictions } = model;
  if (predictions.length === 0 || predictions.some(({ task }) => wanted.includes(task))) return true;
  report(settings.e, metricNotForTask, {
    span,
    metric,
    predicted: predictions.map(({ name, task }) => `${name} (${task})`),
    wanted,
    fitting: Object.entries(metricNames).flatMap(([name, { tasks }]) =>
      predictions.some(({ task }) => tasks.includes(task)) ? [name] : [],
    ),
  });
  return false;
}

function readMissing(settings: Settings, program: Program): readonly MissingProtocol[] | undefined {
  const expression = settings.values.get("missing");
  if (expression === undefined) return [];
  const inputs = [...program.data.values()].flatMap((schema) => schema.fields.filter((field) => field.role === "input"));
  const optional = inputs.filter((field) => field.optional).map((field) => field.name);
  if (optional.length === 0) {
    report(settings.e, nothingMissing, { span: expression.span });
    return undefined;
  }
  // Where some input is always there, keeping no optional one still leaves something to predict from.
  const least = optional.length < inputs.length ? 0 : 1;
  const protocols: MissingProtocol[] = [];
  for (const item of expression.kind === "list" ? expression.items : [expression]) {
    const call = callLike(item);
    if (call?.name === "rates") {
      const rates = call.positional.flatMap((argument) => readRates(settings, argument) ?? []);
      if (rates.length === 0) return refuse(settings, "missing", item.span, "rates such as `rates(10% .. 70%)`", "none");
      protocols.push({ kind: "rates", rates });
    } else if (call?.name === "subsets") {
      const subsets = readSubsets(settings, call.positional, optional, least);
      if (subsets === undefined) return undefined;
      protocols.push({ kind: "subsets", subsets });
    } else return refuse(settings, "missing", item.span, "`rates(10% .. 70%)` or `subsets(all)`", call?.name ?? "something else");
  }
  return protocols;
}

/** A rate, or a range in steps of ten percent. */
function readRates(settings: Settings, expression: Expression): readonly number[] | undefined {
  if (expression.kind !== "range") {
    const rate = toNumber(settings.e, expression.span, evaluate(settings.e, settings.scope, expression));
    return rate === undefined ? undefined : [rate];
  }
  const low = toNumber(settings.e, expression.low.span, evaluate(settings.e, settings.scope, expression.low));
  const high = toNumber(settings.e, expression.high.span, evaluate(settings.e, settings.scope, expression.high));
  if (low === undefined || high === undefined) return undefined;
  const steps = Math.round((high - low) / 0.1);
  return Array.from({ length: steps + 1 }, (_, at) => Math.round((low + at * 0.1) * 1e6) / 1e6);
}

function readSubsets(
  settings: Settings,
  positional: readonly Expression[],
  optional: readonly string[],
  least: 0 | 1,
): readonly (readonly string[])[] | undefined {
  const subsets: string[][] = [];
  for (const argument of positional) {
    if (argument.kind === "name" && argument.name === "all") {
      for (let bits = least; bits < 2 ** optional.length; bits += 1)
        subsets.push(optional.filter((_, at) => (bits >> at) % 2 === 1));
      continue;
    }
    const items = argument.kind === "set" ? argument.items : [argument];
    const names = items.flatMap((item) => (item.kind === "name" ? [item.name] : []));
    const stray = names.find((name) => !optional.includes(name));
    if (names.length < items.length || stray !== undefined) {
      return refuse(
        settings,
        "missing",
        argument.span,
        `sets of optional fields (${optional.join(", ")})`,
        stray ?? "something else",
      );
    }
    subsets.push(names);
  }
  return subsets.sort((a, b) => b.length - a.length);
}
