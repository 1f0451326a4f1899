// Lowers a plan's graph, or the body of a loop, node by node into TensorFlow operations of a scope.
import type { StaticGraph } from "../../ir/graph.ts";
import { numberAttribute } from "../../ops/support/attributes.ts";
import { full, type Lowered, type Lowering, type LoweringContext, type Operand } from "./lowering.ts";
import { dot } from "./lowerings/contract.ts";
import { elementwise } from "./lowerings/elementwise.ts";
import { indexing } from "./lowerings/indexing.ts";
import { random } from "./lowerings/random.ts";
import { scan } from "./lowerings/scan.ts";
import { shape } from "./lowerings/shape.ts";
import type { Library, Output, Scope } from "./scope.ts";

/** A rule for every primitive but `input`, `variable` and `extension`, whose values come from outside, and `part`. */
function lowerings(library: Library): Readonly<Record<string, Lowering>> {
  return { ...elementwise, ...shape, ...indexing, dot, random, scan: scan(library) };
}

export interface LoweredGraph {
  /** The value of a node in its own shape. Throws for a scan, which has only parts, and for what `wanted` left out. */
  value(node: number): Output;
}

/** Where the values of inputs, variables and extensions come from, each in its own shape. */
export type Outside = (node: StaticGraph["nodes"][number], index: number) => Output;

/** `wanted` are the nodes that are read; what they do not need is left out. */
export function lowerGraph(
  library: Library,
  scope: Scope,
  graph: StaticGraph,
  wanted: readonly number[],
  outside: Outside,
): LoweredGraph {
  const rules = lowerings(library);
  const needed = reachable(graph, wanted);
  const values: (Lowered | readonly Lowered[] | undefined)[] = [];
  const operandOf = (index: number): Operand => {
    const node = graph.nodes[index];
    const value = values[index];
    if (node === undefined || value === undefined || isParts(value))
      throw new RangeError(`node ${index} has no value of its own`);
    return { ...value, declared: node.shape, dtype: node.dtype };
  };
  const context: LoweringContext = {
    scope,
    lowerBody(inner, body, inputs) {
      const results = Object.entries(body.outputs);
      const lowered = lowerGraph(
        library,
        inner,
        body,
        results.map(([, node]) => node),
        (node) => {
          const value = inputs[String(node.attributes.name)];
          if (value === undefined) throw new RangeError(`the body of a scan reads ${node.op} ${String(node.attributes.name)}`);
          return value;
        },
      );
      return Object.fromEntries(results.map(([name, node]) => [name, lowered.value(node)]));
    },
  };
  graph.nodes.forEach((node, index) => {
    if (!needed.has(index)) return;
    const { op, inputs, attributes } = node;
    if (op === "input" || op === "variable" || op === "extension") {
      values[index] = { output: outside(node, index), shape: node.shape };
    } else if (op === "part") {
      const parts = values[inputs[0] ?? -1];
      values[index] = parts !== undefined && isParts(parts) ? parts[numberAttribute("part", attributes, "index")] : undefined;
    } else {
      const rule = rules[op];
      if (rule === undefined) throw new RangeError(`no TensorFlow lowering for ${op}`);
      values[index] = rule(node, inputs.map(operandOf), context);
    }
  });
  return { value: (node) => full(scope, operandOf(node)) };
}

/** The nodes that these need, themselves included; an extension's inputs are not: its value comes from outside. */
function reachable(graph: StaticGraph, wanted: readonly number[]): ReadonlySet<number> {
  const found = new Set<number>();
  const open = [...wanted];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    const node = graph.nodes[index];
    if (node === undefined || found.has(index)) continue;
    found.add(index);
    if (node.op !== "extension") open.push(...node.inputs);
  }
  return found;
}

const isParts = (value: Lowered | readonly Lowered[]): value is readonly Lowered[] => Array.isArray(value);
