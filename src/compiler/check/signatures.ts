// Signatures: holding arguments against declared parameter types, and binding the sizes those types name.
// A name in a parameter's shape that nothing declares outside is a size variable: the first argument that meets it binds it.
import { argumentShape } from "../diagnostics/records/types/argument-shape.ts";
import { resultDiffers } from "../diagnostics/records/types/result-differs.ts";
import { wrongKind } from "../diagnostics/records/types/wrong-kind.ts";
import { constantDim } from "../dims/dim.ts";
import { bind, isBound, type Scope } from "../names/scope.ts";
import type { Span } from "../source/span.ts";
import type { AxisExpression, Expression, ModuleItem, Parameter, TensorType, TypeExpression } from "../syntax/ast.ts";
import { printType } from "../types/print.ts";
import { type Axis, type TensorValue, unknown, type Value } from "../types/value.ts";
import type { Argument } from "./calls.ts";
import { type Elaboration, emit, localNode, report } from "./context.ts";
import { evaluate } from "./expressions.ts";
import { toBoolean, toInteger, toNumber, toSize, toTensor } from "./values.ts";

/**
 * Axes named after a size variable carry a mark and the depth of the call: the name is known inside that call of the module
 * only, and a call inside it neither takes nor forgets the names of the one around it.
 */
const variableMark = (depth: number): string => `'${depth}`;

/** The argument as the parameter sees it; undefined after a diagnostic. Binds size variables into `scope`. */
export function matchParameter(
  e: Elaboration,
  scope: Scope,
  declaration: ModuleItem,
  parameter: Parameter,
  argument: Argument,
): Value | undefined {
  const { type } = parameter;
  const { value, span } = argument;
  if (type === undefined || type.kind === "missing" || value.kind === "unknown") return value;
  if (type.kind === "tensor") return matchTensor(e, scope, declaration, parameter, type, argument);
  if (type.kind === "record") {
    if (value.kind === "record") return value;
    report(e, wrongKind, { span, expected: `a record for ${parameter.name.text}`, found: printType(value) });
    return undefined;
  }
  return matchNamed(e, type.name.text, parameter, argument);
}

function matchNamed(e: Elaboration, type: string, parameter: Parameter, { value, span }: Argument): Value | undefined {
  switch (type) {
    case "size": {
      if (value.kind === "size" && value.axis !== undefined) return value;
      const dim = toSize(e, span, value);
      return dim === undefined ? undefined : { kind: "size", dim, axis: value.kind === "members" ? value.axis : undefined };
    }
    case "int": {
      const number = toInteger(e, span, value);
      return number === undefined ? undefined : { kind: "number", value: number, percent: false };
    }
    case "float": {
      if (value.kind === "tensor" && value.axes.length === 0) return value;
      const number = toNumber(e, span, value);
      return number === undefined ? undefined : { kind: "number", value: number, percent: false };
    }
    case "bool": {
      const truth = toBoolean(e, span, value);
      return truth === undefined ? undefined : { kind: "boolean", value: truth };
    }
    case "dim":
      if (value.kind === "string") return { kind: "size", dim: constantDim(0), axis: value.value };
      if (value.kind === "size" || value.kind === "last" || (value.kind === "members" && value.axis !== undefined)) return value;
      break;
    case "members":
      if (value.kind === "members") return value;
      break;
    case "module":
      if (value.kind === "module" || value.kind === "chain" || value.kind === "builtin") return value;
      break;
    case "gaussian":
      if (value.kind === "gaussian") return value;
      break;
    case "text":
      if (value.kind === "string" || value.kind === "member") return value;
      break;
    default:
      return value;
  }
  report(e, wrongKind, { span, expected: `${parameter.name.text}: ${type}`, found: printType(value) });
  return undefined;
}

