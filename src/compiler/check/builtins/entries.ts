// Built-ins that pick or move entries along an axis. Padding and absence stay out: what is not real counts as 0.
import { lengthLost } from "../../diagnostics/records/types/length-lost.ts";
import { wrongKind } from "../../diagnostics/records/types/wrong-kind.ts";
import { addDims, constantDim, constantValue } from "../../dims/dim.ts";
import { printTensor, printType } from "../../types/print.ts";
import type { Axis, TensorValue } from "../../types/value.ts";
import type { BuiltinCall } from "../calls.ts";
import { type Elaboration, emit, localNode, report, tensor } from "../context.ts";
import { evaluate } from "../expressions.ts";
import { fill, masksOver, selectReal, sizesOf, spread } from "../masks.ts";
import { toInteger } from "../values.ts";
import { type BuiltinTable, integerNamed, namedExpression, onAxis } from "./builtin.ts";

export const isRagged = (e: Elaboration, axis: Axis): boolean => e.dimensions.get(axis.size.key)?.kind === "ragged";

export function reportLengthLost(e: Elaboration, call: BuiltinCall, axis: Axis, value: TensorValue): undefined {
  report(e, lengthLost, { span: call.span, axis: axis.name ?? axis.size.key, found: printTensor(value) });
}

export const entryBuiltins: BuiltinTable = {
  reverse: {
    signature: "reverse(x: f32[...], over: dim) -> f32[...]",
    doc: "The entries in opposite order. A ragged axis is refused: its padding would come first; use `scan … backward`.",
    arguments: [1, 1],
    named: ["over"],
    call: (e, call) =>
      onAxis(e, call, "over", (value, position) => {
        const axis = value.axes[position] as Axis;
        if (isRagged(e, axis) || masksOver(value, [position]).length > 0) return reportLengthLost(e, call, axis, value);
        return tensor(e, emit(e, call.span, "reverse", [localNode(e, value)], { axis: position }), value.axes, value.masks);
      }),
  },
  shift: {
    signature: "shift(x: f32[...], by: int, over: dim) -> f32[...]",
    doc: "Moves entries `by` places towards the end (negative: the start); zeros come in, padding never does.",
    arguments: [1, 1],
    named: ["by", "over"],
    call: (e, call) =>
      onAxis(e, call, "over", (value, position) => {
        const by = integerNamed(e, call, "by", 1);
        return by === undefined ? undefined : tensor(e, shifted(e, call, value, position, by), value.axes, value.masks);
      }),
  },
  at: {
    signature: "at(x: f32[...], index: int, over: dim) -> f32[...]",
    doc: "The entry at one position of an axis, counted from 0, negative ones from the end; 0 for a sample that has none there.",
    arguments: [2, 2],
    named: ["over"],
    call: (e, call) =>
      onAxis(e, call, "over", (value, position) => {
        const index = integerAt(e, call);
        return index === undefined ? undefined : entryAt(e, call, value, position, index);
      }),
  },
  pick: {
    signature: "pick(x: f32[...], index: int | member, from: dim) -> f32[...]",
    doc: "One entry of an axis, by position or, where `stack` over members made the axis, by member; 0 where it is absent.",
    arguments: [2, 2],
    named: ["from"],
    call: (e, call) =>
      onAxis(e, call, "from", (value, position) => {
        const index = call.positional[1]?.value.kind === "member" ? memberPlace(e, call) : integerAt(e, call);
        return index === undefined ? undefined : entryAt(e, call, value, position, index);
      }),
  },
  first: {
    signature: "first(x: f32[...], over: dim) -> f32[...]",
    doc: "The first real entry of an axis.",
    arguments: [1, 1],
    named: ["over"],
    call: (e, call) => onAxis(e, call, "over", (value, position) => endEntry(e, call, value, position, "first")),
  },
  last: {
    signature: "last(x: f32[...], over: dim) -> f32[...]",
    doc: "The last real entry of an axis: of a ragged one, the entry at each sample's own length.",
    arguments: [1, 1],
    named: ["over"],
    call: (e, call) => onAxis(e, call, "over", (value, position) => endEntry(e, call, value, position, "last")),
  },
};

function integerAt(e: Elaboration, call: BuiltinCall): number | undefined {
  const given = call.positional[1];
  return given === undefined ? undefined : toInteger(e, given.span, given.value);
}

