// Built-ins that change a value's shape and nothing else.
import { lengthLost } from "../../diagnostics/records/types/length-lost.ts";
import { missingArgument } from "../../diagnostics/records/types/missing-argument.ts";
import { notDivisible } from "../../diagnostics/records/types/not-divisible.ts";
import { wrongKind } from "../../diagnostics/records/types/wrong-kind.ts";
import { addDims, constantDim, constantValue, type Dim, divideDims, multiplyDims, quotientDim } from "../../dims/dim.ts";
import { printTensor } from "../../types/print.ts";
import type { Axis, TensorValue } from "../../types/value.ts";
import { findAxis, newAxisName } from "../axes.ts";
import type { BuiltinCall } from "../calls.ts";
import { type Elaboration, emit, localNode, report, tensor, within } from "../context.ts";
import { spreadLike } from "../elementwise.ts";
import { evaluate } from "../expressions.ts";
import { masksOver, selectReal, sizesOf, spread } from "../masks.ts";
import { toInteger } from "../values.ts";
import { type BuiltinTable, integerNamed, namedExpression, requiredAxis, sizeNamed, tensorAt } from "./builtin.ts";

const reshape = (e: Elaboration, call: BuiltinCall, value: TensorValue, axes: readonly Axis[]): TensorValue => {
  const names = new Set(axes.map((axis) => axis.name));
  const node = emit(e, call.span, "reshape", [localNode(e, value)], { sizes: [...sizesOf(axes)] });
  return tensor(
    e,
    node,
    axes,
    value.masks.filter((mask) => mask.axes.every((name) => names.has(name))),
  );
};

const permute = (e: Elaboration, call: BuiltinCall, value: TensorValue, permutation: readonly number[]): TensorValue => {
  const moved = permutation.some((from, at) => from !== at);
  const node = localNode(e, value);
  return tensor(
    e,
    moved ? emit(e, call.span, "transpose", [node], { permutation: [...permutation] }) : node,
    permutation.map((from) => value.axes[from] as Axis),
    value.masks,
    value.labels === undefined ? {} : { labels: value.labels },
  );
};

/** The piped or first argument of a lazy built-in, and the expressions that follow it. */
function subject(e: Elaboration, call: BuiltinCall): { value: TensorValue; rest: BuiltinCall["expressions"] } | undefined {
  if (call.positional[0] !== undefined) {
    const value = tensorAt(e, call, 0);
    return value === undefined ? undefined : { value, rest: call.expressions };
  }
  const [first, ...rest] = call.expressions;
  if (first === undefined) return undefined;
  const value = tensorAt(e, { ...call, positional: [{ value: evaluate(e, call.scope, first), span: first.span }] }, 0);
  return value === undefined ? undefined : { value, rest };
}

const isRagged = (e: Elaboration, axis: Axis): boolean => e.dimensions.get(axis.size.key)?.kind === "ragged";

