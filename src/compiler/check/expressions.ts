// The value of an expression. Every case is one function; calls, scans and families have files of their own.

import { unknownName } from "../diagnostics/records/names/unknown-name.ts";
import { conditionNotStatic } from "../diagnostics/records/types/condition-not-static.ts";
import { notDivisible } from "../diagnostics/records/types/not-divisible.ts";
import { wrongKind } from "../diagnostics/records/types/wrong-kind.ts";
import {
  addDims,
  constantDim,
  constantValue,
  type Dim,
  divideDims,
  multiplyDims,
  quotientDim,
  subtractDims,
} from "../dims/dim.ts";
import { libraryOf } from "../names/library.ts";
import { declaredLater, lookUp, type Scope, visibleNames } from "../names/scope.ts";
import type { BinaryExpression, Expression } from "../syntax/ast.ts";
import { printType } from "../types/print.ts";
import { unknown, type Value } from "../types/value.ts";
import { evaluateCall, evaluatePipe } from "./calls.ts";
import { type Elaboration, emit, Refused, report } from "./context.ts";
import { binary, type Operand, unary } from "./elementwise.ts";
import { indexFamily, membersMinus, membersTimes, readMember } from "./families.ts";
import { fill, sizesOf } from "./masks.ts";
import { otherwise } from "./optional.ts";
import { evaluateScan } from "./scan.ts";
import { numberValue, toOperand } from "./values.ts";

/** The value of an expression; `unknown` after a diagnostic. */
export function evaluate(e: Elaboration, scope: Scope, expression: Expression): Value {
  try {
    return evaluateKind(e, scope, expression);
  } catch (error) {
    if (error instanceof Refused) return unknown;
    throw error;
  }
}

function evaluateKind(e: Elaboration, scope: Scope, expression: Expression): Value {
  switch (expression.kind) {
    case "number":
      return numberValue(expression.value, expression.percent);
    case "string":
      return { kind: "string", value: expression.value };
    case "boolean":
      return { kind: "boolean", value: expression.value };
    case "name": {
      const found = lookUp(scope, expression.name);
      if (found !== undefined) return found.value;
      report(e, unknownName, {
        span: expression.span,
        name: expression.name,
        candidates: visibleNames(scope),
        library: libraryOf(expression.name),
        later: declaredLater(scope, expression.name),
      });
      return unknown;
    }
    case "member":
      return readMember(e, expression, evaluate(e, scope, expression.object));
    case "index":
      return indexFamily(e, scope, expression);
    case "call":
      return evaluateCall(e, scope, expression);
    case "pipe":
      return evaluatePipe(e, scope, expression);
    case "unary":
      return evaluateUnary(e, scope, expression);
    case "binary":
      return evaluateBinary(e, scope, expression);
    case "range":
      return { kind: "range", low: evaluate(e, scope, expression.low), high: evaluate(e, scope, expression.high) };
    case "else":
      return otherwise(e, expression, evaluate(e, scope, expression.value), () => evaluate(e, scope, expression.fallback));
    case "if": {
      const condition = evaluate(e, scope, expression.condition);
      if (condition.kind === "boolean" || condition.kind === "number") {
        const chosen = condition.value === true || (typeof condition.value === "number" && condition.value !== 0);
        return evaluate(e, scope, chosen ? expression.then : expression.otherwise);
      }
      if (condition.kind !== "unknown") {
        report(e, conditionNotStatic, { span: expression.condition.span, found: printType(condition) });
      }
      return unknown;
    }
    case "list":
      return { kind: "list", items: expression.items.map((item) => evaluate(e, scope, item)) };
    case "set":
      return evaluateSet(e, scope, expression.items);
    case "record":
      return {
        kind: "record",
        fields: new Map(expression.fields.map((field) => [field.key.text, evaluate(e, scope, field.value)])),
      };
    case "scan":
      return evaluateScan(e, scope, expression);
    case "missing":
      return unknown;
  }
}

function evaluateSet(e: Elaboration, scope: Scope, items: readonly Expression[]): Value {
  const tuples: (readonly string[])[] = [];
  for (const item of items) {
    const value = evaluate(e, scope, item);
    if (value.kind === "member") tuples.push([value.name]);
    else if (value.kind === "members") tuples.push(...value.tuples);
    else {
      if (value.kind !== "unknown") report(e, wrongKind, { span: item.span, expected: "a member", found: printType(value) });
      return unknown;
    }
  }
  return { kind: "members", axis: undefined, tuples };
}

function evaluateUnary(e: Elaboration, scope: Scope, expression: Extract<Expression, { kind: "unary" }>): Value {
  const value = evaluate(e, scope, expression.operand);
  if (value.kind === "unknown") return unknown;
  if (expression.operator === "not") {
    if (value.kind === "boolean") return { kind: "boolean", value: !value.value };
    const operand = toOperand(e, expression.operand.span, value);
    return operand === undefined ? unknown : (binary(e, expression.span, "subtract", "not", numberValue(1), operand) ?? unknown);
  }
  if (value.kind === "number") return numberValue(-value.value, value.percent);
  const operand = toOperand(e, expression.operand.span, value);
  if (operand === undefined) return unknown;
  if (operand.kind !== "tensor")
    return numberValue(-(constantValue(operand.kind === "size" ? operand.dim : constantDim(operand.value)) ?? 0));
  return unary(e, expression.span, "negate", operand);
}

