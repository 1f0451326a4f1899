// The loop: recurrences in both directions, gradients through time, loops in loops, and what the passes do to them.
import { expect, test } from "vitest";
import { graphBuilder } from "../../src/compiler/ir/builder.ts";
import type { SymbolicGraph } from "../../src/compiler/ir/graph.ts";
import { interpret } from "../../src/compiler/ir/interpret.ts";
import { specialise } from "../../src/compiler/ir/specialise.ts";
import { ShapeError } from "../../src/compiler/ops/operation.ts";
import { optimise } from "../../src/compiler/passes/pipeline.ts";
import { checkGradients, type Script, script, size } from "./harness.ts";

const B = "B";
const [inner, hidden] = [3, 4];

/** A gated recurrent unit (Cho et al. 2014) with a mask: padded steps keep the carry. */
function gatedBody(): SymbolicGraph {
  const s = script(graphBuilder());
  const h = s.input("carry.0", "f32", B, hidden);
  const [x, mask] = [s.input("slice.0", "f32", B, inner), s.input("slice.1", "f32", B)];
  const [wx, wh] = [s.input("const.0", "f32", inner, 3 * hidden), s.input("const.1", "f32", hidden, 3 * hidden)];
  const [fromX, fromH] = [s.matmul(x, wx), s.matmul(h, wh)];
  const gate = (of: number, k: number) =>
    s.builder.add("slice", [of], { starts: [0, k * hidden].map(size), sizes: [size(B), size(hidden)] });
  const update = s.apply("sigmoid", s.apply("add", gate(fromX, 0), gate(fromH, 0)));
  const reset = s.apply("sigmoid", s.apply("add", gate(fromX, 1), gate(fromH, 1)));
  const fresh = s.apply("tanh", s.apply("add", gate(fromX, 2), s.apply("multiply", reset, gate(fromH, 2))));
  const next = s.apply("add", fresh, s.apply("multiply", update, s.apply("subtract", h, fresh)));
  const kept = s.apply("select", s.spread(mask, h, 0), next, h);
  return s.builder.finish({ "carry.0": kept, "out.0": s.apply("multiply", kept, kept) });
}

function gatedScan(s: Script, reverse: boolean, h: number, x: number, mask: number, weights: readonly number[]): number {
  const counts = { carries: 1, sequences: 2, constants: 2, outputs: 1, reverse };
  return s.builder.add("scan", [h, x, mask, ...weights], counts, { body: gatedBody() });
}

const part = (s: Script, scan: number, index: number): number => s.builder.add("part", [scan], { index });

/** 1 for the real steps: step t of sample b is real where t < length of b. */
function stepMask(s: Script): number {
  const t = s.builder.add("iota", [], { sizes: [size("T"), size(B)], axis: 0, dtype: "i32" });
  return s.apply("less", t, s.spread(s.input("length", "i32", B), t, 1));
}

test.each([false, true])("a masked GRU, reverse %s: all gradients", (reverse) => {
  const s = script();
  const [h, x] = [s.variable("h", B, hidden), s.variable("x", "T", B, inner)];
  const weights = [s.variable("wx", inner, 3 * hidden), s.variable("wh", hidden, 3 * hidden)];
  const scan = gatedScan(s, reverse, h, x, stepMask(s), weights);
  const loss = s.apply("add", s.total(s.apply("sin", part(s, scan, 0))), s.total(part(s, scan, 1)));
  const { plain, optimised } = checkGradients(s, loss, [h, x, ...weights], { B: 2, T: 4 });
  const count = (graph: typeof plain): number => graph.nodes.filter((node) => node.op === "scan").length;
  expect(count(plain)).toBe(3);
  expect(count(optimised), "the forward loop and its recording copy become one").toBe(2);
});

test("only the final carry, only the weights: what nothing needs leaves the loop", () => {
  const s = script();
  const weights = [s.variable("wx", inner, 3 * hidden), s.variable("wh", hidden, 3 * hidden)];
  const [h, x] = [s.input("h", "f32", B, hidden), s.input("x", "f32", "T", B, inner)];
  const scan = gatedScan(s, false, h, x, stepMask(s), weights);
  const { optimised } = checkGradients(s, s.total(part(s, scan, 0)), weights, { B: 2, T: 3 });
  const backward = optimised.nodes.filter((node) => node.op === "scan").at(-1);
  expect(backward?.attributes, "one carry: the weights' gradients are summed after the loop").toMatchObject({ carries: 1 });
  const names = new Set(Object.values(backward?.body?.outputs ?? {}));
  expect(names.size, "no gradient of the sequence is asked for, only what the two sums need is stacked").toBe(3);
});

test.each([1, 3])("two layers in opposite directions over %i steps: products before, sums after the loops", (steps) => {
  const s = script();
  const weights = ["a", "b"].flatMap((name, layer) => [
    s.variable(`wx ${name}`, layer === 0 ? inner : hidden, 3 * hidden),
    s.variable(`wh ${name}`, hidden, 3 * hidden),
  ]);
  const [h, x, mask] = [s.input("h", "f32", B, hidden), s.input("x", "f32", "T", B, inner), stepMask(s)];
  const first = gatedScan(s, false, h, x, mask, weights.slice(0, 2));
  const second = gatedScan(s, true, h, s.builder.add("slice", [part(s, first, 1)], firstFeatures()), mask, [
    s.builder.add("slice", [weights[2] as number], { starts: [0, 0].map(size), sizes: [size(inner), size(3 * hidden)] }),
    weights[3] as number,
  ]);
  const { plain, optimised } = checkGradients(s, s.total(part(s, second, 0)), weights, { B: 2, T: steps });
  const dots = (graph: typeof plain): number =>
    graph.nodes.reduce((sum, node) => sum + (node.body?.nodes.filter((each) => each.op === "dot").length ?? 0), 0);
  expect(dots(plain), "in four forward loops 2, in the backward ones 2 replayed, 3 of gradients, 1 for the layer below").toBe(19);
  expect(dots(optimised), "h U and its gradient, twice, and the gradient for the layer below").toBe(5);
});

