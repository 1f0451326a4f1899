// `extension`: the call behind a TypeScript operation; specs reach it only through `use "./file.ts"`.
import { missingArgument } from "../../diagnostics/records/types/missing-argument.ts";
import { emit, report, tensor } from "../context.ts";
import { fit } from "../elementwise.ts";
import { sizesOf } from "../masks.ts";
import { toTensor } from "../values.ts";
import type { BuiltinTable } from "./builtin.ts";

export const extensionBuiltins: BuiltinTable = {
  extension: {
    signature: "extension(name: text, x: f32[...], …) -> f32[...]",
    doc: "Runs an operation written in TypeScript; the result has the shape of x.",
    arguments: [2, 9],
    named: [],
    call(e, call) {
      const [name, ...rest] = call.positional;
      if (name?.value.kind !== "string") {
        report(e, missingArgument, { span: call.span, name: "a name", callee: "extension", declared: undefined });
        return undefined;
      }
      const values = rest.map(({ value, span }) => toTensor(e, span, value));
      const [first] = values;
      if (first === undefined || values.some((value) => value === undefined)) return undefined;
      const nodes = values.flatMap((value) => (value === undefined ? [] : [fit(e, call.span, value, value.axes)]));
      const node = emit(e, call.span, "extension", nodes, { name: name.value.value, sizes: [...sizesOf(first.axes)], dtype: "f32" });
      return tensor(e, node, first.axes, values.flatMap((value) => value?.masks ?? []));
    },
  },
};
