// Built-ins that look entries up by number: tables, class labels, banks.
import { wrongKind } from "../../diagnostics/records/types/wrong-kind.ts";
import { symbolDim } from "../../dims/dim.ts";
import { lookUp } from "../../names/scope.ts";
import { printTensor, printType } from "../../types/print.ts";
import type { Axis, Mask } from "../../types/value.ts";
import { emit, graphInput, localNode, report, tensor } from "../context.ts";
import { fill, sizesOf, spread } from "../masks.ts";
import { toSize } from "../values.ts";
import { type BuiltinTable, tensorAt } from "./builtin.ts";

export const indexingBuiltins: BuiltinTable = {
  lookup: {
    signature: "lookup(table: f32[N, ...], indices: i32[...]) -> f32[..., ...]",
    doc: "The table's rows at the given numbers.",
    arguments: [2, 2],
    named: [],
    call(e, call) {
      const [table, indices] = [tensorAt(e, call, 0), tensorAt(e, call, 1)];
      if (table === undefined || indices === undefined) return undefined;
      if (indices.dtype !== "i32" || table.axes.length === 0) {
        report(e, wrongKind, {
          span: call.span,
          expected: "a table and whole numbers (i32)",
          found: `${printTensor(table)} and ${printTensor(indices)}`,
        });
        return undefined;
      }
      const node = emit(e, call.span, "gather", [localNode(e, table), localNode(e, indices)]);
      return tensor(e, node, [...indices.axes, ...table.axes.slice(1)], indices.masks);
    },
  },
  onehot: {
    signature: "onehot(labels: i32[...], classes: dim) -> f32[..., classes]",
    doc: "1 at the class's place, 0 elsewhere.",
    arguments: [2, 2],
    named: [],
    call(e, call) {
      const labels = tensorAt(e, call, 0);
      const classes = call.positional[1];
      const size = classes === undefined ? undefined : toSize(e, classes.span, classes.value);
      if (labels === undefined || size === undefined) return undefined;
      const name = classes?.value.kind === "size" ? classes.value.axis : undefined;
      const axes: Axis[] = [...labels.axes, { name, size, origin: call.span }];
      const shape = sizesOf(axes);
      const cast =
        labels.dtype === "i32" ? emit(e, call.span, "cast", [localNode(e, labels)], { dtype: "f32" }) : localNode(e, labels);
      const wide = spread(
        e,
        call.span,
        cast,
        labels.axes.map((_, at) => at),
        shape,
      );
      const numbers = emit(e, call.span, "iota", [], { sizes: [...shape], axis: shape.length - 1, dtype: "f32" });
      return tensor(e, emit(e, call.span, "equal", [wide, numbers]), axes, labels.masks);
    },
  },
  rows: {
    signature: "rows(bank: f32[samples, ...]) -> f32[B, ...]",
    doc: "A bank's rows for the samples of this batch.",
    arguments: [1, 1],
    named: [],
    call(e, call) {
      const [only] = call.positional;
      if (only?.value.kind !== "bank" || !only.value.keyed) {
        if (only !== undefined && only.value.kind !== "unknown") {
          report(e, wrongKind, { span: only.span, expected: "a bank keyed by samples", found: printType(only.value) });
        }
        return undefined;
      }
      const table = only.value.tensor;
      const index = graphInput(e, `${only.value.parameter}#index`, [symbolDim("B")], "i32");
      const node = emit(e, call.span, "gather", [localNode(e, table), localNode(e, index)]);
      return tensor(e, node, [{ name: "B", size: symbolDim("B"), origin: undefined }, ...table.axes.slice(1)]);
    },
  },
  same: {
    signature: "same(first: dim, second: dim) -> f32[first, second]",
    doc: "1 where the positions along two axes are equal, else 0: the diagonal of a table of pairs.",
    arguments: [0, 0],
    named: [],
    lazy: true,
    call(e, call) {
      const axes: Axis[] = [];
      for (const expression of call.expressions) {
        const bound = expression.kind === "name" ? expression.name : undefined;
        const value = bound === undefined ? undefined : lookUp(call.scope, bound)?.value;
        axes.push({
          name: value?.kind === "size" ? (value.axis ?? bound) : bound,
          size: value?.kind === "size" ? value.dim : (axes[0]?.size ?? symbolDim("B")),
          origin: expression.span,
        });
      }
      if (axes.length !== 2) {
        report(e, wrongKind, { span: call.span, expected: "two axes, `same(B, B2)`", found: `${axes.length}` });
        return undefined;
      }
      if (axes[0]?.size.key === "B") e.coupled.span ??= call.span;
      const shape = sizesOf(axes);
      const [first, second] = [0, 1].map((axis) => emit(e, call.span, "iota", [], { sizes: [...shape], axis, dtype: "f32" }));
      return tensor(e, emit(e, call.span, "equal", [first as number, second as number]), axes);
    },
  },
  present: {
    signature: "present(x: f32[B, ...]?) -> f32[B]",
    doc: "1 for the samples whose value is there, 0 for the others.",
    arguments: [1, 1],
    named: [],
    call(e, call) {
      const value = tensorAt(e, call, 0);
      if (value === undefined) return undefined;
      const batch = value.axes.findIndex((axis) => axis.name === "B");
      const axes = batch === -1 ? value.axes.slice(0, 1) : [value.axes[batch] as Axis];
      let node = fill(e, call.span, 1, sizesOf(axes));
      for (const mask of value.masks.filter(
        (own: Mask) => own.presence && own.axes.join() === axes.map((axis) => axis.name).join(),
      )) {
        node = emit(e, call.span, "multiply", [node, localNode(e, mask)]);
      }
      return tensor(e, node, axes);
    },
  },
};
