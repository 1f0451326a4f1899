// A plan as a TensorFlow program: one graph that holds the plan's variables, reads and writes them, and runs the step. All
// assignments take effect after all reads, and every fetched result waits for them, so that one session call is one step.
import type { Plan } from "../../ir/plan.ts";
import { encodeSavedModel } from "./encode.ts";
import { lowerGraph, type Outside } from "./lower.ts";
import type { Argument, AttributeValue, FunctionRecord } from "./records.ts";
import { functionScope, graphScope, type Library, type Output, parameterValue, type Scope, typed } from "./scope.ts";

export interface ProgramOptions {
  /** The whole step as one function that XLA compiles; else single operations, which TensorFlow runs one by one. */
  readonly compiled: boolean;
  /** Nodes whose values can be fetched beside the results; none in a compiled step. */
  readonly taps?: readonly number[];
}

/** The names of what can be fed and fetched. `at` counts the plan's inputs, variables, outputs and nodes in their order. */
export const names = {
  feed: (at: number): string => `feed_${at}`,
  /** The value of an extension node, computed outside. */
  extension: (node: number): string => `extension_${node}`,
  result: (at: number): string => `result_${at}`,
  tap: (node: number): string => `node_${node}`,
  /** Fetched where no result is wanted: the step's effects. */
  done: "done",
  /** A variable's value. */
  read: (at: number): string => `read_${at}`,
  /** Fed with a variable's new value … */
  given: (at: number): string => `given_${at}`,
  /** … which this one, when fetched, stores. */
  wrote: (at: number): string => `wrote_${at}`,
} as const;

/** The bytes of the SavedModel of a plan. */
export function emitProgram(plan: Plan, { compiled, taps = [] }: ProgramOptions): Uint8Array {
  const library: Library = { functions: [], compiled, named: 0 };
  const scope = graphScope(library);
  const handles = plan.variables.map((variable, at) => {
    const handle = scope.add(
      "VarHandleOp",
      [],
      { dtype: { type: variable.dtype }, shape: { shape: variable.shape }, shared_name: { text: `variable_${at}` } },
      { name: `variable_${at}` },
    );
    addTransfer(scope, plan, at, handle);
    return handle;
  });
  const feeds = plan.inputs.map((input, at) => {
    const fed = placeholder(scope, names.feed(at), input);
    // What is fed is the caller's memory, which no variable may come to share.
    return plan.graph.assignments.length === 0 ? fed : scope.add("DeepCopy", [fed], typed(input.dtype));
  });
  const place: Place = { library, plan, feeds, handles, taps };
  if (compiled) addCompiledStep(scope, place);
  else addPlainStep(scope, place);
  return encodeSavedModel({ nodes: scope.nodes, functions: library.functions });
}

interface Place {
  readonly library: Library;
  readonly plan: Plan;
  readonly feeds: readonly Output[];
  readonly handles: readonly Output[];
  readonly taps: readonly number[];
}

function placeholder(scope: Scope, name: string, { dtype, shape }: Pick<Plan["inputs"][number], "dtype" | "shape">): Output {
  return scope.add("Placeholder", [], { dtype: { type: dtype }, shape: { shape } }, { name });
}

/** How the variable is read and written from outside, between steps. */
function addTransfer(scope: Scope, { variables }: Plan, at: number, handle: Output): void {
  const variable = variables[at] as (typeof variables)[number];
  const dtype = { dtype: { type: variable.dtype } } as const;
  scope.add("ReadVariableOp", [handle], dtype, { name: names.read(at) });
  const value = scope.add("DeepCopy", [placeholder(scope, names.given(at), variable)], typed(variable.dtype));
  const stored = scope.add("AssignVariableOp", [handle, value], dtype);
  fetchable(scope, scope.constant("i32", [], [1]), "i32", names.wrote(at), [stored.node]);
}

const fetchable = (scope: Scope, output: Output, type: "f32" | "i32", name: string, after: readonly string[] = []): Output =>
  scope.add("Identity", [output], typed(type), { name, after });

interface Step {
  readonly results: readonly Output[];
  readonly taps: readonly Output[];
  /** Names of the nodes that assign. */
  readonly effects: readonly string[];
}

