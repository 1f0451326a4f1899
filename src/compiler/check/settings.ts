// Settings, `key: value`: known keys, calls such as `cosine(warmup: 5%)`, references such as `valid.mae`.

import type { MetricRef } from "../compiled.ts";
import { badSetting } from "../diagnostics/records/training/bad-setting.ts";
import { missingSetting } from "../diagnostics/records/training/missing-setting.ts";
import { unknownMetric } from "../diagnostics/records/training/unknown-metric.ts";
import { unknownSetting } from "../diagnostics/records/training/unknown-setting.ts";
import { unknownSplit } from "../diagnostics/records/training/unknown-split.ts";
import type { Scope } from "../names/scope.ts";
import type { Span } from "../source/span.ts";
import type { Expression, Setting } from "../syntax/ast.ts";
import { type Elaboration, report } from "./context.ts";
import { evaluate } from "./expressions.ts";
import { metricNames } from "./metric-names.ts";
import { toInteger, toNumber } from "./values.ts";

export interface Settings {
  readonly e: Elaboration;
  readonly scope: Scope;
  readonly where: string;
  readonly span: Span;
  readonly values: ReadonlyMap<string, Expression>;
}

/** The settings of a block by key, overrides in place; unknown and repeated keys are reported. */
export function readSettings(
  e: Elaboration,
  scope: Scope,
  block: {
    readonly where: string;
    readonly span: Span;
    readonly settings: readonly Setting[];
    readonly known: readonly string[];
  },
  override: (key: string) => Expression | undefined,
): Settings {
  const values = new Map<string, Expression>();
  for (const setting of block.settings) {
    const key = setting.key.text;
    if (!block.known.includes(key)) {
      report(e, unknownSetting, { span: setting.key.span, key, where: block.where, known: block.known });
    } else if (values.has(key)) {
      report(e, badSetting, { span: setting.key.span, key, expected: "given once", found: "a second time" });
    } else values.set(key, setting.value);
  }
  for (const key of block.known) {
    const given = override(key);
    if (given !== undefined) values.set(key, given);
  }
  return { e, scope, where: block.where, span: block.span, values };
}

export function refuse(settings: Settings, key: string, span: Span, expected: string, found: string): undefined {
  report(settings.e, badSetting, { span, key, expected, found });
  return undefined;
}

/** Reports that a setting is not given. */
export function missing(settings: Settings, key: string): undefined {
  report(settings.e, missingSetting, { span: settings.span, key, where: settings.where });
}

export function integerSetting(settings: Settings, key: string, least: number, otherwise?: number): number | undefined {
  const expression = settings.values.get(key);
  if (expression === undefined) {
    return otherwise ?? missing(settings, key);
  }
  const value = toInteger(settings.e, expression.span, evaluate(settings.e, settings.scope, expression));
  if (value === undefined || value >= least) return value;
  return refuse(settings, key, expression.span, `a whole number from ${least}`, String(value));
}

/** `adamw(lr: 1e-3)` or `adamw`: a name with arguments that are not evaluated yet. */
export interface CallLike {
  readonly name: string;
  readonly span: Span;
  readonly positional: readonly Expression[];
  readonly named: ReadonlyMap<string, Setting>;
}

export function callLike(expression: Expression): CallLike | undefined {
  if (expression.kind === "name") return { name: expression.name, span: expression.span, positional: [], named: new Map() };
  if (expression.kind !== "call" || expression.callee.kind !== "name") return undefined;
  return {
    name: expression.callee.name,
    span: expression.span,
    positional: expression.positional,
    named: new Map(expression.named.map((setting) => [setting.key.text, setting])),
  };
}

export function numberArgument(settings: Settings, call: CallLike, key: string, otherwise: number): number | undefined {
  const setting = call.named.get(key);
  return setting === undefined
    ? otherwise
    : toNumber(settings.e, setting.value.span, evaluate(settings.e, settings.scope, setting.value));
}

/** Reports arguments that a call does not take. */
export function checkArguments(settings: Settings, call: CallLike, known: readonly string[]): boolean {
  for (const setting of call.named.values()) {
    if (known.includes(setting.key.text)) continue;
    report(settings.e, unknownSetting, { span: setting.key.span, key: setting.key.text, where: call.name, known });
    return false;
  }
  return true;
}

/** `[a.b, "c"]` or a single one, as texts with dots. */
export function pathTexts(expression: Expression): readonly { readonly text: string; readonly span: Span }[] {
  const items = expression.kind === "list" ? expression.items : [expression];
  return items.flatMap((item) => {
    const text = pathText(item);
    return text === undefined ? [] : [{ text, span: item.span }];
  });
}

function pathText(expression: Expression): string | undefined {
  if (expression.kind === "name") return expression.name;
  if (expression.kind === "string") return expression.value;
  if (expression.kind === "member") {
    const object = pathText(expression.object);
    return object === undefined ? undefined : `${object}.${expression.member.text}`;
  }
  return undefined;
}

/** `valid.mae` or `valid.loss.align`; undefined after a diagnostic. */
export function metricRef(
  settings: Settings,
  key: string,
  expression: Expression,
  splits: readonly string[],
  losses: readonly string[],
): MetricRef | undefined {
  const [split, ...rest] = pathText(expression)?.split(".") ?? [];
  if (split === undefined || rest.length === 0) {
    return refuse(settings, key, expression.span, "a part of the data and a metric, `valid.mae`", "something else");
  }
  // No parts at all: the data themselves were refused.
  if (splits.length > 0 && !splits.includes(split)) {
    report(settings.e, unknownSplit, { span: expression.span, name: split, splits });
    return undefined;
  }
  const metric = rest.join(".");
  if (rest[0] === "loss" && rest[1] !== undefined && losses.includes(rest[1])) return { split, metric, better: "lower" };
  const better = metricNames[metric]?.better;
  if (better !== undefined) return { split, metric, better };
  report(settings.e, unknownMetric, {
    span: expression.span,
    name: metric,
    candidates: [...Object.keys(metricNames), ...losses.map((loss) => `loss.${loss}`)],
  });
  return undefined;
}
