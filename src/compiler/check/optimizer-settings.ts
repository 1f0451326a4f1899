// A stage's `optimizer:`, `schedule:` and `clip:`.
import type { Schedule } from "../compiled.ts";
import { listOf } from "../diagnostics/records/example.ts";
import { badSetting } from "../diagnostics/records/training/bad-setting.ts";
import type { Expression } from "../syntax/ast.ts";
import { type OptimizerSettings, optimizerTable, parameterFault } from "../train/optimizers/index.ts";
import { report } from "./context.ts";
import { evaluate } from "./expressions.ts";
import { type CallLike, callLike, checkArguments, missing, numberArgument, refuse, type Settings } from "./settings.ts";
import { toNumber } from "./values.ts";

export function readOptimizer(settings: Settings, expression: Expression | undefined): OptimizerSettings | undefined {
  if (expression === undefined) return missing(settings, "optimizer");
  const call = callLike(expression);
  const known = Object.keys(optimizerTable);
  if (call === undefined || optimizerTable[call.name] === undefined) {
    return unknownChoice(settings, "optimizer", expression, known);
  }
  return optimizerArguments(settings, call, { name: call.name });
}

export function optimizerArguments(settings: Settings, call: CallLike, start: OptimizerSettings): OptimizerSettings | undefined {
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
    if (parameterFault(start.name, key, number) !== undefined) {
      const rule = optimizerTable[start.name]?.parameters[key];
      const below = rule?.below === undefined ? "" : ` and below ${rule.below}`;
      return refuse(settings, `${key} of ${start.name}`, value.span, `a number from ${rule?.low ?? 0}${below}`, String(number));
    }
    values[key] = number;
  }
  return { ...start, ...values };
}

/** A name in `optimizer:` or `schedule:` that is none of the known ones. */
function unknownChoice(settings: Settings, key: string, expression: Expression, known: readonly string[]): undefined {
  const call = callLike(expression);
  const span = expression.kind === "call" ? expression.callee.span : expression.span;
  report(settings.e, badSetting, {
    span,
    key,
    expected: listOf(known),
    found: call?.name ?? "something else",
    candidates: known,
  });
  return undefined;
}

const scheduleArguments: Readonly<Record<string, readonly string[]>> = {
  constant: ["warmup"],
  cosine: ["warmup", "to"],
  linear: ["warmup", "to"],
  step: ["warmup", "every", "by"],
};

export function readSchedule(settings: Settings): Schedule | undefined {
  const expression = settings.values.get("schedule");
  if (expression === undefined) return { kind: "constant", warmup: 0 };
  const call = callLike(expression);
  const known = call === undefined ? undefined : scheduleArguments[call.name];
  if (call === undefined || known === undefined) {
    return unknownChoice(settings, "schedule", expression, Object.keys(scheduleArguments));
  }
  if (!checkArguments(settings, call, known)) return undefined;
  const warmup = numberArgument(settings, call, "warmup", 0);
  if (warmup === undefined) return undefined;
  if (warmup < 0 || warmup >= 1)
    return refuse(settings, "warmup", call.span, "a share of the stage, 0% to below 100%", String(warmup));
  if (call.name === "constant") return { kind: "constant", warmup };
  if (call.name === "step") {
    const [every, by] = [numberArgument(settings, call, "every", 1), numberArgument(settings, call, "by", 0.1)];
    return every === undefined || by === undefined ? undefined : { kind: "step", warmup, every, by };
  }
  const to = numberArgument(settings, call, "to", 0);
  return to === undefined ? undefined : { kind: call.name === "cosine" ? "cosine" : "linear", warmup, to };
}

export function readClip(settings: Settings): { kind: "norm" | "value"; limit: number } | undefined | "bad" {
  const expression = settings.values.get("clip");
  if (expression === undefined) return undefined;
  const call = expression.kind === "call" ? callLike(expression) : undefined;
  const kind = call === undefined || call.name === "norm" ? "norm" : "value";
  const inner = call === undefined ? expression : call.positional[0];
  const known = call === undefined || ["norm", "value"].includes(call.name);
  const limit =
    inner === undefined || !known ? undefined : toNumber(settings.e, inner.span, evaluate(settings.e, settings.scope, inner));
  if (limit !== undefined && limit > 0) return { kind, limit };
  refuse(
    settings,
    "clip",
    expression.span,
    "a positive number, the largest global norm, or `value(5)`",
    call?.name ?? String(limit ?? "?"),
  );
  return "bad";
}
