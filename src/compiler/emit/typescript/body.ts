// The statements of an emitted function: one a graph node that is worth a name, short chains written as one expression, and a
// comment wherever the text moves to another place of the spec.
import type { Dim } from "../../dims/dim.ts";
import type { Graph, Node } from "../../ir/graph.ts";
import { type HelperName, helperNames } from "./helpers.ts";
import { alignedCode, broadcasting, constantCode, type ExpressionContext, expressions } from "./operations.ts";
import { memberCode } from "./size-code.ts";

export interface BodyOptions {
  /** Code for an `input` or `variable` node. */
  outside(node: Node<Dim>): string;
  /** A comment for where a node comes from; undefined for none. It is written where it changes. */
  comment(node: Node<Dim>): string | undefined;
  /** Names taken already; new ones are added. */
  readonly names: Set<string>;
  readonly helpers: Set<HelperName>;
}

export interface Body {
  readonly lines: readonly string[];
  /** Code for each of the graph's outputs. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** Longer expressions get a name of their own. */
const longest = 88;

export const reservedNames: readonly string[] = [
  ...helperNames,
  "tf",
  "batch",
  "weights",
  "sizes",
  "hooks",
  "carries",
  "slices",
  "if",
  "in",
  "for",
  "do",
  "new",
  "var",
  "let",
  "const",
  "case",
  "else",
  "this",
  "with",
  "class",
  "function",
  "return",
  "default",
];

/** Writes a graph whose nodes come in an order of execution. */
export function writeBody(graph: Graph<Dim>, options: BodyOptions): Body {
  const uses = countUses(graph);
  const code = new Map<number, string>();
  const lines: string[] = [];
  let place = "";
  const read = (index: number): string => code.get(index) ?? "";
  for (const [index, node] of graph.nodes.entries()) {
    const count = uses.get(index) ?? 0;
    if (count === 0) continue;
    const written = nodeCode(graph, node, read, options);
    const plain = node.op === "input" || node.op === "variable" || /^[\w.]+$/.test(written);
    const [user] = usersOf(graph, index, count);
    const inline =
      count === 1 &&
      user !== undefined &&
      written.length <= longest &&
      user.origin.path === node.origin.path &&
      node.op !== "scan";
    if (plain || inline) {
      code.set(index, written);
      continue;
    }
    const comment = options.comment(node);
    if (comment !== undefined && comment !== place) lines.push(...(lines.length === 0 ? [] : [""]), `// ${comment}`);
    place = comment ?? "";
    const name = freshName(node, options.names);
    lines.push(...`const ${name} = ${written};`.split("\n"));
    code.set(index, name);
  }
  return { lines, outputs: Object.fromEntries(Object.entries(graph.outputs).map(([name, index]) => [name, read(index)])) };
}

function countUses(graph: Graph<Dim>): ReadonlyMap<number, number> {
  const uses = new Map<number, number>();
  const add = (index: number): void => void uses.set(index, (uses.get(index) ?? 0) + 1);
  for (const index of Object.values(graph.outputs)) add(index);
  for (let index = graph.nodes.length - 1; index >= 0; index -= 1) {
    if (uses.has(index)) for (const input of graph.nodes[index]?.inputs ?? []) add(input);
  }
  return uses;
}

/** The node that reads a node used once; nothing where an output is its only use. */
function usersOf(graph: Graph<Dim>, index: number, count: number): readonly Node<Dim>[] {
  return count === 1 ? graph.nodes.filter(({ inputs }) => inputs.includes(index)) : [];
}

function nodeCode(graph: Graph<Dim>, node: Node<Dim>, read: (index: number) => string, options: BodyOptions): string {
  if (node.op === "input" || node.op === "variable") return options.outside(node);
  if (node.op === "scan") return scanCode(node, read, options);
  const expression = expressions[node.op];
  if (expression === undefined) throw new RangeError(`no TypeScript for the operation ${node.op}`);
  return expression(contextOf(graph, node, operands(graph, node, read, options), options));
}

function contextOf(graph: Graph<Dim>, node: Node<Dim>, inputs: readonly string[], options: BodyOptions): ExpressionContext {
  return {
    node,
    inputs,
    shapes: node.inputs.map((input) => graph.nodes[input]?.shape ?? []),
    use(helper) {
      options.helpers.add(helper);
      return helper;
    },
  };
}

/** tfjs spreads a smaller operand by itself, and takes numbers: then a broadcast need not be written. */
function operands(graph: Graph<Dim>, node: Node<Dim>, read: (index: number) => string, options: BodyOptions): string[] {
  const plain = node.inputs.map(read);
  if (!broadcasting.has(node.op)) return plain;
  const spread = node.inputs.map((input, at) => smallerOperand(graph, input, read, options) ?? plain[at] ?? "");
  const changed = spread.flatMap((text, at) => (text === plain[at] ? [] : [at]));
  // One operand has to keep the whole shape.
  return changed.length === node.inputs.length ? [plain[0] ?? "", ...spread.slice(1)] : spread;
}

function smallerOperand(
  graph: Graph<Dim>,
  index: number,
  read: (index: number) => string,
  options: BodyOptions,
): string | undefined {
  const node = graph.nodes[index];
  if (node?.op === "constant" && node.dtype === "f32") return constantCode(node);
  if (node?.op !== "broadcast") return undefined;
  const [input = 0] = node.inputs;
  const source = graph.nodes[input];
  if (source?.op === "constant" && source.dtype === "f32") return constantCode(source);
  return alignedCode(contextOf(graph, node, [read(input)], options));
}

/** A loop: the body as a function of carries and slices; what it takes from outside it simply reads. */
function scanCode(node: Node<Dim>, read: (index: number) => string, options: BodyOptions): string {
  const { body, attributes } = node;
  if (body === undefined) throw new RangeError("a scan without a body");
  options.helpers.add("scan");
  const [carries, sequences] = [Number(attributes.carries), Number(attributes.sequences)];
  const inputs = node.inputs.map(read);
  const written = writeBody(body, {
    ...options,
    comment: () => undefined,
    outside({ op, attributes: own }) {
      if (op === "variable") return options.outside(node);
      const [kind, position] = String(own.name).split(".");
      if (kind === "const") return inputs[carries + sequences + Number(position)] ?? "";
      return `${kind === "carry" ? "carries" : "slices"}[${position}] as tf.Tensor`;
    },
  });
  const results = (kind: string): string =>
    Object.keys(written.outputs)
      .filter((name) => name.startsWith(`${kind}.`))
      .sort((one, other) => Number(one.slice(kind.length + 1)) - Number(other.slice(kind.length + 1)))
      .map((name) => written.outputs[name])
      .join(", ");
  const lines = [...written.lines, `return { carries: [${results("carry")}], outputs: [${results("out")}] };`];
  return [
    `scan([${inputs.slice(0, carries).join(", ")}], [${inputs.slice(carries, carries + sequences).join(", ")}], ${attributes.reverse === true}, (carries, slices) => {`,
    ...lines.map((line) => `  ${line}`),
    "})",
  ].join("\n");
}

/** A name from the node's place: `hTextCoder` for `Tri/h/text/Coder`, numbered where it is taken. */
function freshName(node: Node<Dim>, names: Set<string>): string {
  const words = node.origin.path
    .split("/")
    .slice(1)
    .join(" ")
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "");
  const joined = words
    .map((word, at) => (at === 0 ? word.charAt(0).toLowerCase() : word.charAt(0).toUpperCase()) + word.slice(1))
    .join("");
  const base = /^[A-Za-z]/.test(joined) ? joined : `value${joined}`;
  let name = base;
  for (let count = 2; names.has(name); count += 1) name = `${base}_${count}`;
  names.add(name);
  return name;
}

/** `batch.NAME` or `batch["clip.text"]`. */
export const fieldCode = (record: string, name: string): string => `${record}${memberCode(name)}`;
