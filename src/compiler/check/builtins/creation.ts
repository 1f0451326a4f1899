// Built-ins that make values from nothing: constants, positions, random numbers.
import { missingArgument } from "../../diagnostics/records/types/missing-argument.ts";
import { wrongKind } from "../../diagnostics/records/types/wrong-kind.ts";
import { constantDim, type Dim, multiplyDims } from "../../dims/dim.ts";
import type { Span } from "../../source/span.ts";
import type { Axis, TensorValue } from "../../types/value.ts";
import { findAxis } from "../axes.ts";
import type { BuiltinCall } from "../calls.ts";
import { type Elaboration, emit, graphInput, localNode, randomKey, report, tensor } from "../context.ts";
import { evaluate } from "../expressions.ts";
import { fill, masksOver, selectReal, sizesOf, spread } from "../masks.ts";
import { toNumber, toSize } from "../values.ts";
import { type Builtin, type BuiltinTable, booleanNamed, namedExpression, tensorAt } from "./builtin.ts";

/** Axes from sizes written as arguments: `zeros(B, D)`. */
function axesOf(e: Elaboration, call: BuiltinCall): readonly Axis[] | undefined {
  const axes: Axis[] = [];
  for (const { value, span } of call.positional) {
    const size = toSize(e, span, value);
    if (size === undefined) return undefined;
    const name = value.kind === "size" || value.kind === "members" ? value.axis : undefined;
    axes.push({ name: axes.some((axis) => axis.name === name) ? undefined : name, size, origin: span });
  }
  return axes;
}

function filled(name: string, value: number): Builtin {
  return {
    signature: `${name}(size, …) -> f32[size, …]; ${name}(like: f32[...])`,
    doc: `A tensor of ${value === 0 ? "zeros" : "ones"} of the given sizes, or shaped like another value.`,
    arguments: [0, 8],
    named: ["like"],
    call(e, call) {
      const model = likeValue(e, call);
      if (model !== undefined) return tensor(e, fill(e, call.span, value, sizesOf(model.axes)), model.axes, model.masks);
      const axes = axesOf(e, call);
      return axes === undefined ? undefined : tensor(e, fill(e, call.span, value, sizesOf(axes)), axes);
    },
  };
}

/** The value to be shaped like: `like: x`, or a tensor in place of sizes. */
function likeValue(e: Elaboration, call: BuiltinCall): TensorValue | undefined {
  const like = namedExpression(call, "like");
  const [first] = call.positional;
  if (like === undefined && first?.value.kind === "tensor") return first.value;
  return like === undefined
    ? undefined
    : tensorAt(e, { ...call, positional: [{ value: evaluate(e, call.scope, like), span: like.span }] }, 0);
}

/** The number of entries an axis may have at most: its own size, or a ragged dimension's bound. */
function largest(e: Elaboration, size: Dim): Dim {
  const dimension = e.dimensions.get(size.key);
  return dimension?.kind === "ragged" ? constantDim(dimension.bound ?? 65536) : size;
}

/**
 * Random numbers for a shape. Each entry's number follows from the seed, the step, the place in the model and the entry's
 * coordinates; a ragged axis counts with its bound, so padding to another length changes no number.
 */
export function random(e: Elaboration, span: Span, axes: readonly Axis[], distribution: "uniform" | "normal"): number {
  const strides: Dim[] = axes.map(() => constantDim(1));
  let stride = constantDim(1);
  for (let at = axes.length - 1; at >= 1; at -= 1) {
    strides[at] = stride;
    stride = multiplyDims(stride, largest(e, (axes[at] as Axis).size));
  }
  const [seed, step] = [graphInput(e, "#seed", [], "i32"), graphInput(e, "#step", [], "i32")];
  return emit(e, span, "random", [localNode(e, seed), localNode(e, step)], {
    distribution,
    key: randomKey(e),
    sizes: [...sizesOf(axes)],
    strides,
  });
}

function drawn(name: string, distribution: "uniform" | "normal", doc: string): Builtin {
  return {
    signature: `${name}(size, …, always: bool = false) -> f32[size, …]; ${name}(like: f32[...])`,
    doc,
    arguments: [0, 8],
    named: ["like", "always"],
    call(e, call) {
      const model = likeValue(e, call);
      const axes = model?.axes ?? axesOf(e, call);
      if (axes === undefined) return undefined;
      const masks = model?.masks ?? [];
      if (!e.training && !booleanNamed(e, call, "always", false)) {
        return tensor(e, fill(e, call.span, distribution === "uniform" ? 0.5 : 0, sizesOf(axes)), axes, masks);
      }
      return tensor(e, random(e, call.span, axes, distribution), axes, masks);
    },
  };
}

