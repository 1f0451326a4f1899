// The operation `extension`: a host function written in TypeScript, outside the closed set.
import type { Node } from "../ir/graph.ts";
import { type AnyAttributes, type HostArray, type HostExtension, type Operation, ShapeError } from "./operation.ts";
import { elementCount, inputAt, makeReference } from "./support/arrays.ts";
import { dimsAttribute, dtypeAttribute, stringAttribute } from "./support/attributes.ts";
import { tfjsTensor } from "./support/tfjs.ts";

/** Which input's gradient the node computes, or undefined for the function itself. */
function gradientOf(attributes: AnyAttributes): number | undefined {
  return typeof attributes.gradientOf === "number" ? attributes.gradientOf : undefined;
}

/** Calls the host function: forward on its inputs, or backward on [...inputs, result, gradient]. */
function call(host: HostExtension, inputs: readonly HostArray[], node: Node<number>): ArrayLike<number> {
  const name = stringAttribute("extension", node.attributes, "name");
  const wanted = gradientOf(node.attributes);
  const count = elementCount(node.shape);
  const compute = (): ArrayLike<number> | undefined => {
    if (wanted === undefined) return host.forward(inputs);
    const own = inputs.slice(0, -2);
    return host.backward?.(own, inputAt(inputs, own.length), inputAt(inputs, own.length + 1))[wanted];
  };
  const values = compute() ?? new Float64Array(count);
  if (values.length !== count) {
    throw new Error(
      `the extension ${name} gave ${values.length} numbers where its declaration [${node.shape.join(", ")}] means ${count}`,
    );
  }
  return values;
}

export const extension: Operation = {
  name: "extension",
  group: "host",
  signature: "(...inputs) {name, sizes, dtype} -> dtype[sizes]",
  doc: "Calls the registered host function `name`. With `gradientOf: k` it calls its backward rule on (inputs, result, gradient) and gives the gradient of input k.",
  infer(inputs, attributes) {
    stringAttribute("extension", attributes, "name");
    const wanted = gradientOf(attributes);
    if (wanted !== undefined && (wanted < 0 || wanted >= inputs.length - 2)) {
      throw new ShapeError("extension", `an extension of ${inputs.length - 2} inputs has no gradient ${wanted}`);
    }
    return { shape: dimsAttribute("extension", attributes, "sizes"), dtype: dtypeAttribute("extension", attributes) };
  },
  gradient({ builder, node, result, gradient, wanted }) {
    if (node.dtype === "i32" || gradientOf(node.attributes) !== undefined) return node.inputs.map(() => undefined);
    return node.inputs.map((input, k) => {
      if (builder.dtype(input) !== "f32" || wanted?.[k] === false) return undefined;
      const attributes = { ...node.attributes, gradientOf: k, sizes: builder.shape(input), dtype: "f32" };
      return builder.add("extension", [...node.inputs, result, gradient], attributes);
    });
  },
  reference(inputs, node, context) {
    const host = context.extension(stringAttribute("extension", node.attributes, "name"));
    return makeReference(node.shape, node.dtype, Float64Array.from(call(host, inputs, node)));
  },
  tfjs(inputs, node, context) {
    const host = context.extension(stringAttribute("extension", node.attributes, "name"));
    const arrays = inputs.map(
      (input): HostArray => ({ shape: input.shape, dtype: input.dtype === "int32" ? "i32" : "f32", data: input.dataSync() }),
    );
    return tfjsTensor(context.tf, call(host, arrays, node), node.shape, node.dtype);
  },
  flops: (node) => elementCount(node.shape),
  samples: [],
};
