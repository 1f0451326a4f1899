// Built-ins about gradients, training, members and sizes.
import { wrongKind } from "../../diagnostics/records/types/wrong-kind.ts";
import { constantDim, constantValue, multiplyDims } from "../../dims/dim.ts";
import type { Span } from "../../source/span.ts";
import { printTensor, printType } from "../../types/print.ts";
import type { Axis, TensorValue, Value } from "../../types/value.ts";
import { findAxis } from "../axes.ts";
import { type Elaboration, emit, graphInput, localNode, report, tensor } from "../context.ts";
import { binary, fitTo } from "../elementwise.ts";
import { evaluate } from "../expressions.ts";
import { fill, sizesOf, spread } from "../masks.ts";
import { numberValue, toNumber } from "../values.ts";
import { type BuiltinTable, operandAt, tensorAt } from "./builtin.ts";
import { random } from "./creation.ts";
import { sameShapes } from "./reductions.ts";

/** A scalar fed each step: `#progress`, `#epoch`. In evaluation training is over: 1 for progress. */
export function scalarInput(e: Elaboration, name: string): TensorValue {
  return { kind: "tensor", ...graphInput(e, name, [], "f32"), dtype: "f32", axes: [], masks: [] };
}

const need = (value: TensorValue | undefined): TensorValue => {
  if (value === undefined) throw new Error("scalars always meet");
  return value;
};

