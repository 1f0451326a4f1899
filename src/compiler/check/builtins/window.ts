// `window`: sliding windows along an axis, from which the library builds convolutions and pooling.
import { wrongKind } from "../../diagnostics/records/types/wrong-kind.ts";
import { constantDim, type Dim } from "../../dims/dim.ts";
import { printType } from "../../types/print.ts";
import type { Axis, TensorValue } from "../../types/value.ts";
import type { BuiltinCall } from "../calls.ts";
import { type Elaboration, emit, report, tensor } from "../context.ts";
import { evaluate } from "../expressions.ts";
import { masksOver, selectReal } from "../masks.ts";
import { type BuiltinTable, integerNamed, namedExpression, onAxis } from "./builtin.ts";
import { isRagged, reportLengthLost } from "./entries.ts";

export const windowBuiltins: BuiltinTable = {
  window: {
    signature:
      'window(x: f32[...], size: int, over: dim, stride: int = 1, dilation: int = 1, pad: "none" | "same" | "causal") -> f32[..., window]',
    doc: "Every run of `size` entries along an axis, as a new last axis `window`; zeros stand beyond the ends and in padding.",
    arguments: [1, 1],
    named: ["size", "over", "stride", "dilation", "pad"],
    call: (e, call) => onAxis(e, call, "over", (value, position) => windows(e, call, value, position)),
  },
};

/** Entries put before and behind an axis, by the name of the padding. */
function padding(e: Elaboration, call: BuiltinCall, reach: number): readonly [number, number] | undefined {
  const amounts: Readonly<Record<string, readonly [number, number]>> = {
    none: [0, 0],
    same: [Math.floor(reach / 2), reach - Math.floor(reach / 2)],
    causal: [reach, 0],
  };
  const expression = namedExpression(call, "pad");
  if (expression === undefined) return [0, 0];
  const bare = expression.kind === "name" ? amounts[expression.name] : undefined;
  if (bare !== undefined) return bare;
  const value = evaluate(e, call.scope, expression);
  const amount = value.kind === "string" ? amounts[value.value] : undefined;
  if (amount === undefined && value.kind !== "unknown") {
    report(e, wrongKind, { span: expression.span, expected: "none, same or causal", found: printType(value) });
  }
  return amount;
}

function windows(e: Elaboration, call: BuiltinCall, value: TensorValue, position: number): TensorValue | undefined {
  const size = integerNamed(e, call, "size", 3);
  const stride = integerNamed(e, call, "stride", 1);
  const dilation = integerNamed(e, call, "dilation", 1);
  if (size === undefined || stride === undefined || dilation === undefined) return undefined;
  const reach = dilation * (size - 1);
  const amount = padding(e, call, reach);
  if (amount === undefined) return undefined;
  const axis = value.axes[position] as Axis;
  const masked = isRagged(e, axis) || masksOver(value, [position]).length > 0;
  // Only windows that are as many as the entries keep each sample's length.
  if (masked && (stride !== 1 || amount[0] + amount[1] !== reach)) return reportLengthLost(e, call, axis, value);
  let node = selectReal(e, call.span, value, masksOver(value, [position]), 0);
  if (amount[0] + amount[1] > 0) {
    const along = (count: number): number[] => value.axes.map((_, at) => (at === position ? count : 0));
    node = emit(e, call.span, "pad", [node], { low: along(amount[0]), high: along(amount[1]), value: 0 });
  }
  node = emit(e, call.span, "window", [node], { axis: position, size, stride, dilation });
  const length = e.frame.builder.shape(node)[position] as Dim;
  const axes: Axis[] = value.axes.map((own, at) =>
    at !== position || length.key === own.size.key ? own : { name: own.name, size: length, origin: call.span },
  );
  return tensor(e, node, [...axes, { name: "window", size: constantDim(size), origin: call.span }], value.masks);
}
