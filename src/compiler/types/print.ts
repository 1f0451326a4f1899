// Types as the user reads them: in messages, hovers and `mmx show shapes`.
import { constantValue } from "../dims/dim.ts";
import type { Axis, TensorValue, Value } from "./value.ts";
import { isOptional } from "./value.ts";

/** Whether an axis' name is one that a module gave it for its own use (`D'1`). */
export const isHidden = (name: string): boolean => name.includes("'");

/** An axis by its size; a copy of a dimension under another name (the batch renamed B2) by that name. */
export function printAxis(axis: Axis): string {
  const [term] = axis.size.terms;
  const copied = axis.size.terms.length === 1 && term?.coefficient === 1 && term.symbols.length === 1;
  return copied && axis.name !== undefined && !isHidden(axis.name) ? axis.name : axis.size.key;
}

export const printShape = (axes: readonly Axis[]): string => `[${axes.map(printAxis).join(", ")}]`;

export function printTensor(value: TensorValue): string {
  return `${value.labels ?? value.dtype}${printShape(value.axes)}${isOptional(value) ? "?" : ""}`;
}

/** The type of any value, short enough for one line. */
export function printType(value: Value): string {
  switch (value.kind) {
    case "tensor":
      return printTensor(value);
    case "number":
      return value.percent ? `${value.value * 100}%` : String(value.value);
    case "size":
      return constantValue(value.dim) === undefined ? `size ${value.dim.key}` : value.dim.key;
    case "boolean":
      return String(value.value);
    case "string":
      return JSON.stringify(value.value);
    case "record":
      return `{ ${[...value.fields].map(([name, field]) => `${name}: ${printType(field)}`).join(", ")} }`;
    case "family": {
      const [first] = value.entries;
      return first === undefined ? "an empty family" : `${printType(first[1])} for ${[...value.entries.keys()].join(" | ")}`;
    }
    case "gaussian":
      return `Gaussian${printShape(value.mean.axes)}${isOptional(value.mean) ? "?" : ""}`;
    case "normal":
      return "the standard normal";
    case "member":
      return `the member ${value.name}`;
    case "members":
      return `the members ${value.tuples.map((tuple) => tuple.join(",")).join(" | ")}`;
    case "module":
      return `the ${value.declaration.kind === "fn" ? "function" : "module"} ${value.declaration.name.text}`;
    case "chain":
      return "a row of modules";
    case "batch":
      return `a batch of ${value.schema.name}`;
    case "bank":
      return `the bank ${printTensor(value.tensor)}`;
    case "list":
      return `a list of ${value.items.length}`;
    case "range":
      return `${printType(value.low)} .. ${printType(value.high)}`;
    case "last":
      return "the last axis";
    case "builtin":
      return `the function ${value.name}`;
    case "unknown":
      return "?";
  }
}