export const structureBuiltins: BuiltinTable = {
  stop: {
    signature: "stop(x: f32[...]) -> f32[...]",
    doc: "x itself, through which no gradient flows.",
    arguments: [1, 1],
    named: [],
    call(e, call) {
      const value = tensorAt(e, call, 0);
      return value === undefined
        ? undefined
        : tensor(e, emit(e, call.span, "stop", [localNode(e, value)]), value.axes, value.masks);
    },
  },
  reverse_gradient: {
    signature: "reverse_gradient(x: f32[...], scale: float | f32[] = 1) -> f32[...]",
    doc: "x itself; its gradient is multiplied by -scale (Ganin et al. 2016).",
    arguments: [1, 2],
    named: [],
    call(e, call) {
      const value = tensorAt(e, call, 0);
      const scale = call.positional[1] === undefined ? numberValue(1) : operandAt(e, call, 1);
      if (value === undefined || scale === undefined) return undefined;
      const negative = emit(e, call.span, "negate", [fitTo(e, call.span, scale, [])]);
      return tensor(e, emit(e, call.span, "gradient_scale", [localNode(e, value), negative]), value.axes, value.masks);
    },
  },
  ramp: {
    signature: "ramp(from: float, to: float) -> f32[]; ramp(dann) -> f32[]",
    doc: "A weight that changes with the stage's progress p: linear from one number to another, or 2 / (1 + exp(-10 p)) - 1 (Ganin et al. 2016).",
    arguments: [0, 0],
    named: [],
    lazy: true,
    call(e, call) {
      const [first, second] = call.expressions;
      const progress = scalarInput(e, "#progress");
      const { span } = call;
      if (first?.kind === "name" && first.name === "dann" && second === undefined) {
        const raised = need(binary(e, span, "multiply", "*", progress, numberValue(10)));
        const half = tensor(e, emit(e, span, "sigmoid", [raised.node]), []);
        return binary(e, span, "subtract", "-", need(binary(e, span, "multiply", "*", half, numberValue(2))), numberValue(1));
      }
      if (first === undefined || second === undefined) {
        report(e, wrongKind, { span, expected: "ramp(from, to) or ramp(dann)", found: "something else" });
        return undefined;
      }
      const from = toNumber(e, first.span, evaluate(e, call.scope, first));
      const to = toNumber(e, second.span, evaluate(e, call.scope, second));
      if (from === undefined || to === undefined) return undefined;
      const rise = need(binary(e, span, "multiply", "*", progress, numberValue(to - from)));
      return binary(e, span, "add", "+", rise, numberValue(from));
    },
  },
  choose: {
    signature: "choose(a: f32[...], b: f32[...], …) -> f32[...]",
    doc: "One of its arguments, at random for the whole batch in each training step; the first in evaluation.",
    arguments: [1, 64],
    named: [],
    call(e, call) {
      const flat = call.positional.flatMap(({ value, span }) =>
        value.kind === "list" ? value.items.map((item) => ({ value: item, span })) : [{ value, span }],
      );
      const values = sameShapes(e, { ...call, positional: flat, members: flat.map((_, at) => [String(at + 1)]) });
      const [first, ...rest] = values ?? [];
      if (first === undefined || !e.training) return first;
      const draw = random(e, call.span, [], "uniform");
      let chosen: TensorValue = first;
      const masks = (values ?? []).flatMap((value) => value.masks);
      for (const [at, value] of rest.entries()) {
        const shape = sizesOf(value.axes);
        const taken = emit(e, call.span, "less", [draw, fill(e, call.span, (at + 1) / (rest.length + 1), [])]);
        // `taken` says that the draw falls among the arguments before this one.
        const mask = spread(e, call.span, taken, [], shape);
        chosen = tensor(e, emit(e, call.span, "select", [mask, localNode(e, chosen), localNode(e, value)]), first.axes, masks);
      }
      return chosen;
    },
  },
  pairs: {
    signature: "pairs(M: members) -> members",
    doc: "All ordered pairs of different members.",
    arguments: [1, 1],
    named: [],
    call(e, call) {
      return tuples(e, call.positional[0], (all) => all.flatMap((a) => all.filter((b) => b !== a).map((b) => [a, b])));
    },
  },
  unordered: {
    signature: "unordered(M: members) -> members",
    doc: "Every pair of different members once.",
    arguments: [1, 1],
    named: [],
    call(e, call) {
      return tuples(e, call.positional[0], (all) => all.flatMap((a, at) => all.slice(at + 1).map((b) => [a, b])));
    },
  },
  count: {
    signature: "count(M: members) -> int",
    doc: "How many members a set has.",
    arguments: [1, 1],
    named: [],
    call(e, call) {
      const given = call.positional[0];
      if (given?.value.kind === "members") return numberValue(given.value.tuples.length);
      if (given !== undefined)
        report(e, wrongKind, { span: given.span, expected: "a set of members", found: printType(given.value) });
      return undefined;
    },
  },
  width: {
    signature: "width(x: f32[..., D]) -> size",
    doc: "The size of the last axis.",
    arguments: [1, 1],
    named: [],
    call(e, call) {
      const value = tensorAt(e, call, 0);
      const axis = value?.axes.at(-1);
      if (axis !== undefined) return { kind: "size", dim: axis.size, axis: axis.name };
      if (value !== undefined)
        report(e, wrongKind, { span: call.span, expected: "a value with an axis", found: printTensor(value) });
      return undefined;
    },
  },
  size: {
    signature: "size(x: f32[...], axis: dim) -> size",
    doc: "The size of an axis; without an axis, the number of all entries.",
    arguments: [0, 1],
    named: [],
    lazy: true,
    call(e, call) {
      const [head, ...tail] = call.expressions;
      const piped = call.positional[0];
      const rest = piped === undefined ? tail : call.expressions;
      const value =
        piped === undefined && head !== undefined
          ? tensorAt(e, { ...call, positional: [{ value: evaluate(e, call.scope, head), span: head.span }] }, 0)
          : tensorAt(e, call, 0);
      const [which] = rest;
      if (value === undefined) return undefined;
      if (which === undefined) {
        return { kind: "size", dim: sizesOf(value.axes).reduce(multiplyDims, constantDim(1)), axis: undefined };
      }
      const position = findAxis(e, call.scope, which, value);
      const axis = position === undefined ? undefined : (value.axes[position] as Axis);
      return axis === undefined ? undefined : { kind: "size", dim: axis.size, axis: axis.name };
    },
  },
  bound: {
    signature: "bound(x: f32[...], axis: dim) -> int",
    doc: "The largest size an axis may have: a ragged dimension's bound, else its size.",
    arguments: [0, 1],
    named: [],
    lazy: true,
    call(e, call) {
      const size = structureBuiltins.size?.call(e, call);
      if (size?.kind !== "size") return undefined;
      const dimension = e.dimensions.get(size.dim.key);
      const most = dimension?.kind === "ragged" ? dimension.bound : constantValue(size.dim);
      if (most !== undefined) return numberValue(most);
      if (dimension?.kind !== "ragged") return { ...size, axis: undefined };
      report(e, wrongKind, {
        span: call.span,
        expected: "a dimension with a bound",
        found: `${size.dim.key}, which has none (\`dim ${size.dim.key} <= 500 ragged\` gives it one)`,
      });
      return undefined;
    },
  },
};

function tuples(
  e: Elaboration,
  given: { readonly value: Value; readonly span: Span } | undefined,
  make: (all: readonly string[]) => readonly (readonly string[])[],
): Value | undefined {
  if (given?.value.kind === "members" && given.value.tuples.every((tuple) => tuple.length === 1)) {
    return { kind: "members", axis: undefined, tuples: make(given.value.tuples.flat()) };
  }
  if (given !== undefined)
    report(e, wrongKind, { span: given.span, expected: "a set of members", found: printType(given.value) });
  return undefined;
}
