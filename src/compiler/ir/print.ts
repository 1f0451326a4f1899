// A graph as text, one line a node, for people and for golden tests.
import { isDim } from "../dims/dim.ts";
import type { AnyGraph } from "../ops/operation.ts";
import type { Attribute } from "./graph.ts";

/** `%3 = dot(%1, %2) {contract: [[1, 0]]} : f32[B, 64]  // Tri/h/Linear`; bodies indented under their scan. */
export function print(graph: AnyGraph): string {
  return `${lines(graph, "").join("\n")}\n`;
}

function lines(graph: AnyGraph, indent: string): string[] {
  const result: string[] = [];
  graph.nodes.forEach((node, index) => {
    const inputs = node.inputs.map((input) => `%${input}`).join(", ");
    const attributes = Object.entries(node.attributes).filter(([key]) => key !== "sizes" && key !== "dtype");
    const settings = attributes.map(([key, value]) => `${key}: ${attributeText(value)}`).join(", ");
    const shape = node.shape.map((size) => (isDim(size) ? size.key : String(size))).join(", ");
    const type = node.op === "scan" ? "parts" : `${node.dtype}[${shape}]`;
    const path = node.origin.path === "" ? "" : `  // ${node.origin.path}`;
    result.push(`${indent}%${index} = ${node.op}(${inputs})${settings === "" ? "" : ` {${settings}}`} : ${type}${path}`);
    if (node.body !== undefined) result.push(...lines(node.body, `${indent}  `));
  });
  for (const [name, index] of Object.entries(graph.outputs)) result.push(`${indent}output ${name} = %${index}`);
  for (const { variable, value } of graph.assignments) result.push(`${indent}assign ${variable} = %${value}`);
  return result;
}

function attributeText<Size>(value: Attribute<Size>): string {
  if (isDim(value)) return value.key;
  if (Array.isArray(value)) return `[${value.map((entry) => attributeText(entry)).join(", ")}]`;
  return JSON.stringify(value);
}
