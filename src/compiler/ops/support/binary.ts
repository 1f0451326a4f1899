// What the elementwise operations of two inputs share: both have one shape and one element type; broadcasting is a node
// of its own.
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Operation, SampleInput, Tfjs } from "../operation.ts";
import { elementCount, inputAt, makeReference } from "./arrays.ts";
import { type Emit, emitter } from "./emit.ts";
import { requireDType, requireInputs, requireSameDType, requireSameShape } from "./types.ts";

export interface BinaryRule {
  readonly name: string;
  readonly doc: string;
  /** Whether whole numbers are accepted too. */
  readonly integers?: boolean;
  /** Whether the result is a truth value, f32 0 or 1. */
  readonly comparison?: boolean;
  apply(a: number, b: number): number;
  /** Gradients of the inputs from the gradient `g` of the result `y`; absent: none flows. */
  gradient?(emit: Emit, g: number, a: number, b: number, y: number): readonly [number, number];
  tfjs(tf: Tfjs, a: Tensor, b: Tensor): Tensor;
  readonly domains?: readonly [SampleInput["domain"], SampleInput["domain"]];
  readonly tolerance?: number;
}

export function binaryOperation(rule: BinaryRule): Operation {
  const [left, right] = rule.domains ?? ["any", "any"];
  const type = rule.integers === true ? "f32 or i32" : "f32";
  const pair = (shape: readonly number[]) => ({
    inputs: [
      { shape, ...(left === undefined ? {} : { domain: left }) },
      { shape, ...(right === undefined ? {} : { domain: right }) },
    ],
  });
  const whole = { shape: [2, 5], dtype: "i32", domain: "index", below: 4 } as const;
  return {
    name: rule.name,
    group: "binary",
    signature: `(a: ${type}[...], b: the same) -> ${rule.comparison === true ? "f32[...]" : "the same"}`,
    doc: rule.doc,
    infer(inputs) {
      const [a, b] = requireInputs(rule.name, inputs, 2);
      requireSameShape(rule.name, a, b);
      requireSameDType(rule.name, a, b);
      if (rule.integers !== true) requireDType(rule.name, a, "f32");
      return { shape: a.shape, dtype: rule.comparison === true ? "f32" : a.dtype };
    },
    gradient({ builder, node, result, gradient }) {
      const a = inputAt(node.inputs, 0);
      const b = inputAt(node.inputs, 1);
      if (rule.gradient === undefined || node.dtype === "i32") return [undefined, undefined];
      return rule.gradient(emitter(builder), gradient, a, b, result);
    },
    reference(inputs, node) {
      const a = inputAt(inputs, 0);
      const b = inputAt(inputs, 1);
      return makeReference(
        node.shape,
        node.dtype,
        a.data.map((value, at) => rule.apply(value, b.data[at] as number)),
      );
    },
    tfjs: (inputs, _node, { tf }) => rule.tfjs(tf, inputAt(inputs, 0), inputAt(inputs, 1)),
    flops: (node) => elementCount(node.shape),
    samples: [pair([]), pair([7]), pair([2, 1, 3]), ...(rule.integers === true ? [{ inputs: [whole, whole] }] : [])],
    ...(rule.tolerance === undefined ? {} : { tolerance: rule.tolerance }),
  };
}
