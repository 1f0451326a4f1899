// What a built-in function is, and how built-ins read their arguments.
import { missingArgument } from "../../diagnostics/records/types/missing-argument.ts";
import type { Dim } from "../../dims/dim.ts";
import type { Expression } from "../../syntax/ast.ts";
import type { TensorValue, Value } from "../../types/value.ts";
import { findAxes, findAxis } from "../axes.ts";
import type { BuiltinCall } from "../calls.ts";
import { type Elaboration, report } from "../context.ts";
import type { Operand } from "../elementwise.ts";
import { evaluate } from "../expressions.ts";
import { toBoolean, toInteger, toNumber, toOperand, toSize, toTensor } from "../values.ts";

export interface Builtin {
  readonly signature: string;
  readonly doc: string;
  /** Least and most positional arguments. */
  readonly arguments: readonly [number, number];
  /** Names of the named arguments; "any" where they are free (`rename(x, T: S)`). */
  readonly named: readonly string[] | "any";
  /** The positional arguments as written are not evaluated ahead (axis names, modules to repeat); a piped input is. */
  readonly lazy?: boolean;
  /** undefined after a diagnostic. */
  call(e: Elaboration, call: BuiltinCall): Value | undefined;
}

export type BuiltinTable = Readonly<Record<string, Builtin>>;

export function tensorAt(e: Elaboration, call: BuiltinCall, at: number): TensorValue | undefined {
  const argument = call.positional[at];
  if (argument === undefined) {
    report(e, missingArgument, { span: call.span, name: `argument ${at + 1}`, callee: call.name, declared: undefined });
    return undefined;
  }
  return toTensor(e, argument.span, argument.value);
}

export function operandAt(e: Elaboration, call: BuiltinCall, at: number): Operand | undefined {
  const argument = call.positional[at];
  return argument === undefined ? undefined : toOperand(e, argument.span, argument.value);
}

/** The position of the axis that a named argument gives; undefined where it is absent or after a diagnostic. */
export function axisNamed(e: Elaboration, call: BuiltinCall, name: string, value: TensorValue): number | undefined {
  const setting = call.named.get(name);
  return setting === undefined ? undefined : findAxis(e, call.scope, setting.value, value);
}

/** As `axisNamed`, but the argument must be given. */
export function requiredAxis(e: Elaboration, call: BuiltinCall, name: string, value: TensorValue): number | undefined {
  if (!call.named.has(name)) {
    report(e, missingArgument, { span: call.span, name: `${name}:`, callee: call.name, declared: undefined });
    return undefined;
  }
  return axisNamed(e, call, name, value);
}

/** Calls `use` with the first argument and the position of the axis that a named argument gives; undefined after a diagnostic. */
export function onAxis(
  e: Elaboration,
  call: BuiltinCall,
  name: string,
  use: (value: TensorValue, position: number) => Value | undefined,
): Value | undefined {
  const value = tensorAt(e, call, 0);
  const position = value === undefined ? undefined : requiredAxis(e, call, name, value);
  return value === undefined || position === undefined ? undefined : use(value, position);
}

export function axesNamed(e: Elaboration, call: BuiltinCall, name: string, value: TensorValue): readonly number[] | undefined {
  const setting = call.named.get(name);
  return setting === undefined ? undefined : findAxes(e, call.scope, setting.value, value);
}

export const namedExpression = (call: BuiltinCall, name: string): Expression | undefined => call.named.get(name)?.value;

export function numberNamed(e: Elaboration, call: BuiltinCall, name: string, otherwise: number): number | undefined {
  const setting = call.named.get(name);
  return setting === undefined ? otherwise : toNumber(e, setting.value.span, evaluate(e, call.scope, setting.value));
}

export function integerNamed(e: Elaboration, call: BuiltinCall, name: string, otherwise: number): number | undefined {
  const setting = call.named.get(name);
  return setting === undefined ? otherwise : toInteger(e, setting.value.span, evaluate(e, call.scope, setting.value));
}

export function booleanNamed(e: Elaboration, call: BuiltinCall, name: string, otherwise: boolean): boolean {
  const setting = call.named.get(name);
  return setting === undefined
    ? otherwise
    : (toBoolean(e, setting.value.span, evaluate(e, call.scope, setting.value)) ?? otherwise);
}

export function sizeNamed(e: Elaboration, call: BuiltinCall, name: string): Dim | undefined {
  const setting = call.named.get(name);
  if (setting === undefined) {
    report(e, missingArgument, { span: call.span, name: `${name}:`, callee: call.name, declared: undefined });
    return undefined;
  }
  return toSize(e, setting.value.span, evaluate(e, call.scope, setting.value));
}