/** The place of a member among the members that `from:` names. */
function memberPlace(e: Elaboration, call: BuiltinCall): number | undefined {
  const given = call.positional[1];
  const from = namedExpression(call, "from");
  if (given?.value.kind !== "member" || from === undefined) return undefined;
  const { name } = given.value;
  const members = evaluate(e, call.scope, from);
  const place = members.kind === "members" ? members.tuples.findIndex((tuple) => tuple.join() === name) : -1;
  if (place !== -1) return place;
  report(e, wrongKind, { span: given.span, expected: `a member of ${printType(members)}`, found: name });
  return undefined;
}

function shifted(e: Elaboration, call: BuiltinCall, value: TensorValue, position: number, by: number): number {
  const node = selectReal(e, call.span, value, masksOver(value, [position]), 0);
  const low = value.axes.map((_, at) => (at === position ? Math.max(by, 0) : 0));
  const high = value.axes.map((_, at) => (at === position ? Math.max(-by, 0) : 0));
  const padded = emit(e, call.span, "pad", [node], { low, high, value: 0 });
  const starts = value.axes.map((_, at) => (at === position ? Math.max(-by, 0) : 0));
  return emit(e, call.span, "slice", [padded], { starts, sizes: [...sizesOf(value.axes)] });
}

/** The value without an axis, and without the masks along it. */
function without(e: Elaboration, value: TensorValue, position: number, node: number): TensorValue {
  const dropped = masksOver(value, [position]);
  const axes = value.axes.filter((_, at) => at !== position);
  const masks = value.masks.filter((mask) => !dropped.includes(mask));
  return tensor(e, node, axes, masks, value.labels === undefined ? {} : { labels: value.labels });
}

function entryAt(
  e: Elaboration,
  call: BuiltinCall,
  value: TensorValue,
  position: number,
  index: number,
): TensorValue | undefined {
  const axis = value.axes[position] as Axis;
  const size = constantValue(axis.size);
  if (size !== undefined && (index < -size || index >= size)) {
    report(e, wrongKind, { span: call.span, expected: `a position below ${size}`, found: String(index) });
    return undefined;
  }
  if (index < 0 && isRagged(e, axis)) return reportLengthLost(e, call, axis, value);
  const from = index >= 0 ? constantDim(index) : addDims(axis.size, constantDim(index));
  const sizes = value.axes.map((own, at) => (at === position ? constantDim(1) : own.size));
  const starts = value.axes.map((_, at) => (at === position ? from : constantDim(0)));
  const cut = emit(e, call.span, "slice", [selectReal(e, call.span, value, masksOver(value, [position]), 0)], { starts, sizes });
  const rest = sizesOf(value.axes.filter((_, at) => at !== position));
  return without(e, value, position, emit(e, call.span, "reshape", [cut], { sizes: [...rest] }));
}

/** The first or last real entry: among the real places the one with the largest rank counted from the other end. */
function endEntry(
  e: Elaboration,
  call: BuiltinCall,
  value: TensorValue,
  position: number,
  end: "first" | "last",
): TensorValue | undefined {
  const masks = masksOver(value, [position]);
  if (masks.length === 0) return entryAt(e, call, value, position, end === "first" ? 0 : -1);
  const { span } = call;
  const axis = value.axes[position] as Axis;
  const shape = sizesOf(value.axes);
  const places = emit(e, span, "iota", [], { sizes: [...shape], axis: position, dtype: "f32" });
  const rank =
    end === "last"
      ? emit(e, span, "add", [places, fill(e, span, 1, shape)])
      : emit(e, span, "subtract", [fill(e, span, axis.size, shape), places]);
  const ranked = selectReal(e, span, { ...value, node: rank, owner: e.frame.builder, dtype: "f32" }, masks, 0);
  const top = emit(e, span, "max", [ranked], { axes: [position] });
  const rest = value.axes.map((_, at) => at).filter((at) => at !== position);
  const chosen = emit(e, span, "equal", [ranked, spread(e, span, top, rest, shape)]);
  const real = selectReal(e, span, { ...value, node: chosen, owner: e.frame.builder, dtype: "f32" }, masks, 0);
  const kept = emit(e, span, "select", [real, localNode(e, value), fill(e, span, 0, shape)]);
  return without(e, value, position, emit(e, span, "sum", [kept], { axes: [position] }));
}
