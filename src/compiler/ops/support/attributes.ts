// Typed access to a node's attributes. A graph's attributes are plain JSON, so every op reads them through these functions,
// which accept a number wherever a size may stand: the same rule then serves symbolic and static graphs.
import { constantDim, type Dim, isDim } from "../../dims/dim.ts";
import type { Attribute, DType } from "../../ir/graph.ts";
import { type AnyAttributes, ShapeError } from "../operation.ts";

function wrong(op: string, key: string, expected: string): never {
  throw new ShapeError(op, `the attribute ${key} of ${op} must be ${expected}`);
}

export function numberAttribute(op: string, attributes: Readonly<Record<string, unknown>>, key: string): number {
  const value = attributes[key];
  return typeof value === "number" ? value : wrong(op, key, "a number");
}

export function stringAttribute(op: string, attributes: Readonly<Record<string, unknown>>, key: string): string {
  const value = attributes[key];
  return typeof value === "string" ? value : wrong(op, key, "a string");
}

export function booleanAttribute(op: string, attributes: Readonly<Record<string, unknown>>, key: string): boolean {
  const value = attributes[key];
  return typeof value === "boolean" ? value : wrong(op, key, "true or false");
}

export function dtypeAttribute(op: string, attributes: AnyAttributes): DType {
  const value = attributes.dtype;
  return value === "f32" || value === "i32" ? value : wrong(op, "dtype", "f32 or i32");
}

function listAttribute(op: string, attributes: AnyAttributes, key: string): readonly Attribute<Dim>[] {
  const value = attributes[key];
  return Array.isArray(value) ? (value as readonly Attribute<Dim>[]) : wrong(op, key, "a list");
}

export function numbersAttribute(op: string, attributes: AnyAttributes, key: string): readonly number[] {
  return listAttribute(op, attributes, key).map((value) =>
    typeof value === "number" ? value : wrong(op, key, "a list of numbers"),
  );
}

export function numberPairsAttribute(op: string, attributes: AnyAttributes, key: string): readonly (readonly [number, number])[] {
  return listAttribute(op, attributes, key).map((pair) => {
    if (!Array.isArray(pair)) return wrong(op, key, "a list of pairs of axes");
    const [left, right] = pair as readonly unknown[];
    if (typeof left !== "number" || typeof right !== "number") return wrong(op, key, "a list of pairs of axes");
    return [left, right];
  });
}

function toDim(op: string, key: string, value: Attribute<Dim> | undefined): Dim {
  if (typeof value === "number") return constantDim(value);
  return isDim(value) ? value : wrong(op, key, "a size");
}

export function dimAttribute(op: string, attributes: AnyAttributes, key: string): Dim {
  return toDim(op, key, attributes[key]);
}

export function dimsAttribute(op: string, attributes: AnyAttributes, key: string): readonly Dim[] {
  return listAttribute(op, attributes, key).map((value) => toDim(op, key, value));
}

/**
 * A number that may be infinite, not a number or negative zero. JSON has no words for those, so a plan writes them as
 * the strings "Infinity", "-Infinity", "NaN" and "-0"; `encodeNumber` writes and `decodeNumber` reads either form.
 */
export function encodeNumber(value: number): number | string {
  if (Object.is(value, -0)) return "-0";
  return Number.isFinite(value) ? value : String(value);
}

export function decodeNumber(op: string, key: string, value: Attribute<Dim> | undefined): number {
  if (typeof value === "number") return value;
  if (value === "Infinity" || value === "-Infinity" || value === "NaN" || value === "-0") return Number(value);
  return wrong(op, key, "a number");
}

export function anyNumberAttribute(op: string, attributes: AnyAttributes, key: string): number {
  return decodeNumber(op, key, attributes[key]);
}

export function anyNumbersAttribute(op: string, attributes: AnyAttributes, key: string): readonly number[] {
  return listAttribute(op, attributes, key).map((value) => decodeNumber(op, key, value));
}
