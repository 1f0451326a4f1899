// The passes one rule at a time, the verifier, the printer, and random programs before and after `optimise`.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InexactSize, quotientDim, symbolDim, UnboundSize } from "../../src/compiler/dims/dim.ts";
import type { StaticGraph } from "../../src/compiler/ir/graph.ts";
import { interpret } from "../../src/compiler/ir/interpret.ts";
import { print } from "../../src/compiler/ir/print.ts";
import { specialise } from "../../src/compiler/ir/specialise.ts";
import { verify } from "../../src/compiler/ir/verify.ts";
import { operations } from "../../src/compiler/ops/index.ts";
import { mergeCommon } from "../../src/compiler/passes/cse.ts";
import { eliminateDead } from "../../src/compiler/passes/dead.ts";
import { fold } from "../../src/compiler/passes/fold.ts";
import { optimise } from "../../src/compiler/passes/pipeline.ts";
import { expectSameBits, script, size, valuesFor } from "./harness.ts";

const finish = (s: ReturnType<typeof script>, outputs: Record<string, number>): StaticGraph =>
  specialise(s.builder.finish(outputs), {});
const opsOf = (graph: StaticGraph): string[] => graph.nodes.map((node) => node.op);

describe("fold", () => {
  test.each([
    ["x * 1", (s: ReturnType<typeof script>, x: number) => s.apply("multiply", x, s.fill(1, x))],
    ["0 + x", (s: ReturnType<typeof script>, x: number) => s.apply("add", s.fill(0, x), x)],
    ["x - 0", (s: ReturnType<typeof script>, x: number) => s.apply("subtract", x, s.fill(0, x))],
    ["x / 1", (s: ReturnType<typeof script>, x: number) => s.apply("divide", x, s.fill(1, x))],
    ["x ^ 1", (s: ReturnType<typeof script>, x: number) => s.apply("power", x, s.apply("subtract", s.fill(2, x), s.fill(1, x)))],
    ["--x", (s: ReturnType<typeof script>, x: number) => s.apply("negate", s.apply("negate", x))],
    ["stop(x)", (s: ReturnType<typeof script>, x: number) => s.apply("stop", x)],
    ["where(1, x, 0)", (s: ReturnType<typeof script>, x: number) => s.apply("select", s.fill(1, x), x, s.fill(0, x))],
    [
      "there and back",
      (s: ReturnType<typeof script>, x: number) => {
        const turned = s.builder.add("transpose", [x], { permutation: [1, 0] });
        return s.builder.add("transpose", [turned], { permutation: [1, 0] });
      },
    ],
  ])("%s is x", (_name, make) => {
    const s = script();
    const x = s.input("x", "f32", 2, 3);
    const graph = finish(s, { y: make(s, x) });
    expect(opsOf(optimise(graph, { verifyBetween: true }))).toEqual(["input"]);
  });

  test("constants are computed, and repeated or reshaped constants stay constants", () => {
    const s = script();
    const two = s.builder.add("constant", [], { value: 2, sizes: [], dtype: "f32" });
    const spread = s.builder.add("broadcast", [s.apply("log", two)], { sizes: [size(3), size(2)], axes: [] });
    const graph = optimise(finish(s, { y: s.builder.add("reshape", [spread], { sizes: [size(6)] }) }));
    expect(opsOf(graph)).toEqual(["constant"]);
    expect(graph.nodes[0]?.attributes).toEqual({ value: Math.log(2), sizes: [6], dtype: "f32" });
  });

  test("x * 0 stays, since x may be infinite", () => {
    const s = script();
    const x = s.input("x", "f32", 2);
    expect(opsOf(fold(finish(s, { y: s.apply("multiply", x, s.fill(0, x)) })))).toContain("multiply");
  });

  test("an infinite constant survives as text", () => {
    const s = script();
    const graph = finish(s, { y: s.builder.add("constant", [], { value: Number.NEGATIVE_INFINITY, sizes: [], dtype: "f32" }) });
    expect(graph.nodes[0]?.attributes.value).toBe("-Infinity");
    const folded = optimise(finish(s, { y: s.apply("negate", 0) }));
    expect(folded.nodes[0]?.attributes.value).toBe("Infinity");
    expect(interpret(folded, {}, {}).outputs.y?.data[0]).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("common subexpressions", () => {
  test("random numbers of different keys stay apart, those of one key meet", () => {
    const s = script();
    const [seed, step] = [s.input("#seed", "i32"), s.input("#step", "i32")];
    const draw = (key: number) =>
      s.builder.add("random", [seed, step], { distribution: "normal", key, sizes: [size(3)], strides: [0].map(size) });
    const graph = mergeCommon(finish(s, { a: draw(1), b: draw(2), c: draw(1) }));
    expect(graph.outputs.a).toBe(graph.outputs.c);
    expect(graph.outputs.a).not.toBe(graph.outputs.b);
  });

  test("the order in which attributes were written does not matter", () => {
    const s = script();
    const x = s.input("x", "f32", 4);
    const a = s.builder.add("slice", [x], { starts: [0].map(size), sizes: [2].map(size) });
    const b = s.builder.add("slice", [x], { sizes: [2].map(size), starts: [0].map(size) });
    expect(mergeCommon(finish(s, { a, b })).nodes).toHaveLength(2);
  });
});

test("dead nodes go, inputs among them", () => {
  const s = script();
  const [x, unused] = [s.input("x", "f32", 2), s.input("unused", "f32", 2)];
  s.apply("exp", unused);
  expect(opsOf(eliminateDead(finish(s, { y: s.apply("exp", x) })))).toEqual(["input", "exp"]);
});

describe("specialise", () => {
  test("names the size that is missing and the division that leaves a rest", () => {
    const s = script();
    const half = quotientDim(symbolDim("T"), size(2));
    const x = s.input("x", "f32", "T");
    const y = s.builder.add("reshape", [x], { sizes: [half, size(2)] });
    const graph = s.builder.finish({ y });
    expect(specialise(graph, { T: 6 }).nodes[y]?.shape).toEqual([3, 2]);
    expect(() => specialise(graph, {})).toThrow(UnboundSize);
    expect(() => specialise(graph, { T: 5 })).toThrow(InexactSize);
  });

  test("a reshape left open symbolically is settled by the numbers", () => {
    const s = script();
    const y = s.builder.add("reshape", [s.input("x", "f32", "T")], { sizes: [quotientDim(symbolDim("T"), size(2)), size(3)] });
    expect(() => specialise(s.builder.finish({ y }), { T: 6 })).toThrow(/different numbers of entries/);
  });
});

describe("verify", () => {
  const s = script();
  const x = s.input("x", "f32", 2);
  const good = finish(s, { y: s.apply("exp", x) });
  const [first, second] = good.nodes;
  if (first === undefined || second === undefined) throw new Error("the graph has two nodes");
  test.each<[string, StaticGraph, RegExp]>([
    ["an unknown operation", { ...good, nodes: [first, { ...second, op: "wish" }] }, /no such operation/],
    ["a node read before it is made", { ...good, nodes: [first, { ...second, inputs: [1] }] }, /not only earlier nodes/],
    ["a wrong shape", { ...good, nodes: [first, { ...second, shape: [3] }] }, /says f32\[3\], its rule gives f32\[2\]/],
    ["a wrong element type", { ...good, nodes: [first, { ...second, dtype: "i32" }] }, /its rule gives f32\[2\]/],
    ["an output that does not exist", { ...good, outputs: { y: 9 } }, /does not exist/],
    ["a body where none belongs", { ...good, nodes: [first, { ...second, body: good }] }, /has a body/],
    [
      "one name with two types",
      { ...good, nodes: [first, second, { ...first, shape: [1], attributes: { ...first.attributes, sizes: [1] } }] },
      /both f32\[2\] and f32\[1\]/,
    ],
    [
      "an assignment that does not fit",
      {
        ...good,
        nodes: [first, second, { ...first, op: "variable", shape: [], attributes: { name: "w", sizes: [], dtype: "f32" } }],
        assignments: [{ variable: "w", value: 1 }],
      },
      /w is f32\[\] and is assigned f32\[2\]/,
    ],
    [
      "a double assignment",
      {
        ...good,
        assignments: [
          { variable: "w", value: 1 },
          { variable: "w", value: 0 },
        ],
      },
      /assigned twice/,
    ],
  ])("finds %s", (_name, graph, expected) => {
    expect(verify(good)).toEqual([]);
    expect(verify(graph).join("\n")).toMatch(expected);
  });
});

test("print: one line a node, with sizes and paths", () => {
  const s = script();
  s.builder.setOrigin({ span: undefined, path: "Tri/h/Linear" });
  const x = s.input("clip.text", "f32", "B", 3);
  const y = s.matmul(x, s.variable("w", 3, 4));
  expect(print(s.builder.finish({ y }))).toBe(
    [
      '%0 = input() {name: "clip.text"} : f32[B, 3]  // Tri/h/Linear',
      '%1 = variable() {name: "w"} : f32[3, 4]  // Tri/h/Linear',
      "%2 = dot(%0, %1) {batch: [], contract: [[1, 0]]} : f32[B, 4]  // Tri/h/Linear",
      "output y = %2",
      "",
    ].join("\n"),
  );
});

test("random elementwise programs keep every bit through the passes", () => {
  const unary = operations.filter((each) => each.group === "unary" && each.name !== "cast").map((each) => each.name);
  const binary = operations.filter((each) => each.group === "binary").map((each) => each.name);
  const step = fc.record({
    unary: fc.constantFrom(...unary),
    binary: fc.constantFrom(...binary),
    pick: fc.nat(),
    other: fc.nat(),
    kind: fc.nat(3),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), fc.constantFrom(0, 1, 2, -1.5), (steps, value) => {
      const s = script();
      const x = s.input("x", "f32", 2, 3);
      const values = [x, s.fill(value, x)];
      for (const { unary: one, binary: two, pick, other, kind } of steps) {
        const a = values[pick % values.length] as number;
        const b = values[other % values.length] as number;
        values.push(kind === 0 ? s.apply(one, a) : s.apply(two, a, b));
      }
      const graph = finish(s, { y: values.at(-1) as number, z: values.at(-2) as number });
      const feeds = valuesFor(graph, "input");
      expectSameBits(interpret(optimise(graph, { verifyBetween: true }), feeds, {}).outputs, interpret(graph, feeds, {}).outputs);
    }),
    { numRuns: 200, seed: 7 },
  );
});
