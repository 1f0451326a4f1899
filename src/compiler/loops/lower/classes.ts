// What lowering makes of each primitive.
import type { Node } from "../../ir/graph.ts";
import { isView } from "./coordinates.ts";

/**
 * `leaf`: held by a buffer from the start. `inline`: an instruction wherever it is read. `view`: another reading of its
 * input. `element`: computed entry by entry. `reduction`, `contraction`: as they say. `own`: has kernels of its own.
 */
export type NodeClass = "leaf" | "inline" | "view" | "element" | "reduction" | "contraction" | "own";

const own: ReadonlySet<string> = new Set(["concat", "pad", "unwindow", "scatter_add", "scatter_set", "scan", "extension"]);

export function classOf(node: Node<number>): NodeClass {
  if (isView(node)) return "view";
  if (own.has(node.op)) return "own";
  switch (node.op) {
    case "input":
    case "variable":
    case "literal":
    case "part":
      return "leaf";
    case "constant":
    case "iota":
      return "inline";
    case "dot":
      return "contraction";
    case "sum":
    case "max":
    case "argmax":
      return "reduction";
    default:
      return "element";
  }
}

/** The axes that a reduction takes away, rising. */
export function reducedAxes(node: Node<number>): readonly number[] {
  const { axes, axis } = node.attributes;
  return node.op === "argmax" ? [axis as number] : [...(axes as readonly number[])].sort((a, b) => a - b);
}

const cheap: ReadonlySet<string> = new Set([
  ...["add", "subtract", "multiply", "negate", "abs", "maximum", "minimum", "select", "equal", "less", "less_equal"],
  ...["floor", "round", "sign", "cast"],
]);

/** Whether computing an entry again costs about as much as reading it again. */
export const isCheap = (node: Node<number>): boolean => cheap.has(node.op);
