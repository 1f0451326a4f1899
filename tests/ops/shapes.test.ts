// Random shapes (sizes 1 to 4, ranks 0 to 4). The operations that are linear in an input are checked as linear maps: the
// definition A and the gradient rule Aᵀ satisfy <A x, w> = <x, Aᵀ w> for all x and w.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { constantDim, type Dim } from "../../src/compiler/dims/dim.ts";
import { differentiate } from "../../src/compiler/ir/autodiff.ts";
import { graphBuilder } from "../../src/compiler/ir/builder.ts";
import type { Attributes } from "../../src/compiler/ir/graph.ts";
import { interpret } from "../../src/compiler/ir/interpret.ts";
import { specialise } from "../../src/compiler/ir/specialise.ts";
import { verify } from "../../src/compiler/ir/verify.ts";
import type { Reference, SampleInput } from "../../src/compiler/ops/operation.ts";
import { sampleInput } from "./samples.ts";

interface Case {
  readonly inputs: readonly SampleInput[];
  readonly attributes?: Attributes<Dim>;
}

const length = fc.integer({ min: 1, max: 4 });
const shape = fc.array(length, { maxLength: 4 });
const shapeWithAxis = fc
  .array(length, { minLength: 1, maxLength: 4 })
  .chain((sizes) => fc.tuple(fc.constant(sizes), fc.nat(sizes.length - 1)));
const permutation = (rank: number) =>
  fc.shuffledSubarray(
    Array.from({ length: rank }, (_, axis) => axis),
    { minLength: rank },
  );
const indices = (sizes: number[], below: number): SampleInput => ({ shape: sizes, dtype: "i32", domain: "index", below });

const linear: Readonly<Record<string, fc.Arbitrary<Case>>> = {
  sum: shape.chain((sizes) =>
    fc.subarray(sizes.map((_, axis) => axis)).map((axes) => ({ inputs: [{ shape: sizes }], attributes: { axes } })),
  ),
  transpose: shape.chain((sizes) =>
    permutation(sizes.length).map((order) => ({ inputs: [{ shape: sizes }], attributes: { permutation: order } })),
  ),
  reverse: shapeWithAxis.map(([sizes, axis]) => ({ inputs: [{ shape: sizes }], attributes: { axis } })),
  reshape: shape.map((sizes) => ({
    inputs: [{ shape: sizes }],
    attributes: { sizes: [sizes.reduce((product, size) => product * size, 1), 1] },
  })),
  broadcast: fc.tuple(shape, fc.infiniteStream(fc.boolean())).map(([sizes, stream]) => {
    const coin = (): boolean => stream.next().value === true;
    const axes = sizes.map((_, axis) => axis).filter(coin);
    return { inputs: [{ shape: axes.map((axis) => (coin() ? (sizes[axis] as number) : 1)) }], attributes: { sizes, axes } };
  }),
  slice: fc.array(fc.tuple(fc.nat(2), length, fc.nat(2)), { maxLength: 3 }).map((axes) => ({
    inputs: [{ shape: axes.map(([before, size, after]) => before + size + after) }],
    attributes: { starts: axes.map(([before]) => before), sizes: axes.map(([, size]) => size) },
  })),
  pad: fc.array(fc.tuple(fc.nat(2), length, fc.nat(2)), { maxLength: 3 }).map((axes) => ({
    inputs: [{ shape: axes.map(([, size]) => size) }],
    attributes: { low: axes.map(([before]) => before), high: axes.map(([, , after]) => after), value: 0 },
  })),
  concat: fc.tuple(shapeWithAxis, fc.array(length, { minLength: 1, maxLength: 3 })).map(([[sizes, axis], parts]) => ({
    inputs: parts.map((part) => ({ shape: sizes.map((size, other) => (other === axis ? part : size)) })),
    attributes: { axis },
  })),
  window: fc.tuple(shapeWithAxis, length, length, length, fc.nat(3)).map(([[sizes, axis], size, stride, dilation, extra]) => ({
    inputs: [{ shape: sizes.map((own, other) => (other === axis ? dilation * (size - 1) + 1 + extra : own)) }],
    attributes: { axis, size, stride, dilation },
  })),
  gather: fc.tuple(shapeWithAxis, fc.array(length, { maxLength: 2 })).map(([[sizes], places]) => ({
    inputs: [{ shape: sizes }, indices(places, (sizes[0] as number) + 1)],
  })),
  scatter_add: fc.tuple(shape, fc.array(length, { maxLength: 2 }), length).map(([rest, places, size]) => ({
    inputs: [indices(places, size + 1), { shape: [...places, ...rest] }],
    attributes: { size },
  })),
  scatter_set: fc.tuple(shapeWithAxis, length).map(([[sizes], count]) => ({
    inputs: [{ shape: sizes }, indices([count], sizes[0] as number), { shape: [count, ...sizes.slice(1)] }],
  })),
  dot: fc
    .tuple(
      fc.array(length, { maxLength: 2 }),
      fc.array(length, { maxLength: 2 }),
      fc.array(length, { maxLength: 2 }),
      fc.array(length, { maxLength: 2 }),
    )
    .chain(([batch, contract, left, right]) => {
      const axes = { left: [...batch, ...contract, ...left], right: [...batch, ...contract, ...right] };
      return fc.tuple(permutation(axes.left.length), permutation(axes.right.length)).map(([p, q]) => {
        const pairs = (from: number, count: number) =>
          Array.from({ length: count }, (_, k) => [p.indexOf(from + k), q.indexOf(from + k)]);
        return {
          inputs: [{ shape: p.map((axis) => axes.left[axis] as number) }, { shape: q.map((axis) => axes.right[axis] as number) }],
          attributes: { batch: pairs(0, batch.length), contract: pairs(batch.length, contract.length) },
        };
      });
    }),
};

