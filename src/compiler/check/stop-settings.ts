// A stage's `drop:`, `stop:` and `keep:`.

import type { EarlyStop, StageProgram } from "../compiled.ts";
import { dropNotOptional } from "../diagnostics/records/training/drop-not-optional.ts";
import { report } from "./context.ts";
import { evaluate } from "./expressions.ts";
import type { ElaboratedModel } from "./model.ts";
import type { Program } from "./program.ts";
import { callLike, checkArguments, metricRef, numberArgument, refuse, type Settings } from "./settings.ts";
import { toNumber } from "./values.ts";

export function readDrop(model: ElaboratedModel, settings: Settings): Readonly<Record<string, number>> | undefined {
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

export function readStop(
  settings: Settings,
  splits: readonly string[],
  losses: readonly string[],
): EarlyStop | undefined | "bad" {
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

export function readKeep(
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