export const creationBuiltins: BuiltinTable = {
  zeros: filled("zeros", 0),
  ones: filled("ones", 1),
  full: {
    signature: "full(value: float, like: f32[...]) -> f32[...]",
    doc: "One number everywhere, shaped like another value.",
    arguments: [1, 1],
    named: ["like"],
    call(e, call) {
      const model = likeValue(e, call);
      const given = call.positional[0];
      const value = given === undefined ? undefined : toNumber(e, given.span, given.value);
      if (value === undefined) return undefined;
      if (model === undefined) {
        report(e, missingArgument, { span: call.span, name: "like:", callee: "full", declared: undefined });
        return undefined;
      }
      return tensor(e, fill(e, call.span, value, sizesOf(model.axes)), model.axes, model.masks);
    },
  },
  uniform: drawn("uniform", "uniform", "Random numbers, even in (0, 1); 0.5 in evaluation unless `always: true`."),
  gaussian_noise: drawn("gaussian_noise", "normal", "Standard normal random numbers; 0 in evaluation unless `always: true`."),
  keep: {
    signature: "keep(rate: float, like: f32[...], over: dim = every entry) -> f32[...]",
    doc: "1 with probability `rate` (above 0, at most 1), else 0, drawn anew each step: the mask of dropout. With `over:` one draw a sample and position of that axis. All 1 in evaluation.",
    arguments: [1, 1],
    named: ["like", "over"],
    call(e, call) {
      const model = likeValue(e, call);
      const given = call.positional[0];
      const rate = given === undefined ? undefined : toNumber(e, given.span, given.value);
      if (model === undefined || rate === undefined) return undefined;
      if (given !== undefined && (rate <= 0 || rate > 1)) {
        // Kept with probability 0, nothing is left to scale up: dropout would divide by 0.
        report(e, wrongKind, { span: given.span, expected: "a probability above 0 and at most 1", found: String(rate) });
        return undefined;
      }
      const shape = sizesOf(model.axes);
      if (!e.training || rate === 1) return tensor(e, fill(e, call.span, 1, shape), model.axes, model.masks);
      const over = namedExpression(call, "over");
      const wanted = over === undefined ? undefined : findAxis(e, call.scope, over, model);
      if (over !== undefined && wanted === undefined) return undefined;
      const positions = wanted === undefined ? model.axes.map((_, at) => at) : [...new Set([0, wanted])].sort((a, b) => a - b);
      const axes = positions.map((at) => model.axes[at] as Axis);
      const draw = random(e, call.span, axes, "uniform");
      const kept = emit(e, call.span, "less", [draw, fill(e, call.span, rate, sizesOf(axes))]);
      return tensor(e, spread(e, call.span, kept, positions, shape), model.axes, model.masks);
    },
  },
  positions: {
    signature: "positions(over: dim) -> i32[over]; positions(over: dim, like: f32[...]) -> i32[over]",
    doc: "0, 1, 2, … along a dimension.",
    arguments: [0, 1],
    named: ["over", "like"],
    call(e, call) {
      const over = namedExpression(call, "over");
      if (over === undefined) {
        report(e, missingArgument, { span: call.span, name: "over:", callee: "positions", declared: undefined });
        return undefined;
      }
      const model = likeValue(e, call);
      let axis: Axis | undefined;
      if (model !== undefined) {
        const position = findAxis(e, call.scope, over, model);
        axis = position === undefined ? undefined : model.axes[position];
      } else if (namedExpression(call, "like") !== undefined) {
        return undefined;
      } else {
        const value = evaluate(e, call.scope, over);
        const size = toSize(e, over.span, value);
        axis = size === undefined ? undefined : { name: value.kind === "size" ? value.axis : undefined, size, origin: over.span };
      }
      if (axis === undefined) return undefined;
      return tensor(e, emit(e, call.span, "iota", [], { sizes: [axis.size], axis: 0, dtype: "i32" }), [axis]);
    },
  },
  mask: {
    signature: "mask(x: f32[...], over: dim) -> f32[..., over]",
    doc: "1 where x's entries along a dimension are real, 0 where they are padding or absent; shaped like x.",
    arguments: [1, 1],
    named: ["over"],
    call(e, call) {
      const value = tensorAt(e, call, 0);
      const over = namedExpression(call, "over");
      if (value === undefined || over === undefined) return undefined;
      const position = findAxis(e, call.scope, over, value);
      if (position === undefined) return undefined;
      const ones = { ...value, node: fill(e, call.span, 1, sizesOf(value.axes)), owner: e.frame.builder, dtype: "f32" as const };
      return tensor(e, selectReal(e, call.span, ones, masksOver(value, [position]), 0), value.axes, value.masks);
    },
  },
  like: {
    signature: "like(x: f32[...]) -> f32[...]",
    doc: "Gives a creating function the shape of x: `uniform(like(x))`.",
    arguments: [1, 1],
    named: [],
    call: (e, call) => tensorAt(e, call, 0),
  },
};
