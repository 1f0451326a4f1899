// The leaf `random`: counter-based random numbers, the same ones on every executor.

import type { Node } from "../ir/graph.ts";
import { normalFromBits, threefry2x32, uniformFromBits } from "../ir/random.ts";
import { type Operation, ShapeError } from "./operation.ts";
import { elementCount, inputAt, makeReference, offsets } from "./support/arrays.ts";
import { dimsAttribute, numberAttribute, numbersAttribute, stringAttribute } from "./support/attributes.ts";
import { tfjsTensor } from "./support/tfjs.ts";
import { requireDType, requireInputs } from "./support/types.ts";

/** The numbers of one node at one step, row-major. */
function draw(node: Node<number>, seed: number, step: number): Float64Array {
  const [k0, k1] = threefry2x32(seed >>> 0, numberAttribute("random", node.attributes, "key") >>> 0, step >>> 0, 0);
  const normal = node.attributes.distribution === "normal";
  const strides = numbersAttribute("random", node.attributes, "strides").map((stride, axis) => (axis === 0 ? 0 : stride));
  const counters = offsets(node.shape, strides);
  const inner = counters.length / Math.max(node.shape[0] ?? 1, 1);
  return Float64Array.from(counters, (counter, at) => {
    const [first, second] = threefry2x32(k0, k1, Math.floor(at / inner), counter >>> 0);
    return normal ? normalFromBits(first, second) : uniformFromBits(first);
  });
}

export const random: Operation = {
  name: "random",
  group: "leaf",
  signature: "(seed: i32[], step: i32[]) {distribution, key, sizes, strides} -> f32[sizes]",
  doc: "Uniform numbers between 0 and 1, or standard normal ones, from Threefry-2x32-20 under the key (seed, key) at (step, 0). The entry at i0, i1, ... has the counter (i0, the sum of i[k]*strides[k] for k from 1), so strides taken from the largest sizes make an entry's number independent of padding; strides[0] is not read.",
  infer(inputs, attributes) {
    for (const scalar of requireInputs("random", inputs, 2)) {
      requireDType("random", scalar, "i32");
      if (scalar.shape.length > 0) throw new ShapeError("random", "the seed and the step of random numbers must be scalars");
    }
    const distribution = stringAttribute("random", attributes, "distribution");
    if (distribution !== "uniform" && distribution !== "normal") {
      throw new ShapeError("random", `random numbers are uniform or normal, not ${distribution}`);
    }
    numberAttribute("random", attributes, "key");
    const shape = dimsAttribute("random", attributes, "sizes");
    if (dimsAttribute("random", attributes, "strides").length !== shape.length) {
      throw new ShapeError("random", "random numbers need one stride an axis");
    }
    return { shape, dtype: "f32" };
  },
  gradient: () => [undefined, undefined],
  reference(inputs, node) {
    const [seed, step] = [inputAt(inputs, 0).data[0] as number, inputAt(inputs, 1).data[0] as number];
    return makeReference(node.shape, node.dtype, draw(node, seed, step));
  },
  tfjs(inputs, node, { tf }) {
    const [seed, step] = [inputAt(inputs, 0).dataSync()[0] as number, inputAt(inputs, 1).dataSync()[0] as number];
    return tfjsTensor(tf, draw(node, seed, step), node.shape, node.dtype);
  },
  // Counted as the additions, rotations and exclusive-ors of 20 rounds.
  flops: (node) => 60 * elementCount(node.shape),
  samples: (["uniform", "normal"] as const).flatMap((distribution) => [
    {
      inputs: [
        { shape: [], dtype: "i32", domain: "index", below: 1000 },
        { shape: [], dtype: "i32", domain: "index", below: 1000 },
      ],
      attributes: { distribution, key: 4000000000, sizes: [3, 2, 5], strides: [0, 64, 1] },
    },
    {
      inputs: [
        { shape: [], dtype: "i32", domain: "index", below: 1000 },
        { shape: [], dtype: "i32", domain: "index", below: 1000 },
      ],
      attributes: { distribution, key: 7, sizes: [], strides: [] },
    },
  ]),
};
