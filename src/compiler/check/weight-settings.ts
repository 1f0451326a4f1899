// A stage's `freeze:` and `group:`: weights named by the path of the values that made them.
import { unknownWeights } from "../diagnostics/records/training/unknown-weights.ts";
import type { Span } from "../source/span.ts";
import type { OptimizerSettings } from "../train/optimizers/index.ts";
import { report } from "./context.ts";
import type { ElaboratedModel } from "./model.ts";
import { optimizerArguments } from "./optimizer-settings.ts";
import { pathTexts, refuse, type Settings } from "./settings.ts";

/** Weights under a path such as `h.text` or `code`; undefined after a diagnostic. */
function weightsAt(model: ElaboratedModel, path: { readonly text: string; readonly span: Span }): readonly string[] | undefined {
  const weights = [...model.e.variables.values()]
    .filter((variable) => variable.kind === "weight")
    .map((variable) => variable.name);
  const prefix = `${model.item.name.text}/${path.text.replaceAll(".", "/")}`;
  const matched = weights.filter(
    (name) => name === prefix || name.startsWith(`${prefix}/`) || name.startsWith(`${prefix}.`) || name === path.text,
  );
  if (matched.length > 0) return matched;
  const roots = [...new Set(weights.map((name) => name.split("/").slice(1, -1).join(".")).filter((text) => text !== ""))];
  const heads = [...new Set(weights.map((name) => name.split("/")[1] ?? ""))];
  report(model.e, unknownWeights, { span: path.span, path: path.text, candidates: [...heads, ...roots] });
  return undefined;
}

export function readPaths(model: ElaboratedModel, settings: Settings, key: string): ReadonlySet<string> | undefined {
  const expression = settings.values.get(key);
  const found = new Set<string>();
  for (const path of expression === undefined ? [] : pathTexts(expression)) {
    const weights = weightsAt(model, path);
    if (weights === undefined) return undefined;
    for (const weight of weights) found.add(weight);
  }
  return found;
}

export function readGroups(
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
