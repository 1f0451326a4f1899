// Gradients of the composites that models are made of, against finite differences, with and without the passes.
import { expect, test } from "vitest";
import { gradients } from "../../src/compiler/ir/autodiff.ts";
import { interpret } from "../../src/compiler/ir/interpret.ts";
import { specialise } from "../../src/compiler/ir/specialise.ts";
import { checkGradients, type Script, script, size } from "./harness.ts";

function softmax(s: Script, x: number): number {
  const top = s.apply("stop", s.max(x, 1));
  const powers = s.apply("exp", s.apply("subtract", x, s.spread(top, x, 0)));
  return s.apply("divide", powers, s.spread(s.sum(powers, 1), x, 0));
}

test("softmax and cross entropy over symbolic sizes", () => {
  const s = script();
  const weights = s.variable("w", 5, 4);
  const logits = s.matmul(s.input("x", "f32", "B", 5), weights);
  const labels = s.input("y", "i32", "B");
  const classes = s.builder.add("iota", [], { sizes: [size("B"), size(4)], axis: 1, dtype: "i32" });
  const target = s.apply("equal", s.spread(labels, logits, 0), classes);
  const chosen = s.sum(s.apply("multiply", softmax(s, logits), target), 1);
  checkGradients(s, s.apply("negate", s.total(s.apply("log", chosen))), [weights], { B: 3 });
});

test("layer norm with gain and bias", () => {
  const s = script();
  const [x, gain, bias] = [s.variable("x", 3, 6), s.variable("gain", 6), s.variable("bias", 6)];
  const mean = (v: number) => s.apply("divide", s.sum(v, 1), s.fill(6, s.sum(v, 1)));
  const centred = s.apply("subtract", x, s.spread(mean(x), x, 0));
  const variance = mean(s.apply("multiply", centred, centred));
  const deviation = s.apply("sqrt", s.apply("add", variance, s.fill(1e-5, variance)));
  const normal = s.apply("divide", centred, s.spread(deviation, x, 0));
  const y = s.apply("add", s.apply("multiply", normal, s.spread(gain, x, 1)), s.spread(bias, x, 1));
  checkGradients(s, s.total(s.apply("multiply", y, s.apply("sigmoid", y))), [x, gain, bias]);
});

test("attention with two heads", () => {
  const s = script();
  const [q, k, v] = [s.variable("q", 2, 2, 3, 4), s.variable("k", 2, 2, 5, 4), s.variable("v", 2, 2, 5, 4)];
  const scores = s.builder.add("dot", [q, k], {
    batch: [
      [0, 0],
      [1, 1],
    ],
    contract: [[3, 3]],
  });
  const powers = s.apply("exp", scores);
  const weights = s.apply("divide", powers, s.spread(s.sum(powers, 3), powers, 0, 1, 2));
  const mixed = s.builder.add("dot", [weights, v], {
    batch: [
      [0, 0],
      [1, 1],
    ],
    contract: [[3, 2]],
  });
  const joined = s.builder.add("reshape", [s.builder.add("transpose", [mixed], { permutation: [0, 2, 1, 3] })], {
    sizes: [2, 3, 8].map(size),
  });
  checkGradients(s, s.total(s.apply("tanh", joined)), [q, k, v]);
});

test("rows looked up twice, written back and summed", () => {
  const s = script();
  const [table, rows] = [s.variable("table", 4, 3), s.variable("rows", 5, 3)];
  const indices = s.input("i", "i32", 5);
  const written = s.apply("scatter_set", table, indices, s.apply("multiply", rows, rows));
  const read = s.apply("gather", written, indices);
  const piled = s.builder.add("scatter_add", [indices, s.apply("multiply", read, rows)], { size: size(4) });
  checkGradients(s, s.total(s.apply("multiply", piled, table)), [table, rows]);
});

test("a strided, dilated convolution with padding", () => {
  const s = script();
  const [x, kernel] = [s.variable("x", 2, 7, 3), s.variable("kernel", 3, 3, 4)];
  const padded = s.builder.add("pad", [x], { low: [0, 2, 0], high: [0, 2, 0], value: 0 });
  const windows = s.builder.add("window", [padded], { axis: 1, size: 3, stride: 2, dilation: 2 });
  const y = s.builder.add("dot", [windows, kernel], {
    batch: [],
    contract: [
      [2, 0],
      [3, 1],
    ],
  });
  checkGradients(s, s.total(s.apply("tanh", y)), [x, kernel]);
});

test("one value used many times collects all its gradients", () => {
  const s = script();
  const x = s.variable("x", 3);
  const y = s.apply("add", s.apply("multiply", x, x), s.apply("sin", x));
  checkGradients(s, s.total(s.apply("multiply", s.apply("add", y, x), s.apply("maximum", y, x))), [x]);
});

test("stop holds a gradient back and gradient_scale multiplies it", () => {
  const s = script();
  const x = s.variable("x", 2);
  const reversed = s.apply("gradient_scale", x, s.builder.add("constant", [], { value: -2, sizes: [], dtype: "f32" }));
  const loss = s.total(s.apply("add", s.apply("multiply", s.apply("stop", x), x), reversed));
  const [gradient] = gradients(s.builder, loss, [x]);
  if (gradient === undefined) throw new Error("x has a gradient");
  const graph = specialise(s.builder.finish({ g: gradient }), {});
  const value = { shape: [2], dtype: "f32", data: Float64Array.of(3, 5) } as const;
  expect(interpret(graph, {}, { x: value }).outputs.g?.data).toEqual(Float64Array.of(1, 3));
});

test("entries that tie for a maximum share its gradient", () => {
  const s = script();
  const x = s.variable("x", 4);
  const [gradient] = gradients(s.builder, s.max(x, 0), [x]);
  if (gradient === undefined) throw new Error("x has a gradient");
  const graph = specialise(s.builder.finish({ g: gradient }), {});
  const value = { shape: [4], dtype: "f32", data: Float64Array.of(1, 7, 7, 0) } as const;
  expect(interpret(graph, {}, { x: value }).outputs.g?.data).toEqual(Float64Array.of(0, 0.5, 0.5, 0));
});

test("no path gives no gradient, and only a scalar has one", () => {
  const s = script();
  const [x, y] = [s.variable("x", 2), s.variable("y", 2)];
  expect(gradients(s.builder, s.total(s.apply("stop", x)), [x, y])).toEqual([undefined, undefined]);
  expect(() => gradients(s.builder, x, [x])).toThrow(RangeError);
});

test("a backward node carries the origin of its forward node", () => {
  const s = script();
  const x = s.variable("x", 2);
  s.builder.setOrigin({ span: undefined, path: "Model/exp" });
  const y = s.apply("exp", x);
  s.builder.setOrigin({ span: undefined, path: "Model/total" });
  const loss = s.total(y);
  const forward = s.builder.nodes.length;
  gradients(s.builder, loss, [x]);
  const paths = s.builder.nodes.slice(forward).map((node) => `${node.op} ${node.origin.path}`);
  expect(paths).toContain("multiply Model/exp");
  expect(paths).toContain("broadcast Model/total");
});
