// `extension`: the call behind a TypeScript operation; specs reach it only through `use "./file.ts"`.
import { missingArgument } from "../../diagnostics/records/types/missing-argument.ts";
import { wrongKind } from "../../diagnostics/records/types/wrong-kind.ts";
import type { Span } from "../../source/span.ts";
import { printType } from "../../types/print.ts";
import type { TensorValue } from "../../types/value.ts";
import { type Elaboration, emit, localNode, report, tensor } from "../context.ts";
import type { Operand } from "../elementwise.ts";
import { evaluate } from "../expressions.ts";
import { fill, masksOver, sizesOf } from "../masks.ts";
import { toOperand } from "../values.ts";
import type { BuiltinTable } from "./builtin.ts";

export const extensionBuiltins: BuiltinTable = {
  extension: {
    signature: "extension(name: text, x: f32[...], …) -> f32[...]",
    doc: "Runs an operation written in TypeScript; the result has the shape of x. `mixed` says of each tensor how many of its last axes the operation may read across.",
    arguments: [2, 9],
    named: ["mixed"],
    call(e, call) {
      const [name, ...rest] = call.positional;
      if (name?.value.kind !== "string") {
        report(e, missingArgument, { span: call.span, name: "a name", callee: "extension", declared: undefined });
        return undefined;
      }
      const setting = call.named.get("mixed");
      const mixed = setting === undefined ? undefined : evaluate(e, call.scope, setting.value);
      const counts = mixed?.kind === "string" ? mixed.value.split(",").map(Number) : [];
      const tensors: TensorValue[] = [];
      for (const [at, { value, span }] of rest.entries()) {
        const operand = toOperand(e, span, value);
        if (operand === undefined) return undefined;
        const one = asTensor(e, span, operand);
        if (!keepsPaddingOut(e, span, one, counts[at] ?? 0, tensors[0] ?? one)) return undefined;
        tensors.push(one);
      }
      const [first] = tensors;
      if (first === undefined) return undefined;
      const nodes = tensors.map((value) => localNode(e, value));
      const node = emit(e, call.span, "extension", nodes, {
        name: name.value.value,
        sizes: [...sizesOf(first.axes)],
        dtype: "f32",
      });
      return tensor(
        e,
        node,
        first.axes,
        tensors.flatMap((value) => value.masks),
      );
    },
  },
};

function asTensor(e: Elaboration, span: Span, operand: Operand): TensorValue {
  return operand.kind === "tensor"
    ? operand
    : tensor(e, fill(e, span, operand.kind === "size" ? operand.dim : operand.value, []), []);
}

/** What an operation reads across has to be real throughout, and what it takes beside x has to be padded where x is. */
function keepsPaddingOut(e: Elaboration, span: Span, value: TensorValue, mixed: number, first: TensorValue): boolean {
  const positions = value.axes.map((_, at) => at).slice(value.axes.length - mixed);
  const ragged = positions.flatMap((at) => {
    const axis = value.axes[at];
    return axis !== undefined && e.dimensions.get(axis.size.key)?.kind === "ragged" ? [axis.size.key] : [];
  });
  const beside = value.masks.filter((mask) => !mask.axes.every((name) => first.axes.some((axis) => axis.name === name)));
  const [mask] = [...masksOver(value, positions), ...beside];
  if (mask === undefined && ragged.length === 0) return true;
  const absent = ragged.length === 0 && mask?.presence === true;
  report(e, wrongKind, {
    span,
    expected: `a tensor without ${absent ? "absent samples" : `padding along ${ragged[0] ?? mask?.axes.at(-1)}`}`,
    found: printType(value),
    hint: absent
      ? "the operation may mix them with others: say what stands in for them, `x else 0`"
      : "the operation may mix padding with real entries: reduce the axis first, or let the signature say `...` for it",
  });
  return false;
}
