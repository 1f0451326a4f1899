// The primitive `random`: Threefry-2x32-20 in 32-bit integer operations, bit for bit as `ir/random.ts` computes it.
import { numberAttribute, numbersAttribute } from "../../../ops/support/attributes.ts";
import { type Lowered, type Lowering, operandAt, scalar } from "../lowering.ts";
import { type Output, type Scope, typed } from "../scope.ts";
import { repeatedShape } from "./elementwise.ts";

const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;

/** 32-bit words without a sign. */
interface Words {
  readonly of: (value: number) => Output;
  readonly add: (a: Output, b: Output) => Output;
  readonly xor: (a: Output, b: Output) => Output;
  readonly rotate: (a: Output, by: number) => Output;
  readonly shiftRight: (a: Output, by: number) => Output;
}

function words(scope: Scope): Words {
  const binary =
    (op: string) =>
    (a: Output, b: Output): Output =>
      scope.add(op, [a, b], typed("u32"));
  const of = (value: number): Output => scope.constant("u32", [], [value]);
  const [left, right, or] = [binary("LeftShift"), binary("RightShift"), binary("BitwiseOr")];
  return {
    of,
    add: binary("AddV2"),
    xor: binary("BitwiseXor"),
    rotate: (a, by) => or(left(a, of(by)), right(a, of(32 - by))),
    shiftRight: (a, by) => right(a, of(by)),
  };
}

type Pair = readonly [Output, Output];

/** See `threefry2x32` in `ir/random.ts`. */
function threefry({ of, add, xor, rotate }: Words, [k0, k1]: Pair, [c0, c1]: Pair): Pair {
  const keys = [k0, k1, xor(xor(of(0x1bd11bda), k0), k1)] as const;
  let [x0, x1] = [add(c0, k0), add(c1, k1)];
  for (let group = 1; group <= 5; group += 1) {
    for (const by of rotations[(group - 1) % 2] ?? []) {
      x0 = add(x0, x1);
      x1 = xor(rotate(x1, by), x0);
    }
    x0 = add(x0, keys[group % 3] as Output);
    x1 = add(add(x1, keys[(group + 1) % 3] as Output), of(group));
  }
  return [x0, x1];
}

const unsigned = (scope: Scope, output: Output): Output =>
  scope.add("Bitcast", [output], { ...typed("i32"), ...typed("u32", "type") });

/** Strictly between 0 and 1, as `uniformFromBits` makes it. */
function uniform(scope: Scope, { shiftRight }: Words, bits: Output): Output {
  const high = scope.add("Bitcast", [shiftRight(bits, 9)], { ...typed("u32"), ...typed("i32", "type") });
  const value = scope.add("Cast", [high], { SrcT: { type: "i32" }, DstT: { type: "f32" } });
  const doubled = scope.add(
    "AddV2",
    [scope.add("Mul", [value, scalar(scope, 2, "f32")], typed("f32")), scalar(scope, 1, "f32")],
    typed("f32"),
  );
  return scope.add("Mul", [doubled, scalar(scope, 2 ** -24, "f32")], typed("f32"));
}

/** Box and Muller, as `normalFromBits`. */
function normal(scope: Scope, first: Output, second: Output): Output {
  const binary = (op: string, a: Output, b: Output): Output => scope.add(op, [a, b], typed("f32"));
  const unary = (op: string, a: Output): Output => scope.add(op, [a], typed("f32"));
  const length = unary("Sqrt", binary("Mul", unary("Log", first), scalar(scope, -2, "f32")));
  return binary("Mul", length, unary("Cos", binary("Mul", second, scalar(scope, 2 * Math.PI, "f32"))));
}

/** The sum of `index[k] * strides[k]` over the axes from `from`, by ranges that repeat along the other axes. */
function counters(scope: Scope, shape: readonly number[], strides: readonly number[], from: number, to: number): Lowered {
  let total: Lowered = { output: scope.constant("u32", [], [0]), shape: [] };
  for (let axis = from; axis < to; axis += 1) {
    const length = shape[axis] as number;
    const own = [length, ...shape.slice(axis + 1).map(() => 1)];
    const positions = scope.constant(
      "u32",
      own,
      Array.from({ length }, (_, at) => at * (strides[axis] as number)),
    );
    total = { output: scope.add("AddV2", [total.output, positions], typed("u32")), shape: repeatedShape(total.shape, own) };
  }
  return total;
}

export const random: Lowering = (node, operands, { scope }) => {
  const word = words(scope);
  const [seed, step] = [operandAt(operands, 0), operandAt(operands, 1)];
  const own = word.of(numberAttribute("random", node.attributes, "key"));
  const key = threefry(word, [unsigned(scope, seed.output), own], [unsigned(scope, step.output), word.of(0)]);
  const strides = numbersAttribute("random", node.attributes, "strides");
  const rank = node.shape.length;
  const outer = counters(scope, node.shape, [1], 0, Math.min(rank, 1));
  const inner = counters(scope, node.shape, strides, 1, rank);
  const [first, second] = threefry(word, key, [outer.output, inner.output]);
  const one = uniform(scope, word, first);
  const normally = node.attributes.distribution === "normal";
  return {
    output: normally ? normal(scope, one, uniform(scope, word, second)) : one,
    shape: repeatedShape(outer.shape, inner.shape),
  };
};