export const shapeBuiltins: BuiltinTable = {
  split: {
    signature: "split(x: f32[...], into: size, along: dim, as: name) -> f32[...]",
    doc: "Cuts an axis of size n into `into` parts: the new axis `as` of that size, then one of size n / into.",
    arguments: [1, 1],
    named: ["into", "along", "as"],
    call(e, call) {
      const value = tensorAt(e, call, 0);
      const position = value === undefined ? undefined : requiredAxis(e, call, "along", value);
      const into = sizeNamed(e, call, "into");
      if (value === undefined || position === undefined || into === undefined) return undefined;
      const axis = value.axes[position] as Axis;
      const quotient = divideDims(axis.size, into);
      const [whole, parts] = [constantValue(axis.size), constantValue(into)];
      if (quotient === undefined && whole !== undefined && parts !== undefined) {
        report(e, notDivisible, { span: call.span, left: String(whole), right: String(parts) });
        return undefined;
      }
      const as = namedExpression(call, "as");
      const made: readonly Axis[] = [
        { name: as === undefined ? undefined : newAxisName(call.scope, as), size: into, origin: call.span },
        { name: undefined, size: quotient ?? quotientDim(axis.size, into), origin: call.span },
      ];
      return reshape(e, call, value, [...value.axes.slice(0, position), ...made, ...value.axes.slice(position + 1)]);
    },
  },
  merge: {
    signature: "merge(x: f32[...], first: dim, second: dim, as: name) -> f32[...]",
    doc: "Two axes made one, the first varying slowest; the result stands where the second stood. A ragged axis cannot be merged.",
    arguments: [0, 1],
    named: ["as"],
    lazy: true,
    call(e, call) {
      const given = subject(e, call);
      const [one, two] = given?.rest ?? [];
      if (given === undefined) return undefined;
      if (one === undefined || two === undefined) {
        report(e, missingArgument, { span: call.span, name: "two axes", callee: "merge", declared: undefined });
        return undefined;
      }
      const { value } = given;
      const [slow, fast] = [findAxis(e, call.scope, one, value), findAxis(e, call.scope, two, value)];
      if (slow === undefined || fast === undefined) return undefined;
      for (const at of [slow, fast]) {
        const axis = value.axes[at] as Axis;
        if (isRagged(e, axis) || masksOver(value, [at]).some((mask) => !mask.presence)) {
          report(e, lengthLost, { span: call.span, axis: axis.name ?? axis.size.key, found: printTensor(value) });
          return undefined;
        }
      }
      const order = value.axes.map((_, at) => at).filter((at) => at !== slow);
      order.splice(order.indexOf(fast), 0, slow);
      const moved = permute(e, call, value, order);
      const at = order.indexOf(slow);
      const as = namedExpression(call, "as");
      const axis: Axis = {
        name: as === undefined ? undefined : newAxisName(call.scope, as),
        size: multiplyDims((value.axes[slow] as Axis).size, (value.axes[fast] as Axis).size),
        origin: call.span,
      };
      return reshape(e, call, moved, [...moved.axes.slice(0, at), axis, ...moved.axes.slice(at + 2)]);
    },
  },
  rename: {
    signature: "rename(x: f32[...], OLD: NEW, …) -> f32[...]",
    doc: "The same value with other axis names; renaming the batch axis makes a second copy of the batch to compare samples by pairs.",
    arguments: [1, 1],
    named: "any",
    call(e, call) {
      const value = tensorAt(e, call, 0);
      if (value === undefined) return undefined;
      let axes = [...value.axes];
      const renamed = new Map<string, string>();
      for (const setting of call.named.values()) {
        const position = findAxis(e, call.scope, { kind: "name", name: setting.key.text, span: setting.key.span }, value);
        const name = newAxisName(call.scope, setting.value);
        if (position === undefined) return undefined;
        if (name === undefined) {
          report(e, wrongKind, { span: setting.value.span, expected: "a name for the axis", found: "an expression" });
          return undefined;
        }
        const old = value.axes[position]?.name;
        if (old !== undefined) renamed.set(old, name);
        if (value.axes[position]?.size.key === "B") e.coupled.span ??= call.span;
        axes = axes.map((axis, at) => (at === position ? { ...axis, name } : axis));
      }
      const masks = value.masks.map((mask) => ({ ...mask, axes: mask.axes.map((name) => renamed.get(name) ?? name) }));
      return { ...value, axes, masks };
    },
  },
  transpose: {
    signature: "transpose(x: f32[...], axis: dim, …) -> f32[...]",
    doc: "Puts the named axes last, in the given order; the others keep theirs.",
    arguments: [0, 1],
    named: [],
    lazy: true,
    call(e, call) {
      const given = subject(e, call);
      if (given === undefined) return undefined;
      const last = given.rest.map((expression) => findAxis(e, call.scope, expression, given.value));
      if (last.some((position) => position === undefined)) return undefined;
      const rest = given.value.axes.map((_, at) => at).filter((at) => !last.includes(at));
      return permute(e, call, given.value, [...rest, ...(last as number[])]);
    },
  },
  expand: {
    signature: "expand(x: f32[...], last) -> f32[..., 1]",
    doc: "A new last axis of size 1, stretched to whatever it meets in elementwise operations.",
    arguments: [0, 1],
    named: [],
    lazy: true,
    call(e, call) {
      const given = subject(e, call);
      if (given === undefined) return undefined;
      const axis: Axis = { name: undefined, size: constantDim(1), origin: call.span, stretches: true };
      return reshape(e, call, given.value, [...given.value.axes, axis]);
    },
  },
  spread: {
    signature: "spread(x: f32[...], like: f32[...]) -> f32[...]",
    doc: "x repeated over the axes that it lacks and `like` has; its own axes are found there by name.",
    arguments: [1, 1],
    named: ["like"],
    call(e, call) {
      const value = tensorAt(e, call, 0);
      const like = namedExpression(call, "like");
      if (value === undefined) return undefined;
      if (like === undefined) {
        report(e, missingArgument, { span: call.span, name: "like:", callee: "spread", declared: undefined });
        return undefined;
      }
      const target = tensorAt(e, { ...call, positional: [{ value: evaluate(e, call.scope, like), span: like.span }] }, 0);
      if (target === undefined) return undefined;
      const made = spreadLike(e, call.span, value, target.axes);
      if (made !== undefined) return { ...made, masks: [...made.masks, ...target.masks.filter((mask) => !mask.presence)] };
      report(e, wrongKind, {
        span: call.span,
        expected: `axes among those of ${printTensor(target)}`,
        found: printTensor(value),
      });
      return undefined;
    },
  },
  repeat: {
    signature: "repeat(n: int, F()) as a pipe's target; repeat(x: f32[...], n: size, as: name) -> f32[...]",
    doc: "As a pipe's target: n unshared copies of a module in a row. Of a tensor: n copies along a new axis in front of the last.",
    arguments: [0, 1],
    named: ["as"],
    lazy: true,
    call(e, call) {
      if (call.positional[0] === undefined && call.expressions.length === 2) {
        const [count, module] = call.expressions;
        if (count === undefined || module === undefined) return undefined;
        const times = evaluate(e, call.scope, count);
        if (times.kind === "number" || times.kind === "size") {
          const copies = toInteger(e, count.span, times);
          if (copies === undefined) return undefined;
          const modules = Array.from({ length: copies }, (_, at) =>
            within(e, [String(at + 1)], () => evaluate(e, call.scope, module)),
          );
          return modules.some((made) => made.kind === "unknown") ? undefined : { kind: "chain", modules };
        }
      }
      const given = subject(e, call);
      const [count] = given?.rest ?? [];
      if (given === undefined || count === undefined) return undefined;
      const size = sizeNamed(
        e,
        { ...call, named: new Map([["n", { key: { text: "n", span: count.span }, value: count, span: count.span }]]) },
        "n",
      );
      if (size === undefined) return undefined;
      const { value } = given;
      const place = Math.max(0, value.axes.length - 1);
      const as = namedExpression(call, "as");
      const axis: Axis = { name: as === undefined ? undefined : newAxisName(call.scope, as), size, origin: call.span };
      const axes = [...value.axes.slice(0, place), axis, ...value.axes.slice(place)];
      const positions = value.axes.map((_, at) => (at < place ? at : at + 1));
      return tensor(e, spread(e, call.span, localNode(e, value), positions, sizesOf(axes)), axes, value.masks);
    },
  },
  squeeze: {
    signature: "squeeze(x: f32[..., 1]) -> f32[...]",
    doc: "Drops a last axis of size 1.",
    arguments: [1, 1],
    named: [],
    call(e, call) {
      const value = tensorAt(e, call, 0);
      if (value === undefined) return undefined;
      const last = value.axes.at(-1);
      if (last !== undefined && constantValue(last.size) === 1) return reshape(e, call, value, value.axes.slice(0, -1));
      report(e, wrongKind, { span: call.span, expected: "a last axis of size 1", found: printTensor(value) });
      return undefined;
    },
  },
  reverse: {
    signature: "reverse(x: f32[...], over: dim) -> f32[...]",
    doc: "The entries in opposite order. A ragged axis is refused: its padding would come first; use `scan … backward`.",
    arguments: [1, 1],
    named: ["over"],
    call(e, call) {
      const value = tensorAt(e, call, 0);
      const position = value === undefined ? undefined : requiredAxis(e, call, "over", value);
      if (value === undefined || position === undefined) return undefined;
      const axis = value.axes[position] as Axis;
      if (isRagged(e, axis)) {
        report(e, lengthLost, { span: call.span, axis: axis.name ?? axis.size.key, found: printTensor(value) });
        return undefined;
      }
      return tensor(e, emit(e, call.span, "reverse", [localNode(e, value)], { axis: position }), value.axes, value.masks);
    },
  },
  shift: {
    signature: "shift(x: f32[...], by: int, over: dim) -> f32[...]",
    doc: "Moves entries `by` places towards the end (negative: the start); zeros come in, padding never does.",
    arguments: [1, 1],
    named: ["by", "over"],
    call(e, call) {
      const value = tensorAt(e, call, 0);
      const by = integerNamed(e, call, "by", 1);
      const position = value === undefined ? undefined : requiredAxis(e, call, "over", value);
      if (value === undefined || position === undefined || by === undefined) return undefined;
      return tensor(e, shifted(e, call, value, position, by), value.axes, value.masks);
    },
  },
  window: {
    signature:
      'window(x: f32[...], size: int, over: dim, stride: int = 1, dilation: int = 1, pad: "none" | "same" | "causal") -> f32[..., window]',
    doc: "Every run of `size` entries along an axis, as a new last axis `window`; zeros stand beyond the ends and in padding.",
    arguments: [1, 1],
    named: ["size", "over", "stride", "dilation", "pad"],
    call(e, call) {
      const value = tensorAt(e, call, 0);
      const position = value === undefined ? undefined : requiredAxis(e, call, "over", value);
      const [size, stride, dilation] = [
        integerNamed(e, call, "size", 3),
        integerNamed(e, call, "stride", 1),
        integerNamed(e, call, "dilation", 1),
      ];
      if (value === undefined || position === undefined || size === undefined || stride === undefined || dilation === undefined)
        return undefined;
      const axis = value.axes[position] as Axis;
      const padding = namedExpression(call, "pad");
      const padValue =
        padding === undefined ? undefined : padding.kind === "name" ? padding.name : evaluate(e, call.scope, padding);
      const pad =
        padValue === undefined
          ? "none"
          : typeof padValue === "string"
            ? padValue
            : padValue.kind === "string"
              ? padValue.value
              : "";
      const reach = dilation * (size - 1);
      const amounts: Readonly<Record<string, readonly [number, number]>> = {
        none: [0, 0],
        same: [Math.floor(reach / 2), reach - Math.floor(reach / 2)],
        causal: [reach, 0],
      };
      const amount = amounts[pad];
      if (amount === undefined) {
        report(e, wrongKind, {
          span: padding?.span ?? call.span,
          expected: "none, same or causal",
          found: pad === "" ? "something else" : pad,
        });
        return undefined;
      }
      const ragged = isRagged(e, axis) || masksOver(value, [position]).length > 0;
      if (ragged && (stride !== 1 || amount[0] + amount[1] !== reach)) {
        report(e, lengthLost, { span: call.span, axis: axis.name ?? axis.size.key, found: printTensor(value) });
        return undefined;
      }
      let node = selectReal(e, call.span, value, masksOver(value, [position]), 0);
      const zeros = value.axes.map(() => 0);
      if (amount[0] + amount[1] > 0) {
        node = emit(e, call.span, "pad", [node], {
          low: zeros.map((zero, at) => (at === position ? amount[0] : zero)),
          high: zeros.map((zero, at) => (at === position ? amount[1] : zero)),
          value: 0,
        });
      }
      node = emit(e, call.span, "window", [node], { axis: position, size, stride, dilation });
      const length = e.frame.builder.shape(node)[position] as Dim;
      const axes: Axis[] = value.axes.map((own, at) =>
        at !== position || length.key === own.size.key ? own : { name: own.name, size: length, origin: call.span },
      );
      return tensor(e, node, [...axes, { name: "window", size: constantDim(size), origin: call.span }], value.masks);
    },
  },
  at: {
    signature: "at(x: f32[...], index: int, over: dim) -> f32[...]",
    doc: "The entry at one position of an axis, counted from 0.",
    arguments: [2, 2],
    named: ["over"],
    call(e, call) {
      const value = tensorAt(e, call, 0);
      const position = value === undefined ? undefined : requiredAxis(e, call, "over", value);
      const given = call.positional[1];
      const index = given === undefined ? undefined : toInteger(e, given.span, given.value);
      return value === undefined || position === undefined || index === undefined
        ? undefined
        : entryAt(e, call, value, position, index);
    },
  },
  pick: {
    signature: "pick(x: f32[...], index: int | member, from: dim) -> f32[...]",
    doc: "One entry of an axis, by position or by the member's name.",
    arguments: [2, 2],
    named: ["from"],
    call(e, call) {
      const value = tensorAt(e, call, 0);
      const position = value === undefined ? undefined : requiredAxis(e, call, "from", value);
      const given = call.positional[1];
      if (value === undefined || position === undefined || given === undefined) return undefined;
      const index = toInteger(e, given.span, given.value);
      return index === undefined ? undefined : entryAt(e, call, value, position, index);
    },
  },
  first: {
    signature: "first(x: f32[...], over: dim) -> f32[...]",
    doc: "The first entry of an axis.",
    arguments: [1, 1],
    named: ["over"],
    call(e, call) {
      const value = tensorAt(e, call, 0);
      const position = value === undefined ? undefined : requiredAxis(e, call, "over", value);
      return value === undefined || position === undefined ? undefined : entryAt(e, call, value, position, 0);
    },
  },
  last: {
    signature: "last(x: f32[...], over: dim) -> f32[...]",
    doc: "The last real entry of an axis: of a ragged one, the entry at each sample's own length.",
    arguments: [1, 1],
    named: ["over"],
    call(e, call) {
      const value = tensorAt(e, call, 0);
      const position = value === undefined ? undefined : requiredAxis(e, call, "over", value);
      return value === undefined || position === undefined ? undefined : lastEntry(e, call, value, position);
    },
  },
};

