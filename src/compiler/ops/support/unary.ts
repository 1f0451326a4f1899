// What the elementwise operations of one input share: the result has the shape and the element type of the input.
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Operation, SampleInput, Tfjs } from "../operation.ts";
import { elementCount, inputAt, makeReference } from "./arrays.ts";
import { type Emit, emitter } from "./emit.ts";
import { requireDType, requireInputs } from "./types.ts";

export interface UnaryRule {
  readonly name: string;
  readonly doc: string;
  /** Whether whole numbers are accepted too. */
  readonly integers?: boolean;
  apply(x: number): number;
  /** Gradient of the input from the gradient `g` of the result `y`; absent: none flows. */
  gradient?(emit: Emit, g: number, x: number, y: number): number;
  tfjs(tf: Tfjs, x: Tensor): Tensor;
  readonly domain?: SampleInput["domain"];
  readonly tolerance?: number;
}

export function unaryOperation(rule: UnaryRule): Operation {
  const domain = rule.domain ?? "any";
  const type = rule.integers === true ? "f32 or i32" : "f32";
  return {
    name: rule.name,
    group: "unary",
    signature: `(x: ${type}[...]) -> the same`,
    doc: rule.doc,
    infer(inputs) {
      const [x] = requireInputs(rule.name, inputs, 1);
      if (rule.integers !== true) requireDType(rule.name, x, "f32");
      return { shape: x.shape, dtype: x.dtype };
    },
    gradient({ builder, node, result, gradient }) {
      const x = inputAt(node.inputs, 0);
      if (rule.gradient === undefined || node.dtype === "i32") return [undefined];
      return [rule.gradient(emitter(builder), gradient, x, result)];
    },
    reference(inputs) {
      const x = inputAt(inputs, 0);
      return makeReference(x.shape, x.dtype, x.data.map(rule.apply));
    },
    tfjs: (inputs, _node, { tf }) => rule.tfjs(tf, inputAt(inputs, 0)),
    flops: (node) => elementCount(node.shape),
    samples: [
      { inputs: [{ shape: [], domain }] },
      { inputs: [{ shape: [7], domain }] },
      { inputs: [{ shape: [2, 1, 3], domain }] },
      ...(rule.integers === true
        ? [{ inputs: [{ shape: [5], dtype: "i32" as const, domain: "index" as const, below: 9 }] }]
        : []),
    ],
    ...(rule.tolerance === undefined ? {} : { tolerance: rule.tolerance }),
  };
}