const inner = (a: Reference, b: Reference): number =>
  a.data.reduce((total, value, at) => total + value * (b.data[at] as number), 0);

describe.each(Object.entries(linear))("%s", (op, cases) => {
  test("its gradient is its transpose on random shapes", () => {
    fc.assert(
      fc.property(cases, ({ inputs, attributes }) => {
        const builder = graphBuilder();
        const nodes = inputs.map((input, k) =>
          builder.add("input", [], { name: `x${k}`, sizes: input.shape.map(constantDim), dtype: input.dtype ?? "f32" }),
        );
        const y = builder.add(op, nodes, attributes);
        const w = builder.add("input", [], { name: "w", sizes: builder.shape(y), dtype: "f32" });
        const outputs: Record<string, number> = { y };
        differentiate(builder, [{ node: y, gradient: w }], nodes).forEach((gradient, k) => {
          if (gradient !== undefined) outputs[`g${k}`] = gradient;
        });
        const graph = specialise(builder.finish(outputs), {});
        expect(verify(graph)).toEqual([]);
        const weights = sampleInput({ shape: graph.nodes[y]?.shape ?? [] }, "w");
        const values = inputs.map((input, k) => sampleInput(input, `${op}/${k}`));
        const feeds = { w: weights, ...Object.fromEntries(values.map((value, k) => [`x${k}`, value])) };
        const results = interpret(graph, feeds, {}).outputs;
        const forward = inner(results.y as Reference, weights);
        const backward = values.map((value, k) =>
          results[`g${k}`] === undefined ? undefined : inner(value, results[`g${k}`] as Reference),
        );
        // A product is linear in each operand by itself; the others are linear in all their inputs together.
        const flowing = backward.filter((each) => each !== undefined);
        const sides = op === "dot" ? flowing : [flowing.reduce((total, each) => total + each, 0)];
        for (const side of sides) expect(Math.abs(side - forward)).toBeLessThan(1e-9 * (1 + Math.abs(forward)));
        expect(sides.length).toBeGreaterThan(0);
      }),
      { numRuns: 60, seed: 5 },
    );
  });
});
