// Common subexpressions: one node for nodes that compute the same. Random numbers are a function of their key, so two
// `random` nodes become one exactly where key, seed, step and shape agree.
import type { Node, StaticGraph } from "../ir/graph.ts";
import { rebuild } from "./rewrite.ts";

/** The same graph in which no two nodes have the same operation, inputs, attributes and body. Values are unchanged. */
export function mergeCommon(graph: StaticGraph): StaticGraph {
  const known = new Map<string, number>();
  return rebuild(graph, ({ node, emit }) => {
    const key = nodeKey(node);
    const existing = known.get(key);
    if (existing !== undefined) return existing;
    const place = emit(node);
    known.set(key, place);
    return place;
  });
}

/** A text that is equal exactly for nodes that compute the same value. */
export function nodeKey(node: Node<number>): string {
  const body = node.body === undefined ? "" : `${node.body.nodes.map(nodeKey).join(";")}${JSON.stringify(node.body.outputs)}`;
  return `${node.op}(${node.inputs.join(",")})${attributesText(node.attributes)}${node.dtype}[${node.shape.join(",")}]{${body}}`;
}

const texts = new WeakMap<object, string>();

/** Passes hand attributes on as they are, so their text is made once. */
function attributesText(attributes: Node<number>["attributes"]): string {
  const existing = texts.get(attributes);
  if (existing !== undefined) return existing;
  const text = stableText(attributes);
  texts.set(attributes, text);
  return text;
}

/** JSON with sorted keys, so that the order in which attributes were written does not matter. */
function stableText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stableText).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "";
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, entry]) => `${key}:${stableText(entry)}`).join(",")}}`;
}