function matchTensor(
  e: Elaboration,
  scope: Scope,
  declaration: ModuleItem,
  parameter: Parameter,
  type: TensorType,
  argument: Argument,
): Value | undefined {
  const { span } = argument;
  const number = argument.value.kind === "number" || argument.value.kind === "size";
  const source =
    number && type.axes.length <= 1 && type.axes[0]?.size === undefined
      ? argument.value
      : toTensor(e, span, argument.value, `${parameter.name.text}: ${printPattern(type)}`);
  if (source === undefined) return undefined;
  if (source.kind !== "tensor") return source;
  const refuse = (reason: string): undefined => {
    report(e, argumentShape, {
      span,
      callee: declaration.name.text,
      parameter: parameter.name.text,
      expected: printPattern(type),
      found: printType(source),
      reason,
      labels: source.axes.flatMap((axis) =>
        axis.origin === undefined || axis.origin === span
          ? []
          : [{ span: axis.origin, text: `${axis.size.key} was chosen here` }],
      ),
    });
    return undefined;
  };
  const element = type.element.text;
  let value: TensorValue = source;
  if (element === "f32" || element === "bool") {
    if (source.labels !== undefined)
      return refuse("class labels are no numbers to compute with; use onehot(…) or a loss for labels");
    if (source.dtype === "i32")
      value = {
        ...source,
        dtype: "f32",
        owner: e.frame.builder,
        node: emit(e, span, "cast", [localNode(e, source)], { dtype: "f32" }),
      };
  } else if (source.dtype !== "i32")
    return refuse(`${element === "i32" ? "whole numbers (i32)" : `labels of ${element}`} are needed`);
  const open = type.axes[0] !== undefined && type.axes[0].size === undefined;
  const pattern = open ? type.axes.slice(1) : type.axes;
  const offset = value.axes.length - pattern.length;
  if (offset < 0 || (!open && offset !== 0)) {
    return refuse(
      `it has ${value.axes.length} ${value.axes.length === 1 ? "axis" : "axes"} where ${pattern.length}${open ? " or more" : ""} are needed`,
    );
  }
  const axes = [...value.axes];
  for (const [at, item] of pattern.entries()) {
    const axis = axes[offset + at] as Axis;
    const matched = matchAxis(e, scope, item, axis, axes);
    if (matched === undefined) return undefined;
    if (typeof matched === "string") return refuse(matched);
    axes[offset + at] = matched;
  }
  return { ...value, axes };
}

/** The axis as named inside the module, or why it does not fit. */
function matchAxis(
  e: Elaboration,
  scope: Scope,
  item: AxisExpression,
  axis: Axis,
  all: readonly Axis[],
): Axis | string | undefined {
  const { size } = item;
  if (size === undefined) return axis;
  const taken = (name: string): boolean => all.some((other) => other.name === name);
  if (size.kind === "name" && !isBound(scope, size.name)) {
    const hidden = `${size.name}${variableMark(e.calls.length)}`;
    const name = axis.name ?? (taken(hidden) ? undefined : hidden);
    bind(scope, size.name, { kind: "size", dim: axis.size, axis: name }, item.span, { count: 1 });
    return { ...axis, name };
  }
  const expected = evaluate(e, scope, size);
  const dim = toSize(e, size.span, expected);
  if (dim === undefined) return undefined;
  const name = expected.kind === "size" || expected.kind === "members" ? expected.axis : undefined;
  if (dim.key !== axis.size.key) return `${printSize(size)} is ${dim.key} here, and ${axis.size.key} was given`;
  return axis.name === undefined && name !== undefined && !taken(name) ? { ...axis, name } : axis;
}