function shifted(e: Elaboration, call: BuiltinCall, value: TensorValue, position: number, by: number): number {
  const node = selectReal(e, call.span, value, masksOver(value, [position]), 0);
  const low = value.axes.map((_, at) => (at === position ? Math.max(by, 0) : 0));
  const high = value.axes.map((_, at) => (at === position ? Math.max(-by, 0) : 0));
  const padded = emit(e, call.span, "pad", [node], { low, high, value: 0 });
  const starts = value.axes.map((_, at) => (at === position ? Math.max(-by, 0) : 0));
  return emit(e, call.span, "slice", [padded], { starts, sizes: [...sizesOf(value.axes)] });
}

function entryAt(e: Elaboration, call: BuiltinCall, value: TensorValue, position: number, index: number): TensorValue {
  const axis = value.axes[position] as Axis;
  const size = constantValue(axis.size);
  if (size !== undefined && (index < -size || index >= size)) {
    report(e, wrongKind, { span: call.span, expected: `a position below ${size}`, found: String(index) });
  }
  const from = index >= 0 ? constantDim(index) : addDims(axis.size, constantDim(index));
  const sizes = value.axes.map((own, at) => (at === position ? constantDim(1) : own.size));
  const starts = value.axes.map((_, at) => (at === position ? from : constantDim(0)));
  const cut = emit(e, call.span, "slice", [localNode(e, value)], { starts, sizes });
  const dropped = masksOver(value, [position]);
  const axes = value.axes.filter((_, at) => at !== position);
  const node = emit(e, call.span, "reshape", [cut], { sizes: [...sizesOf(axes)] });
  return tensor(
    e,
    node,
    axes,
    value.masks.filter((mask) => !dropped.includes(mask)),
  );
}

/** Selects, along a masked axis, the entry that is real while its successor is not. */
function lastEntry(e: Elaboration, call: BuiltinCall, value: TensorValue, position: number): TensorValue | undefined {
  const dropped = masksOver(value, [position]);
  if (dropped.length === 0) return entryAt(e, call, value, position, -1);
  const ones = emit(e, call.span, "constant", [], { value: 1, sizes: [...sizesOf(value.axes)], dtype: "f32" });
  const real = { ...value, node: ones, owner: e.frame.builder, dtype: "f32" as const };
  const here = selectReal(e, call.span, real, dropped, 0);
  const next = shifted(e, call, real, position, -1);
  const isLast = emit(e, call.span, "subtract", [here, next]);
  const zero = emit(e, call.span, "constant", [], { value: 0, sizes: [...sizesOf(value.axes)], dtype: "f32" });
  const chosen = emit(e, call.span, "select", [isLast, localNode(e, value), zero]);
  const node = emit(e, call.span, "sum", [chosen], { axes: [position] });
  return tensor(
    e,
    node,
    value.axes.filter((_, at) => at !== position),
    value.masks.filter((mask) => !dropped.includes(mask)),
  );
}