/** [T, B, hidden] cut to the features that a layer takes. */
const firstFeatures = () => ({ starts: [0, 0, 0].map(size), sizes: [size("T"), size(B), size(inner)] });

test("a reversed scan is a scan of the reversed sequence, outputs reversed", () => {
  const s = script();
  const [h, x] = [s.input("h", "f32", B, hidden), s.input("x", "f32", "T", B, inner)];
  const weights = [s.input("wx", "f32", inner, 3 * hidden), s.input("wh", "f32", hidden, 3 * hidden)];
  const mask = s.input("mask", "f32", "T", B);
  const turn = (v: number) => s.builder.add("reverse", [v], { axis: 0 });
  const backward = gatedScan(s, true, h, x, mask, weights);
  const forward = gatedScan(s, false, h, turn(x), turn(mask), weights);
  const graph = specialise(
    s.builder.finish({
      a: part(s, backward, 0),
      b: part(s, forward, 0),
      aOut: part(s, backward, 1),
      bOut: turn(part(s, forward, 1)),
    }),
    { B: 2, T: 3 },
  );
  const feeds = Object.fromEntries(
    graph.nodes
      .filter((node) => node.op === "input")
      .map((node) => {
        const count = node.shape.reduce((product, length) => product * length, 1);
        const data = Float64Array.from({ length: count }, (_, at) => Math.sin(at + 1));
        return [String(node.attributes.name), { shape: node.shape, dtype: node.dtype, data }];
      }),
  );
  const { a, b, aOut, bOut } = interpret(optimise(graph, { verifyBetween: true }), feeds, {}).outputs;
  expect(a?.data).toEqual(b?.data);
  expect(aOut?.data).toEqual(bOut?.data);
});

/** carry, running sum of rows; the inner loop adds up the entries of a row, each times a constant, as a carry. */
function nestedBody(): SymbolicGraph {
  const innerScript = script(graphBuilder());
  const total = innerScript.input("carry.0", "f32");
  const entry = innerScript.input("slice.0", "f32");
  const factor = innerScript.input("const.0", "f32");
  const next = innerScript.apply("tanh", innerScript.apply("add", total, innerScript.apply("multiply", entry, factor)));
  const innerBody = innerScript.builder.finish({ "carry.0": next, "out.0": innerScript.apply("multiply", next, entry) });
  const s = script(graphBuilder());
  const carry = s.input("carry.0", "f32");
  const row = s.input("slice.0", "f32", "N");
  const place = s.input("slice.1", "i32");
  const scan = s.builder.add(
    "scan",
    [carry, row, s.apply("gather", s.input("const.0", "f32", 4), place)],
    { carries: 1, sequences: 1, constants: 1, outputs: 1, reverse: false },
    { body: innerBody },
  );
  const outer = s.apply("multiply", part(s, scan, 0), s.apply("cos", s.total(part(s, scan, 1))));
  return s.builder.finish({ "carry.0": outer, "out.0": part(s, scan, 1) });
}

test("a loop in a loop, with whole numbers among the sequences", () => {
  const s = script();
  const [start, rows, factors] = [s.variable("start"), s.variable("rows", 3, "N"), s.variable("factors", 4)];
  const scan = s.builder.add(
    "scan",
    [start, rows, s.input("places", "i32", 3), factors],
    { carries: 1, sequences: 2, constants: 1, outputs: 1, reverse: true },
    { body: nestedBody() },
  );
  const loss = s.apply("add", part(s, scan, 0), s.total(part(s, scan, 1)));
  checkGradients(s, loss, [start, rows, factors], { N: 2 });
});

test("a counter carried as a whole number, and a carry that only the outputs show", () => {
  const b = script(graphBuilder());
  const [count, x] = [b.input("carry.0", "i32"), b.input("slice.0", "f32", 2)];
  const scale = b.builder.add("cast", [count], { dtype: "f32" });
  const one = b.builder.add("constant", [], { value: 1, sizes: [], dtype: "i32" });
  const body = b.builder.finish({ "carry.0": b.apply("add", count, one), "out.0": b.apply("multiply", x, b.spread(scale, x)) });
  const s = script();
  const x0 = s.variable("x", 3, 2);
  const zero = s.builder.add("constant", [], { value: 1, sizes: [], dtype: "i32" });
  const scan = s.builder.add(
    "scan",
    [zero, x0],
    { carries: 1, sequences: 1, constants: 0, outputs: 1, reverse: false },
    { body },
  );
  checkGradients(s, s.total(s.apply("sin", part(s, scan, 1))), [x0]);
});

test("a body that does not fit is refused", () => {
  const s = script();
  const body = s.builder.finish({});
  const x = s.input("x", "f32", 3);
  const counts = { carries: 0, sequences: 1, constants: 0, outputs: 1, reverse: false };
  expect(() => s.builder.add("scan", [x], counts, { body })).toThrow(ShapeError);
  const grown = script(graphBuilder());
  const slice = grown.input("slice.0", "f32", 2);
  const wrong = grown.builder.finish({ "out.0": slice });
  expect(() => s.builder.add("scan", [x], counts, { body: wrong })).toThrow(/slice\.0 is f32\[2\]/);
});