/** The result with its axes named as the signature says; undefined never: a mismatch is reported and the value kept. */
export function matchResult(e: Elaboration, scope: Scope, declaration: ModuleItem, call: Span, result: Value): Value {
  const type = declaration.result;
  const mark = variableMark(e.calls.length - 1);
  if (type === undefined || type.kind !== "tensor" || result.kind !== "tensor") {
    return type === undefined ? forgetVariables(result, mark) : checkKind(e, declaration, type, forgetVariables(result, mark));
  }
  const open = type.axes[0] !== undefined && type.axes[0].size === undefined;
  const pattern = open ? type.axes.slice(1) : type.axes;
  const offset = result.axes.length - pattern.length;
  const refuse = (): Value => {
    report(e, resultDiffers, {
      span: type.span,
      callee: declaration.name.text,
      declared: printPattern(type),
      found: printType(result),
    });
    return unknown;
  };
  if (offset < 0 || (!open && offset !== 0)) return refuse();
  const axes: Axis[] = [...result.axes];
  for (const [at, item] of pattern.entries()) {
    if (item.size === undefined) continue;
    const axis = axes[offset + at] as Axis;
    const expected = evaluate(e, scope, item.size);
    const dim = toSize(e, item.size.span, expected);
    if (dim === undefined) return unknown;
    if (dim.key !== axis.size.key) return refuse();
    const masked = axis.name !== undefined && result.masks.some((mask) => mask.axes.includes(axis.name as string));
    const given = expected.kind === "size" || expected.kind === "members" ? expected.axis : undefined;
    const free = given === undefined || !axes.some((other, index) => index !== offset + at && other.name === given);
    axes[offset + at] = { ...axis, name: masked || !free ? axis.name : (given ?? axis.name), origin: call };
  }
  return forgetVariables({ ...result, axes }, mark);
}

/** Names of size variables mean nothing outside their module. */
function forgetVariables(value: Value, mark: string): Value {
  if (value.kind === "tensor") {
    const masked = new Set(value.masks.flatMap((mask) => mask.axes));
    const axes = value.axes.map((axis) =>
      axis.name?.endsWith(mark) === true && !masked.has(axis.name) ? { ...axis, name: undefined } : axis,
    );
    return { ...value, axes };
  }
  if (value.kind === "record") {
    return { kind: "record", fields: new Map([...value.fields].map(([name, field]) => [name, forgetVariables(field, mark)])) };
  }
  if (value.kind === "gaussian") {
    return {
      kind: "gaussian",
      mean: forgetVariables(value.mean, mark) as TensorValue,
      logvar: forgetVariables(value.logvar, mark) as TensorValue,
    };
  }
  return value;
}

function checkKind(e: Elaboration, declaration: ModuleItem, type: TypeExpression, result: Value): Value {
  const wanted =
    type.kind === "tensor" ? "tensor" : type.kind === "record" ? "record" : type.kind === "named" ? type.name.text : undefined;
  const known = wanted === "tensor" || wanted === "record" || wanted === "gaussian";
  if (result.kind === "unknown" || !known || result.kind === wanted || (wanted === "tensor" && result.kind === "number"))
    return result;
  report(e, resultDiffers, {
    span: type.span,
    callee: declaration.name.text,
    declared: type.kind === "tensor" ? printPattern(type) : (wanted ?? "?"),
    found: printType(result),
  });
  return unknown;
}

/** A tensor type as written. */
export function printPattern(type: TensorType): string {
  return `${type.element.text}[${type.axes.map((axis) => (axis.size === undefined ? "..." : printSize(axis.size))).join(", ")}]${type.optional ? "?" : ""}`;
}

export function printSize(expression: Expression): string {
  if (expression.kind === "name") return expression.name;
  if (expression.kind === "number") return String(expression.value);
  if (expression.kind === "binary") return `${printSize(expression.left)} ${expression.operator} ${printSize(expression.right)}`;
  if (expression.kind === "index") {
    return `${printSize(expression.object)}[${expression.indices.map((index) => (index === undefined ? "*" : printSize(index))).join(", ")}]`;
  }
  return "…";
}

/** The axes a tensor type stands for where every size is already known: `param`, `bank`. undefined after a diagnostic. */
export function resolveShape(e: Elaboration, scope: Scope, type: TypeExpression): readonly Axis[] | undefined {
  if (type.kind !== "tensor") return undefined;
  const axes: Axis[] = [];
  for (const item of type.axes) {
    if (item.size === undefined) {
      report(e, wrongKind, { span: item.span, expected: "a size", found: "..." });
      return undefined;
    }
    const value = evaluate(e, scope, item.size);
    const dim = toSize(e, item.size.span, value);
    if (dim === undefined) return undefined;
    const named = value.kind === "size" || value.kind === "members" ? value.axis : undefined;
    axes.push({ name: axes.some((axis) => axis.name === named) ? undefined : named, size: dim, origin: item.span });
  }
  return axes;
}
