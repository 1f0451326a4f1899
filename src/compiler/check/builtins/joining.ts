// Joining values: `concat` and `stack`, over arguments or over members.
import { optionalJoined } from "../../diagnostics/records/types/optional-joined.ts";
import { widthsDiffer } from "../../diagnostics/records/types/widths-differ.ts";
import { addDims, constantDim } from "../../dims/dim.ts";
import type { Axis, Mask, TensorValue } from "../../types/value.ts";
import { absentFields, isOptional } from "../../types/value.ts";
import { newAxisName } from "../axes.ts";
import type { BuiltinCall } from "../calls.ts";
import { type Elaboration, emit, localNode, report, tensor } from "../context.ts";
import { combine, fill, masksOver, sizesOf, spread } from "../masks.ts";
import { presence } from "../optional.ts";
import { toTensor } from "../values.ts";
import { type BuiltinTable, namedExpression, requiredAxis } from "./builtin.ts";
import { describeItems, sameShapes } from "./reductions.ts";

function tensors(e: Elaboration, call: BuiltinCall): readonly TensorValue[] | undefined {
  const found: TensorValue[] = [];
  for (const { value, span } of call.positional) {
    for (const item of value.kind === "list" ? value.items : [value]) {
      const made = toTensor(e, span, item);
      if (made === undefined) return undefined;
      found.push(made);
    }
  }
  return found;
}

/** The ragged or presence masks along the joined axis, one after the other, over the axes they share. */
function joinedMask(
  e: Elaboration,
  call: BuiltinCall,
  values: readonly TensorValue[],
  position: number,
  name: string,
): Mask | undefined {
  const own = values.map((value) => combine(e, call.span, value.axes, masksOver(value, [position])));
  if (own.every((mask) => mask === undefined)) return undefined;
  const positions = [...new Set([position, ...own.flatMap((mask) => mask?.positions ?? [])])].sort((a, b) => a - b);
  const parts = values.map((value, at) => {
    const shape = positions.map((index) => (value.axes[index] as Axis).size);
    const mask = own[at];
    if (mask === undefined) return fill(e, call.span, 1, shape);
    return spread(
      e,
      call.span,
      mask.node,
      mask.positions.map((index) => positions.indexOf(index)),
      shape,
    );
  });
  const node = emit(e, call.span, "concat", parts, { axis: positions.indexOf(position) });
  const [first] = values;
  const axes = positions.map((index) => (index === position ? name : (first?.axes[index]?.name ?? "")));
  return { node, owner: e.frame.builder, axes, presence: false, of: [] };
}

export const joiningBuiltins: BuiltinTable = {
  concat: {
    signature: "concat(a: f32[...], b: f32[...], …, along: dim, as: name) -> f32[...]",
    doc: "The arguments one after the other along an axis; all other axes must agree.",
    arguments: [1, 64],
    named: ["along", "as"],
    call(e, call) {
      const values = tensors(e, call);
      const [first] = values ?? [];
      if (values === undefined || first === undefined) return undefined;
      const position = requiredAxis(e, call, "along", first);
      if (position === undefined) return undefined;
      const optional = values.find(isOptional);
      const masksOf = (value: TensorValue): string =>
        value.masks
          .filter((mask) => mask.presence)
          .map((mask) => mask.node)
          .join();
      if (optional !== undefined && values.some((value) => masksOf(value) !== masksOf(first))) {
        report(e, optionalJoined, { span: call.span, callee: "concat", fields: absentFields(optional) });
        return undefined;
      }
      const differs = values.some(
        (value) =>
          value.axes.length !== first.axes.length ||
          value.axes.some((axis, at) => at !== position && axis.size.key !== first.axes[at]?.size.key),
      );
      if (differs) {
        report(e, widthsDiffer, { span: call.span, callee: "concat", items: describeItems(call, values) });
        return undefined;
      }
      const node = emit(
        e,
        call.span,
        "concat",
        values.map((value) => localNode(e, value)),
        { axis: position },
      );
      const size = values.map((value) => (value.axes[position] as Axis).size).reduce(addDims);
      const as = namedExpression(call, "as");
      const given = as === undefined ? undefined : newAxisName(call.scope, as);
      const mask = joinedMask(e, call, values, position, given ?? "joined");
      const axes = first.axes.map((axis, at) =>
        at === position ? { name: given ?? (mask === undefined ? undefined : "joined"), size, origin: call.span } : axis,
      );
      const name = first.axes[position]?.name;
      const masks = values.flatMap((value) => value.masks).filter((own) => name === undefined || !own.axes.includes(name));
      return tensor(e, node, axes, mask === undefined ? masks : [...masks, mask]);
    },
  },
  stack: {
    signature: "stack(a: f32[...], b: f32[...], …, as: name) -> f32[...]; stack(x[m] for m in M)",
    doc: "The arguments side by side along a new axis, after the batch axis; absent members are masked along it.",
    arguments: [1, 64],
    named: ["as"],
    call(e, call) {
      const values = sameShapes(e, call);
      const [first] = values ?? [];
      if (values === undefined || first === undefined) return undefined;
      const as = namedExpression(call, "as");
      const name = (as === undefined ? undefined : newAxisName(call.scope, as)) ?? call.axis ?? "members";
      const place = Math.min(1, first.axes.length);
      const shape = sizesOf(first.axes);
      const withAxis = [...shape.slice(0, place), constantDim(1), ...shape.slice(place)];
      const node = emit(
        e,
        call.span,
        "concat",
        values.map((value) => emit(e, call.span, "reshape", [localNode(e, value)], { sizes: withAxis })),
        { axis: place },
      );
      const axis: Axis = { name, size: constantDim(values.length), origin: call.span };
      const axes = [...first.axes.slice(0, place), axis, ...first.axes.slice(place)];
      const masks = values.flatMap((value) => value.masks.filter((mask) => !mask.presence));
      const mask = presentAlong(e, call, values, axis);
      return tensor(e, node, axes, mask === undefined ? masks : [...masks, mask]);
    },
  },
};

/** Which members are there, over the batch and the new axis; undefined where all always are. */
function presentAlong(e: Elaboration, call: BuiltinCall, values: readonly TensorValue[], axis: Axis): Mask | undefined {
  const own = values.map((value) => presence(e, call.span, value));
  if (own.every((mask) => mask === undefined)) return undefined;
  const [first] = values;
  if (first === undefined) return undefined;
  const positions = [...new Set(own.flatMap((mask) => mask?.positions ?? []))].sort((a, b) => a - b);
  const shape = positions.map((position) => (first.axes[position] as Axis).size);
  const parts = own.map((mask) => {
    const node =
      mask === undefined
        ? fill(e, call.span, 1, shape)
        : spread(
            e,
            call.span,
            mask.node,
            mask.positions.map((position) => positions.indexOf(position)),
            shape,
          );
    return emit(e, call.span, "reshape", [node], { sizes: [...shape, constantDim(1)] });
  });
  const node = emit(e, call.span, "concat", parts, { axis: shape.length });
  const names = positions.map((position) => first.axes[position]?.name ?? "");
  return { node, owner: e.frame.builder, axes: [...names, axis.name ?? ""], presence: false, of: [] };
}