const arithmetic: Readonly<Record<string, (left: number, right: number) => number>> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": (left, right) => left / right,
  "^": (left, right) => left ** right,
};
const comparisons: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  "==": (left, right) => left === right,
  "!=": (left, right) => left !== right,
  "<": (left, right) => left < right,
  "<=": (left, right) => left <= right,
  ">": (left, right) => left > right,
  ">=": (left, right) => left >= right,
};

/** Nodes for comparisons and logic on tensors: the op, whether its operands are swapped, whether its result is negated. */
const operators: Readonly<Record<string, { readonly op: string; readonly swap?: boolean; readonly negate?: boolean }>> = {
  "+": { op: "add" },
  "-": { op: "subtract" },
  "*": { op: "multiply" },
  "/": { op: "divide" },
  "^": { op: "power" },
  "==": { op: "equal" },
  "!=": { op: "equal", negate: true },
  "<": { op: "less" },
  "<=": { op: "less_equal" },
  ">": { op: "less", swap: true },
  ">=": { op: "less_equal", swap: true },
  and: { op: "multiply" },
  or: { op: "maximum" },
};

function evaluateBinary(e: Elaboration, scope: Scope, expression: BinaryExpression): Value {
  const left = evaluate(e, scope, expression.left);
  const right = evaluate(e, scope, expression.right);
  if (left.kind === "unknown" || right.kind === "unknown") return unknown;
  const { operator } = expression;
  if (left.kind === "members") {
    if (operator === "-") return membersMinus(e, expression, left, right);
    if (operator === "*") return membersTimes(e, expression, left, right);
  }
  if (left.kind === "string" && right.kind === "string") return compareTexts(operator, left.value, right.value);
  if (left.kind === "member" && right.kind === "member") return compareTexts(operator, left.name, right.name);
  if (left.kind === "boolean" && right.kind === "boolean" && (operator === "and" || operator === "or")) {
    return { kind: "boolean", value: operator === "and" ? left.value && right.value : left.value || right.value };
  }
  const a = toOperand(e, expression.left.span, left);
  const b = toOperand(e, expression.right.span, right);
  if (a === undefined || b === undefined) return unknown;
  if (a.kind !== "tensor" && b.kind !== "tensor") return staticBinary(e, expression, a, b);
  const rule = operators[operator];
  if (rule === undefined) return unknown;
  const result =
    rule.swap === true
      ? binary(e, expression.span, rule.op, operator, b, a)
      : binary(e, expression.span, rule.op, operator, a, b);
  if (result === undefined) return unknown;
  if (rule.negate !== true) return result;
  const one = fill(e, expression.span, 1, sizesOf(result.axes));
  return { ...result, node: emit(e, expression.span, "subtract", [one, result.node]) };
}

const compareTexts = (operator: string, left: string, right: string): Value =>
  operator === "==" || operator === "!=" ? { kind: "boolean", value: (left === right) === (operator === "==") } : unknown;

type Static = Exclude<Operand, { kind: "tensor" }>;

function staticBinary(e: Elaboration, expression: BinaryExpression, left: Static, right: Static): Value {
  const { operator } = expression;
  const a = left.kind === "number" ? left.value : constantValue(left.dim);
  const b = right.kind === "number" ? right.value : constantValue(right.dim);
  const isSize = left.kind === "size" || right.kind === "size";
  if (a !== undefined && b !== undefined) {
    const compare = comparisons[operator];
    if (compare !== undefined) return { kind: "boolean", value: compare(a, b) };
    const compute = arithmetic[operator];
    if (compute === undefined) return unknown;
    const value = compute(a, b);
    if (!isSize) return numberValue(value);
    if (Number.isSafeInteger(value)) return { kind: "size", dim: constantDim(value), axis: undefined };
    if (operator === "/" && left.kind === "size" && Number.isInteger(b)) {
      report(e, notDivisible, { span: expression.span, left: String(a), right: String(b) });
      return unknown;
    }
    return numberValue(value);
  }
  const x = dimOf(left);
  const y = dimOf(right);
  if (x === undefined || y === undefined) return unknown;
  if (operator === "==" || operator === "!=") return { kind: "boolean", value: (x.key === y.key) === (operator === "==") };
  const dim = symbolic(operator, x, y);
  if (dim !== undefined) return { kind: "size", dim, axis: undefined };
  report(e, wrongKind, { span: expression.span, expected: "sizes under + - * /", found: `${x.key} ${operator} ${y.key}` });
  return unknown;
}

const dimOf = (value: Static): Dim | undefined =>
  value.kind === "size" ? value.dim : Number.isSafeInteger(value.value) ? constantDim(value.value) : undefined;

function symbolic(operator: string, left: Dim, right: Dim): Dim | undefined {
  switch (operator) {
    case "+":
      return addDims(left, right);
    case "-":
      return subtractDims(left, right);
    case "*":
      return multiplyDims(left, right);
    case "/":
      return divideDims(left, right) ?? quotientDim(left, right);
    default:
      return undefined;
  }
}
