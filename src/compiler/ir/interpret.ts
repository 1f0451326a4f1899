// The float64 interpreter: runs a static graph by the ops' own definitions, one evaluation of each node. It is the oracle
// that executors and passes are tested against, and slow.
import { operation } from "../ops/index.ts";
import type { HostExtension, Reference, ReferenceContext } from "../ops/operation.ts";
import type { Graph, StaticGraph } from "./graph.ts";

export interface Interpretation {
  readonly outputs: Record<string, Reference>;
  /** The next values of the variables that the graph assigns. */
  readonly assigned: Record<string, Reference>;
}

export interface InterpretOptions {
  /** Called after each node of the graph itself (not of loop bodies); a scan shows no value of its own. */
  readonly observe?: (node: number, value: Reference) => void;
  readonly extensions?: Readonly<Record<string, HostExtension>>;
}

/**
 * Evaluates every node once and gives the outputs and the variables' next values. `feeds` and `variables` must hold
 * every `input` and `variable` of the graph, in its shape. Throws `RangeError` where one is absent or has another shape.
 */
export function interpret(
  graph: StaticGraph,
  feeds: Readonly<Record<string, Reference>>,
  variables: Readonly<Record<string, Reference>>,
  options: InterpretOptions = {},
): Interpretation {
  const { observe, extensions = {} } = options;
  const context: ReferenceContext = {
    runBody: (body, inputs) => evaluate(body, inputs, {}, context).outputs,
    extension(name) {
      const found = extensions[name];
      if (found === undefined) throw new RangeError(`no extension is registered as ${name}`);
      return found;
    },
  };
  return evaluate(graph, feeds, variables, context, observe);
}

function evaluate(
  graph: Graph<number>,
  feeds: Readonly<Record<string, Reference>>,
  variables: Readonly<Record<string, Reference>>,
  context: ReferenceContext,
  observe?: (node: number, value: Reference) => void,
): Interpretation {
  const values: (readonly Reference[])[] = [];
  const resultAt = (index: number): Reference => {
    const value = values[index]?.[0];
    if (value === undefined) throw new RangeError(`node ${index} has no value`);
    return value;
  };
  graph.nodes.forEach((node, index) => {
    const compute = (): Reference | readonly Reference[] => {
      if (node.op === "input") return held(feeds, node.attributes.name, node.shape);
      if (node.op === "variable") return held(variables, node.attributes.name, node.shape);
      const inputs = node.op === "part" ? (values[node.inputs[0] ?? -1] ?? []) : node.inputs.map(resultAt);
      return operation(node.op).reference(inputs, node, context);
    };
    const result = compute();
    const all = isList(result) ? result : [result];
    values.push(all);
    if (node.op !== "scan") observe?.(index, resultAt(index));
  });
  const outputs = Object.fromEntries(Object.entries(graph.outputs).map(([name, index]) => [name, resultAt(index)]));
  const assigned = Object.fromEntries(graph.assignments.map(({ variable, value }) => [variable, resultAt(value)]));
  return { outputs, assigned };
}

function isList(value: Reference | readonly Reference[]): value is readonly Reference[] {
  return Array.isArray(value);
}

function held(values: Readonly<Record<string, Reference>>, name: unknown, shape: readonly number[]): Reference {
  const value = values[String(name)];
  if (value === undefined) throw new RangeError(`${String(name)} was given no value`);
  if (value.shape.length !== shape.length || value.shape.some((size, axis) => size !== shape[axis])) {
    throw new RangeError(`${String(name)} has the shape [${value.shape.join(", ")}] instead of [${shape.join(", ")}]`);
  }
  return value;
}
