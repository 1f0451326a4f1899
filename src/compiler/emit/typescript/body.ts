// The statements of an emitted function: one a graph node that is worth a name, short chains written as one expression, and a
// comment wherever the text moves to another place of the spec.
import type { Dim } from "../../dims/dim.ts";
import type { Graph, Node } from "../../ir/graph.ts";
import { type HelperName, helperNames } from "./helpers.ts";
import { type ExpressionContext, expressions } from "./operations.ts";
import { memberCode } from "./size-code.ts";
import { wrapCode } from "./wrap.ts";

export interface BodyOptions {
  /** Code for an `input` or `variable` node. */
  outside(node: Node<Dim>): string;
  /** A comment for where a node comes from; undefined for none. It is written where it changes. */
  comment(node: Node<Dim>): string | undefined;
  /** Names taken already; new ones are added. */
  readonly names: Set<string>;
  readonly helpers: Set<HelperName>;
  /** How many loops the text stands in. */
  readonly depth?: number;
}

export interface Body {
  readonly lines: readonly string[];
  /** Code for each of the graph's outputs. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** Longer expressions get a name of their own. */
const longest = 100;

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

/** Writes a relaxed graph (`relax`) whose nodes come in an order of execution. */
export function writeBody(graph: Graph<Dim>, options: BodyOptions): Body {
  const uses = countUses(graph);
  const { placeholder, fill } = placeholders(options.depth ?? 0);
  const code = new Map<number, string>();
  const statements: { readonly index: number; readonly code: string }[] = [];
  const read = (index: number): string => code.get(index) ?? "";
  for (const [index, node] of graph.nodes.entries()) {
    const count = uses.get(index) ?? 0;
    if (count === 0) continue;
    const written = nodeCode(graph, node, read, options);
    const plain = ["input", "variable", "number"].includes(node.op) || /^[\w.]+$/.test(written);
    const user = count === 1 ? graph.nodes.find(({ inputs }) => inputs.includes(index)) : undefined;
    if (plain || (user !== undefined && joins(node, user) && shownLength(written) <= longest)) {
      code.set(index, written);
      continue;
    }
    statements.push({ index, code: written });
    code.set(index, placeholder(index));
  }
  const named = nameAll(
    statements.map(({ index }) => index),
    graph,
    options.names,
  );
  const finished = (text: string): string => fill(text, (index) => named.get(index) ?? "");
  const lines: string[] = [];
  let place = "";
  for (const statement of statements) {
    const node = graph.nodes[statement.index];
    const comment = node === undefined ? undefined : options.comment(node);
    if (comment !== undefined && comment !== place) lines.push(...(lines.length === 0 ? [] : [""]), `// ${comment}`);
    place = comment ?? "";
    lines.push(...wrapCode(`const ${named.get(statement.index)} = ${finished(statement.code)};`).split("\n"));
  }
  const outputs = Object.entries(graph.outputs).map(([name, index]) => [name, finished(read(index))]);
  return { lines, outputs: Object.fromEntries(outputs) };
}

/** Names are given last, when it is known which values need one. A loop's text keeps those of the text around it. */
function placeholders(depth: number) {
  return {
    placeholder: (index: number): string => `\u00ab${depth}:${index}\u00bb`,
    fill: (text: string, nameOf: (index: number) => string): string =>
      text.replaceAll(new RegExp(`\u00ab${depth}:(\\d+)\u00bb`, "g"), (_, index: string) => nameOf(Number(index))),
  };
}

/** With names of a likely length. */
const shownLength = (code: string): number => code.replaceAll(/\u00ab[\d:]+\u00bb/g, "aNameOfSomeLength").length;

/** Whether a value used once reads well inside its user: both belong to one binding, or to a step inside the user's module. */
function joins(node: Node<Dim>, user: Node<Dim>): boolean {
  if (node.op === "scan" || user.op === "scan") return false;
  const [own, around] = [node.origin.path, user.origin.path];
  return own === around || (around.includes("/") && own.startsWith(`${around}/`));
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

function nodeCode(graph: Graph<Dim>, node: Node<Dim>, read: (index: number) => string, options: BodyOptions): string {
  if (node.op === "input" || node.op === "variable") return options.outside(node);
  if (node.op === "scan") return scanCode(node, read, options);
  const expression = expressions[node.op];
  if (expression === undefined) throw new RangeError(`no TypeScript for the operation ${node.op}`);
  return expression(contextOf(graph, node, node.inputs.map(read), options));
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

/** A loop: the body as a function of carries and slices; what it takes from outside it simply reads. */
function scanCode(node: Node<Dim>, read: (index: number) => string, options: BodyOptions): string {
  const { body, attributes } = node;
  if (body === undefined) throw new RangeError("a scan without a body");
  options.helpers.add("scan");
  const [carries, sequences] = [Number(attributes.carries), Number(attributes.sequences)];
  const inputs = node.inputs.map(read);
  const written = writeBody(body, {
    ...options,
    depth: (options.depth ?? 0) + 1,
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

/** Names from the nodes' places; of several at one place, the last is the place's value and takes its plain name. */
function nameAll(indices: readonly number[], graph: Graph<Dim>, taken: Set<string>): ReadonlyMap<number, string> {
  const groups = new Map<string, number[]>();
  for (const index of indices) {
    const base = baseName(graph.nodes[index]?.origin.path ?? "");
    groups.set(base, [...(groups.get(base) ?? []), index]);
  }
  const named = new Map<number, string>();
  const claim = (index: number, base: string, first: string): void => {
    let name = first;
    for (let count = 1; taken.has(name); count += 1) name = `${base}_${count}`;
    taken.add(name);
    named.set(index, name);
  };
  for (const [base, members] of groups) {
    const last = members.at(-1);
    if (last !== undefined) claim(last, base, base);
    for (const index of members.slice(0, -1)) claim(index, base, `${base}_1`);
  }
  return named;
}

/** `hTextCoder` for `Tri/h/text/Coder`. */
function baseName(path: string): string {
  const words = path
    .split("/")
    .slice(1)
    .join(" ")
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "");
  const joined = words
    .map((word, at) => (at === 0 ? word.charAt(0).toLowerCase() : word.charAt(0).toUpperCase()) + word.slice(1))
    .join("");
  return /^[A-Za-z]/.test(joined) ? joined : `value${joined}`;
}

/** `batch.NAME` or `batch["clip.text"]`. */
export const fieldCode = (record: string, name: string): string => `${record}${memberCode(name)}`;
