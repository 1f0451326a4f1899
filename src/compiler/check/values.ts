// Reading compile-time values out of expressions: numbers, sizes, truth values, names.
import { notASize } from "../diagnostics/records/types/not-a-size.ts";
import { wrongKind } from "../diagnostics/records/types/wrong-kind.ts";
import { constantDim, constantValue, type Dim } from "../dims/dim.ts";
import type { Span } from "../source/span.ts";
import { printType } from "../types/print.ts";
import type { NumberValue, TensorValue, Value } from "../types/value.ts";
import { type Elaboration, report } from "./context.ts";
import type { Operand } from "./elementwise.ts";

export const numberValue = (value: number, percent = false): NumberValue => ({ kind: "number", value, percent });

/** The size a value stands for; undefined after a diagnostic. */
export function toSize(e: Elaboration, span: Span, value: Value): Dim | undefined {
  if (value.kind === "size") return value.dim;
  if (value.kind === "number" && Number.isSafeInteger(value.value) && value.value >= 0) return constantDim(value.value);
  if (value.kind === "members") return constantDim(value.tuples.length);
  if (value.kind !== "unknown") report(e, notASize, { span, found: printType(value) });
  return undefined;
}

/** A number known at compile time; undefined after a diagnostic. */
export function toNumber(e: Elaboration, span: Span, value: Value): number | undefined {
  if (value.kind === "number") return value.value;
  const constant = value.kind === "size" ? constantValue(value.dim) : undefined;
  if (constant !== undefined) return constant;
  if (value.kind === "unknown") return undefined;
  const hint = value.kind === "size" ? "write a number, or a dim that has one: dim N = 4" : undefined;
  report(e, wrongKind, { span, expected: "a number known at compile time", found: printType(value), hint });
  return undefined;
}

export function toInteger(e: Elaboration, span: Span, value: Value): number | undefined {
  const number = toNumber(e, span, value);
  if (number === undefined || Number.isInteger(number)) return number;
  report(e, wrongKind, { span, expected: "a whole number", found: String(number) });
  return undefined;
}

export function toBoolean(e: Elaboration, span: Span, value: Value): boolean | undefined {
  if (value.kind === "boolean") return value.value;
  if (value.kind === "number") return value.value !== 0;
  if (value.kind !== "unknown")
    report(e, wrongKind, { span, expected: "true or false, known at compile time", found: printType(value) });
  return undefined;
}

/** A tensor; a bank stands for its whole contents, a distribution for nothing. undefined after a diagnostic. */
export function toTensor(e: Elaboration, span: Span, value: Value, expected = "a tensor"): TensorValue | undefined {
  if (value.kind === "tensor") return value;
  if (value.kind === "bank") return value.tensor;
  if (value.kind === "unknown") return undefined;
  const hint =
    value.kind === "gaussian" ? "say `sample(q)` or `mean(q)`" : value.kind === "family" ? "name a member, `x[m]`" : undefined;
  report(e, wrongKind, { span, expected, found: printType(value), ...(hint === undefined ? {} : { hint }) });
  return undefined;
}

/** A tensor or a number; undefined after a diagnostic. */
export function toOperand(e: Elaboration, span: Span, value: Value): Operand | undefined {
  if (value.kind === "number" || value.kind === "size") return value;
  if (value.kind === "boolean") return numberValue(value.value ? 1 : 0);
  return toTensor(e, span, value, "a tensor or a number");
}
