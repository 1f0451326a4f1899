// The type of a node's value as the shape rules of later nodes see it; for a scan also the types of its several parts.
import { constantDim, type Dim } from "../../dims/dim.ts";
import type { Node } from "../../ir/graph.ts";
import { type AnyGraph, ShapeError, type ValueType } from "../operation.ts";
import { numberAttribute } from "./attributes.ts";

const toDims = (shape: readonly (Dim | number)[]): readonly Dim[] =>
  shape.map((size) => (typeof size === "number" ? constantDim(size) : size));

/** The type of node `index`. Sizes of a static graph become constant dims. */
export function valueType(nodes: readonly (Node<Dim> | Node<number>)[], index: number): ValueType {
  const node = nodes[index];
  if (node === undefined) throw new RangeError(`no node ${index}`);
  const type = { shape: toDims(node.shape), dtype: node.dtype };
  if (node.op !== "scan" || node.body === undefined) return type;
  const inputs = node.inputs.map((input) => valueType(nodes, input));
  const carries = numberAttribute("scan", node.attributes, "carries");
  return { ...type, parts: scanParts(node.body, inputs, carries, numberAttribute("scan", node.attributes, "outputs")) };
}

/** A scan's results: the final carries, then the outputs stacked along a new first axis as long as the scanned one. */
export function scanParts(body: AnyGraph, inputs: readonly ValueType[], carries: number, outputs: number): readonly ValueType[] {
  const length = inputs[carries]?.shape[0];
  if (length === undefined) throw new ShapeError("scan", "a scan needs a sequence with an axis to run along");
  const results: ValueType[] = [];
  for (let k = 0; k < carries; k += 1) results.push(bodyOutput(body, `carry.${k}`));
  for (let k = 0; k < outputs; k += 1) {
    const step = bodyOutput(body, `out.${k}`);
    results.push({ shape: [length, ...step.shape], dtype: step.dtype });
  }
  return results;
}

function bodyOutput(body: AnyGraph, name: string): ValueType {
  const index = body.outputs[name];
  if (index === undefined) throw new ShapeError("scan", `the body of a scan lacks its result ${name}`);
  return valueType(body.nodes, index);
}
