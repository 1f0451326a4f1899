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

/** A text that is equal exactly for nodes that compute the same value: shape and type follow from what it holds. */
export function nodeKey(node: Node<number>): string {
  const body = node.body === undefined ? "" : `{${node.body.nodes.map(nodeKey).join(";")}${JSON.stringify(node.body.outputs)}}`;
  return `${node.op}(${node.inputs.join()})${attributesNumber(node.attributes)}${body}`;
}

const numbers = new WeakMap<object, number>();
const numbersByText = new Map<string, number>();
/** By the text with the keys as they were written: nearly always those of an operation are written in one order. */
const numbersByOwnText = new Map<string, number>();

/** One number for all attributes of one content. Passes hand attributes on as they are, so their text is made once. */
function attributesNumber(attributes: Node<number>["attributes"]): number {
  const existing = numbers.get(attributes);
  if (existing !== undefined) return existing;
  const ownText = JSON.stringify(attributes);
  const number = numbersByOwnText.get(ownText) ?? numberOfText(stableText(attributes));
  numbersByOwnText.set(ownText, number);
  numbers.set(attributes, number);
  return number;
}

function numberOfText(text: string): number {
  const number = numbersByText.get(text) ?? numbersByText.size;
  numbersByText.set(text, number);
  return number;
}

/** JSON with sorted keys, so that the order in which attributes were written does not matter. */
function stableText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stableText).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "";
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, entry]) => `${key}:${stableText(entry)}`).join(",")}}`;
}
