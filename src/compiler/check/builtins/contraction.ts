// `dot`: the one contraction. Axes with one name in both operands are batch axes; padded entries of the summed axis count 0.
import { widthsDiffer } from "../../diagnostics/records/types/widths-differ.ts";
import { printTensor } from "../../types/print.ts";
import type { Axis } from "../../types/value.ts";
import { emit, report, tensor } from "../context.ts";
import { masksOver, selectReal } from "../masks.ts";
import { type BuiltinTable, requiredAxis, tensorAt } from "./builtin.ts";
import { checkLength } from "./reductions.ts";

export const contractionBuiltins: BuiltinTable = {
  dot: {
    signature: "dot(a: f32[...], b: f32[...], over: dim) -> f32[...]",
    doc: "Sum of products over an axis. Axes of one name in both are kept side by side; the result has those, then a's others, then b's.",
    arguments: [2, 2],
    named: ["over"],
    call(e, call) {
      const [left, right] = [tensorAt(e, call, 0), tensorAt(e, call, 1)];
      if (left === undefined || right === undefined) return undefined;
      const [la, ra] = [requiredAxis(e, call, "over", left), requiredAxis(e, call, "over", right)];
      if (la === undefined || ra === undefined) return undefined;
      const contracted = [left.axes[la], right.axes[ra]] as const;
      if (contracted[0]?.size.key !== contracted[1]?.size.key) {
        report(e, widthsDiffer, {
          span: call.span,
          callee: "dot",
          items: [left, right].map((value, at) => ({
            name: at === 0 ? "left" : "right",
            type: printTensor(value),
            origin: contracted[at]?.origin,
          })),
        });
        return undefined;
      }
      // One side's mask is enough: it makes the products of padded entries 0.
      const masked = masksOver(left, [la]).length > 0 || masksOver(right, [ra]).length > 0;
      if (!masked && !checkLength(e, call.span, left, [la])) return undefined;
      const batch: [number, number][] = [];
      for (const [at, axis] of left.axes.entries()) {
        if (at === la || axis.name === undefined) continue;
        const other = right.axes.findIndex((candidate, index) => index !== ra && candidate.name === axis.name);
        if (other !== -1 && right.axes[other]?.size.key === axis.size.key) batch.push([at, other]);
      }
      // Only one side needs its padding at 0 for the products to vanish, but a non-finite padding of the other would survive.
      const [lm, rm] = [masksOver(left, [la]), masksOver(right, [ra])];
      const node = emit(
        e,
        call.span,
        "dot",
        [selectReal(e, call.span, left, [...lm], 0), selectReal(e, call.span, right, [...rm], 0)],
        { batch, contract: [[la, ra]] },
      );
      const inBatch = (side: 0 | 1, at: number): boolean => batch.some((pair) => pair[side] === at);
      const free = (axes: readonly Axis[], side: 0 | 1, contractedAt: number): readonly Axis[] =>
        axes.filter((_, at) => at !== contractedAt && !inBatch(side, at));
      const axes = [...batch.map(([at]) => left.axes[at] as Axis), ...free(left.axes, 0, la), ...free(right.axes, 1, ra)];
      const names = new Set(axes.map((axis) => axis.name));
      const masks = [...left.masks, ...right.masks].filter((mask) => mask.axes.every((name) => names.has(name)));
      return tensor(e, node, axes, masks);
    },
  },
};
