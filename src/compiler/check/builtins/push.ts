// `push`: a queue's new rows in, its oldest out (the memory queue of He et al. 2020).
import { widthsDiffer } from "../../diagnostics/records/types/widths-differ.ts";
import { constantDim } from "../../dims/dim.ts";
import { printTensor } from "../../types/print.ts";
import { emit, localNode, report, tensor } from "../context.ts";
import { sizesOf } from "../masks.ts";
import { type BuiltinTable, tensorAt } from "./builtin.ts";

export const pushBuiltins: BuiltinTable = {
  push: {
    signature: "push(queue: f32[N, ...], rows: f32[B, ...]) -> f32[N, ...]",
    doc: "The queue with the rows put in front and as many of the last rows dropped.",
    arguments: [2, 2],
    named: [],
    call(e, call) {
      const [queue, rows] = [tensorAt(e, call, 0), tensorAt(e, call, 1)];
      if (queue === undefined || rows === undefined) return undefined;
      const fits =
        queue.axes.length === rows.axes.length &&
        queue.axes.slice(1).every((axis, at) => axis.size.key === rows.axes[at + 1]?.size.key);
      if (!fits) {
        const items = [queue, rows].map((value, at) => ({
          name: at === 0 ? "queue" : "rows",
          type: printTensor(value),
          origin: undefined,
        }));
        report(e, widthsDiffer, { span: call.span, callee: "push", items });
        return undefined;
      }
      const joined = emit(e, call.span, "concat", [localNode(e, rows), localNode(e, queue)], { axis: 0 });
      const kept = emit(e, call.span, "slice", [joined], {
        starts: queue.axes.map(() => constantDim(0)),
        sizes: [...sizesOf(queue.axes)],
      });
      return tensor(e, kept, queue.axes);
    },
  },
};
