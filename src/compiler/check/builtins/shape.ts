// Built-ins that change a value's shape and nothing else.
import { missingArgument } from "../../diagnostics/records/types/missing-argument.ts";
import { notASize } from "../../diagnostics/records/types/not-a-size.ts";
import { notDivisible } from "../../diagnostics/records/types/not-divisible.ts";
import { wrongKind } from "../../diagnostics/records/types/wrong-kind.ts";
import { constantDim, constantValue, divideDims, multiplyDims, quotientDim } from "../../dims/dim.ts";
import { printTensor, printType } from "../../types/print.ts";
import type { Axis, TensorValue } from "../../types/value.ts";
import { findAxis, newAxisName } from "../axes.ts";
import type { BuiltinCall } from "../calls.ts";
import { type Elaboration, emit, localNode, report, tensor, within } from "../context.ts";
import { spreadLike } from "../elementwise.ts";
import { evaluate } from "../expressions.ts";
import { masksOver, sizesOf, spread } from "../masks.ts";
import { toInteger } from "../values.ts";
import { type BuiltinTable, namedExpression, requiredAxis, sizeNamed, tensorAt } from "./builtin.ts";
import { isRagged, reportLengthLost } from "./entries.ts";

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
        if (isRagged(e, axis) || masksOver(value, [at]).some((mask) => !mask.presence))
          return reportLengthLost(e, call, axis, value);
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
          const copies = times.kind === "number" ? times.value : toInteger(e, count.span, times);
          if (copies === undefined) return undefined;
          if (!Number.isInteger(copies) || copies < 0) {
            report(e, notASize, { span: count.span, found: printType(times) });
            return undefined;
          }
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
};
