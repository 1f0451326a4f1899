// Where TensorFlow nodes are put: the graph itself, or the body of a function. Both hold the same nodes but name their
// values differently; equal nodes are made once.
import type { Argument, AttributeValue, DataType, FunctionRecord, NodeRecord } from "./records.ts";

/** One value of a node: `port` is the name of the result in the operation's definition, `at` its place in a list. */
export interface Output {
  readonly node: string;
  readonly port: string;
  readonly at: number;
}

type Attributes = Readonly<Record<string, AttributeValue>>;

export interface AddOptions {
  /** Wanted where others refer to the node by name; else one is made. */
  readonly name?: string;
  /** Names of nodes that run before this one. */
  readonly after?: readonly string[];
}

export interface Scope {
  /** A node's first result. */
  add(op: string, inputs: readonly Output[], attributes?: Attributes, options?: AddOptions): Output;
  /** A tensor known now, row-major; equal ones are one node. */
  constant(type: "f32" | "i32" | "u32" | "bool", shape: readonly number[], values: ArrayLike<number>): Output;
  /** A function that nodes of this scope can call, under a name of its own. */
  define(build: (name: string) => FunctionRecord): string;
  readonly nodes: readonly NodeRecord[];
  /** The name of a value, as inputs and results write it. */
  reference(output: Output): string;
}

/** What several scopes share: the functions of one graph. */
export interface Library {
  readonly functions: FunctionRecord[];
  /** Whether XLA compiles the nodes that these functions and their graph hold. */
  readonly compiled: boolean;
  /** How many names were given to functions. */
  named: number;
}

/** The results' names in TensorFlow's definitions, where they differ from `output`. */
const ports: Readonly<Record<string, string>> = {
  ...named("z", "AddV2 Sub Mul RealDiv Pow Maximum Minimum Equal Less LessEqual NotEqual BitwiseXor BitwiseOr"),
  ...named("z", "LeftShift RightShift"),
  ...named("y", "Neg Exp Log Log1p Sqrt Abs Sign Tanh Sigmoid Erf Sin Cos Floor Rint Cast Transpose DeepCopy"),
  ...named("sum", "AddN"),
  ...named("product", "MatMul"),
  ...named("resource", "VarHandleOp"),
  ...named("value", "ReadVariableOp"),
  ...named("handle", "TensorListReserve"),
  ...named("output_handle", "TensorListSetItem"),
  ...named("tensor", "TensorListStack"),
};

function named(port: string, operations: string): Record<string, string> {
  return Object.fromEntries(operations.split(" ").map((op) => [op, port]));
}

/** Nodes that are never made one, though their inputs and attributes are equal. */
const distinct: ReadonlySet<string> = new Set(["AssignVariableOp", "ReadVariableOp", "Placeholder", "TensorListReserve"]);

export function graphScope(library: Library): Scope {
  return makeScope(library, "", ({ node, at }) => (at === 0 ? node : `${node}:${at}`));
}

/** `parameters` are the names of the function's arguments, whose values are written by their name alone. */
export function functionScope(library: Library, name: string, parameters: readonly Argument[]): Scope {
  const known = new Set(parameters.map((parameter) => parameter.name));
  return makeScope(library, `${name}_`, ({ node, port, at }) => (known.has(node) ? node : `${node}:${port}:${at}`));
}

/** The value of a function's argument inside it. */
export const parameterValue = (name: string): Output => ({ node: name, port: "", at: 0 });

function makeScope(library: Library, prefix: string, reference: Scope["reference"]): Scope {
  const nodes: NodeRecord[] = [];
  const known = new Map<string, Output>();
  const scope: Scope = {
    nodes,
    reference,
    add(op, inputs, attributes = {}, options = {}) {
      const written = [...inputs.map(reference), ...(options.after ?? []).map((node) => `^${node}`)];
      const key = keyOf(op, written, attributes);
      const found = options.name === undefined && !distinct.has(op) ? known.get(key) : undefined;
      if (found !== undefined) return found;
      const name = options.name ?? `${prefix}${op}_${nodes.length}`;
      nodes.push({ name, op, inputs: written, attributes });
      const output = { node: name, port: ports[op] ?? "output", at: 0 };
      known.set(key, output);
      return output;
    },
    constant(type, shape, values) {
      const value = { tensor: { type, shape, content: contentOf(type, values) } };
      return scope.add("Const", [], { dtype: { type }, value });
    },
    define(build) {
      library.named += 1;
      const record = build(`function_${library.named}`);
      library.functions.push(record);
      return record.name;
    },
  };
  return scope;
}

function keyOf(op: string, inputs: readonly string[], attributes: Attributes): string {
  const text = JSON.stringify(attributes, (_, value: unknown) => (value instanceof Uint8Array ? [...value].join() : value));
  return `${op} ${inputs.join(" ")} ${text}`;
}

/** Little-endian, as every machine that TensorFlow runs on keeps it. */
function contentOf(type: "f32" | "i32" | "u32" | "bool", values: ArrayLike<number>): Uint8Array {
  if (type === "bool") return Uint8Array.from(values);
  const entries =
    type === "f32" ? Float32Array.from(values) : type === "i32" ? Int32Array.from(values) : Uint32Array.from(values);
  return new Uint8Array(entries.buffer);
}

/** The attribute `T`, or another, that says which element type an operation works on. */
export const typed = (type: DataType, name = "T"): Attributes => ({ [name]: { type } });
