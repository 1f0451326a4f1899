// Modules that no model uses are still checked, on arguments whose sizes are unknown: each size variable a symbol of its own.
import type { DimensionInfo } from "../compiled.ts";
import { symbolDim } from "../dims/dim.ts";
import { bind, childScope, isBound, type Scope } from "../names/scope.ts";
import type { ModuleItem, Parameter, TypeExpression } from "../syntax/ast.ts";
import type { Axis, TensorValue, Value } from "../types/value.ts";
import { evaluateBody } from "./blocks.ts";
import { type Elaboration, newElaboration } from "./context.ts";
import { evaluate } from "./expressions.ts";
import type { ElaboratedModel } from "./model.ts";
import type { Program } from "./program.ts";
import { matchResult } from "./signatures.ts";
import { numberValue, toSize } from "./values.ts";

/** Checks every module of the main file that no model has elaborated. */
export function checkModules(program: Program, models: readonly ElaboratedModel[]): void {
  const elaborated = new Set(models.flatMap((model) => model.e.values.map((value) => value.path.split("/").at(-2) ?? "")));
  const called = new Set(
    models.flatMap((model) => [...model.e.pathCounts.keys()].map((path) => (path.split("/").at(-1) ?? "").replace(/_\d+$/, ""))),
  );
  for (const item of program.modules) {
    if (called.has(item.name.text) || elaborated.has(item.name.text) || usedAsFunction(program, item)) continue;
    checkModule(program, item);
  }
}

/** Functions leave no path; one that anything reads is taken as elaborated where it is read. */
const usedAsFunction = (program: Program, item: ModuleItem): boolean =>
  item.kind === "fn" && (program.scope.bindings.get(item.name.text)?.use.count ?? 0) > 0;

function checkModule(program: Program, item: ModuleItem): void {
  const e = newElaboration(program.sink, item.name.text, false, new Map<string, DimensionInfo>(program.dimensions));
  e.path = [item.name.text];
  const scope = childScope(program.scope);
  for (const parameter of item.parameters) {
    const value = argumentFor(e, scope, parameter);
    if (value === undefined) return;
    bind(scope, parameter.name.text, value, parameter.span, { count: 1 });
  }
  const result = evaluateBody(e, scope, item);
  if (result !== undefined) matchResult(e, scope, item, item.span, result);
}

/** A stand-in argument of a parameter's type; undefined where the type says too little. */
function argumentFor(e: Elaboration, scope: Scope, parameter: Parameter): Value | undefined {
  const { type, defaultValue } = parameter;
  if (defaultValue !== undefined) return evaluate(e, scope, defaultValue);
  if (type?.kind === "tensor") return tensorFor(e, scope, parameter, type);
  if (type?.kind !== "named") return undefined;
  switch (type.name.text) {
    case "size":
      return { kind: "size", dim: symbolDim(parameter.name.text), axis: parameter.name.text };
    case "int":
      return numberValue(2);
    case "float":
      return numberValue(0.5);
    case "bool":
      return { kind: "boolean", value: true };
    default:
      return undefined;
  }
}

function tensorFor(
  e: Elaboration,
  scope: Scope,
  parameter: Parameter,
  type: Extract<TypeExpression, { kind: "tensor" }>,
): Value | undefined {
  const axes: Axis[] = [];
  for (const { size } of type.axes) {
    if (size === undefined) {
      axes.push({ name: "B", size: symbolDim("B"), origin: undefined });
      continue;
    }
    if (size.kind === "name" && !isBound(scope, size.name)) {
      bind(scope, size.name, { kind: "size", dim: symbolDim(size.name), axis: size.name }, size.span, { count: 1 });
    }
    const value = evaluate(e, scope, size);
    const dim = toSize(e, size.span, value);
    if (dim === undefined || e.dimensions.get(dim.key)?.kind === "ragged") return undefined;
    const name = value.kind === "size" ? value.axis : undefined;
    axes.push({ name: axes.some((axis) => axis.name === name) ? undefined : name, size: dim, origin: undefined });
  }
  const dtype = type.element.text === "f32" || type.element.text === "bool" ? "f32" : "i32";
  const node = e.root.builder.add("input", [], { name: parameter.name.text, sizes: axes.map((axis) => axis.size), dtype });
  const value: TensorValue = { kind: "tensor", node, owner: e.root.builder, dtype, axes, masks: [] };
  return value;
}