function addStep(scope: Scope, { library, plan, taps }: Place, feeds: readonly Output[], handles: readonly Output[]): Step {
  const { nodes, outputs, assignments } = plan.graph;
  const reads = new Map<number, Output>();
  const outside: Outside = (node, index) => {
    if (node.op === "extension") return placeholder(scope, names.extension(index), node);
    const name = String(node.attributes.name);
    const list = node.op === "input" ? plan.inputs : plan.variables;
    const at = list.findIndex((each) => each.name === name);
    const held = node.op === "input" ? feeds[at] : handles[at];
    if (held === undefined) throw new RangeError(`${plan.name} reads the ${node.op} ${name}, which its plan does not list`);
    if (node.op === "input") return held;
    const read = reads.get(at) ?? scope.add("ReadVariableOp", [held], { dtype: { type: node.dtype } });
    reads.set(at, read);
    return read;
  };
  const wanted = [...Object.values(outputs), ...assignments.map(({ value }) => value), ...taps];
  const lowered = lowerGraph(library, scope, plan.graph, wanted, outside);
  const values = assignments.map(({ value }) => lowered.value(value));
  const effects = assignments.map(({ variable, value }, k) => {
    const at = plan.variables.findIndex(({ name }) => name === variable);
    const handle = handles[at];
    if (handle === undefined) throw new RangeError(`${plan.name} assigns ${variable}, which its plan does not list`);
    const read = reads.get(at);
    const dtype: AttributeValue = { type: nodes[value]?.dtype ?? "f32" };
    return scope.add(
      "AssignVariableOp",
      [handle, values[k] as Output],
      { dtype },
      { after: read === undefined ? [] : [read.node] },
    ).node;
  });
  return { results: Object.values(outputs).map(lowered.value), taps: taps.map(lowered.value), effects };
}

function addPlainStep(scope: Scope, place: Place): void {
  const { nodes, outputs } = place.plan.graph;
  const { results, taps, effects } = addStep(scope, place, place.feeds, place.handles);
  const updates = scope.add("NoOp", [], {}, { name: "updates", after: effects });
  Object.values(outputs).forEach((node, at) => {
    fetchable(scope, results[at] as Output, nodes[node]?.dtype ?? "f32", names.result(at), [updates.node]);
  });
  place.taps.forEach((node, at) => {
    fetchable(scope, taps[at] as Output, nodes[node]?.dtype ?? "f32", names.tap(node));
  });
  fetchable(scope, scope.constant("i32", [], [1]), "i32", names.done, [updates.node]);
}

function addCompiledStep(scope: Scope, place: Place): void {
  const { library, plan } = place;
  const inputs = plan.inputs.map(({ dtype }, at): Argument => ({ name: names.feed(at), type: dtype }));
  const variables = plan.variables.map((_, at): Argument => ({ name: `variable_${at}`, type: "resource" }));
  const results = Object.values(plan.graph.outputs).map(
    (node, at): Argument => ({ name: names.result(at), type: plan.graph.nodes[node]?.dtype ?? "f32" }),
  );
  const attributes = { _XlaMustCompile: { boolean: true } } as const;
  const step = scope.define((name): FunctionRecord => {
    const inner = functionScope(library, name, [...inputs, ...variables]);
    const values = (list: readonly Argument[]): readonly Output[] => list.map((argument) => parameterValue(argument.name));
    const { results: outputs, effects } = addStep(inner, place, values(inputs), values(variables));
    return {
      name,
      arguments: [...inputs, ...variables],
      results: results.map((result, at) => ({ ...result, value: inner.reference(outputs[at] as Output) })),
      nodes: inner.nodes,
      effects,
      attributes,
    };
  });
  const call = scope.add("StatefulPartitionedCall", [...place.feeds, ...place.handles], {
    ...attributes,
    Tin: { types: [...inputs, ...variables].map(({ type }) => type) },
    Tout: { types: results.map(({ type }) => type) },
    f: { called: step },
  });
  results.forEach(({ name, type }, at) => {
    fetchable(scope, { ...call, at }, type === "i32" ? "i32" : "f32", name);
  });
  fetchable(scope, scope.constant("i32", [], [1]), "i32", names.done, [call.node]);
}
