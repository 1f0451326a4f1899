// Random programs of elementwise work, reductions, broadcasts, transposes and products over one square-ish shape, lowered and
// compared: fusion must not join what needs another kernel's result, and every view must be followed right.
import fc from "fast-check";
import { test } from "vitest";
import { makePlan } from "../../src/compiler/ir/make-plan.ts";
import { type Script, script, size } from "../ir/harness.ts";
import { expectAgreement, valuesOf } from "./agree.ts";

const shape = [3, 2, 3] as const;

/** From [2, 3, 3]. */
const turned = (s: Script, x: number): number => s.builder.add("transpose", [x], { permutation: [1, 0, 2] });

/** Each takes values of the shape [3, 2, 3] and gives another. */
const moves: readonly ((s: Script, a: number, b: number) => number)[] = [
  (s, a) => s.apply("tanh", a),
  (s, a) => s.apply("exp", s.apply("sin", a)),
  (s, a, b) => s.apply("add", a, b),
  (s, a, b) => s.apply("multiply", a, b),
  (s, a, b) => s.apply("divide", a, s.apply("add", s.apply("multiply", b, b), s.fill(1, b))),
  (s, a, b) => s.apply("subtract", a, s.spread(s.sum(b, 2), a, 0, 1)),
  (s, a, b) => s.apply("multiply", a, s.spread(s.max(b, 2), a, 0, 1)),
  (s, a, b) => s.apply("add", a, s.spread(s.sum(b, 0, 1), a, 2)),
  (s, a, b) => s.apply("add", a, s.spread(s.sum(b, 1), a, 0, 2)),
  (s, a, b) => s.apply("add", a, s.spread(s.apply("tanh", s.total(b)), a)),
  (s, a) => s.builder.add("transpose", [a], { permutation: [2, 1, 0] }),
  (s, a) => s.builder.add("reverse", [a], { axis: 0 }),
  (s, a) => s.builder.add("reshape", [s.builder.add("reshape", [a], { sizes: [9, 2].map(size) })], { sizes: shape.map(size) }),
  (s, a, b) => turned(s, s.builder.add("dot", [a, b], { batch: [[1, 1]], contract: [[2, 0]] })),
  (s, a, b) => turned(s, s.builder.add("dot", [a, s.sum(b, 1)], { batch: [], contract: [[0, 0]] })),
];

test("random programs keep their values through lowering", () => {
  const step = fc.record({ move: fc.nat(moves.length - 1), first: fc.nat(), second: fc.nat() });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 14 }), (steps) => {
      const s = script();
      const values = [s.input("x", "f32", ...shape), s.variable("w", ...shape)];
      for (const { move, first, second } of steps) {
        const [a, b] = [values[first % values.length] as number, values[second % values.length] as number];
        const made = moves[move]?.(s, a, b) as number;
        values.push(made);
      }
      const last = values.at(-1) as number;
      const outputs = { last, total: s.total(values[values.length >> 1] as number) };
      const next = s.apply("subtract", values[1] as number, s.apply("tanh", last));
      const { graph } = makePlan("random", s.builder.finish(outputs, [{ variable: "w", value: next }]), {});
      expectAgreement(graph, valuesOf(graph, "input"), valuesOf(graph, "variable"));
    }),
    { numRuns: 150, seed: 3 },
  );
});
