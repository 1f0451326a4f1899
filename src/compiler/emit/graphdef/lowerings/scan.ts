// The loop `scan`: a functional While whose state is the step's number, the carries, a list for each stacked output, and
// what the loop only reads. The bodies are functions of the graph.
import { scanCounts, scanInputNames } from "../../../ops/support/scan-layout.ts";
import { full, type Lowered, type Lowering, operandAt, scalar, vector } from "../lowering.ts";
import type { Argument, DataType, FunctionRecord } from "../records.ts";
import { functionScope, type Library, type Output, parameterValue, type Scope, typed } from "../scope.ts";

interface State extends Argument {
  readonly shape: readonly number[];
  readonly start: Output;
}

export const scan =
  (library: Library): Lowering =>
  (node, operands, context) => {
    const { scope } = context;
    const body = node.body;
    if (body === undefined) throw new RangeError("a scan needs a body");
    const counts = scanCounts(node.attributes);
    const length = operandAt(operands, counts.carries).declared[0] as number;
    const outputs = Array.from({ length: counts.outputs }, (_, k) => {
      const { shape, dtype } = body.nodes[body.outputs[`out.${k}`] ?? -1] ?? { shape: [], dtype: "f32" as const };
      return { name: `list_${k}`, shape, dtype };
    });
    const inputs = scanInputNames(counts).map((name, at): State => {
      const operand = operandAt(operands, at);
      return { name: argumentName(name), type: operand.dtype, shape: operand.declared, start: full(scope, operand) };
    });
    const lists = outputs.map(({ name, shape, dtype }): State => {
      const start = scope.add("TensorListReserve", [vector(scope, shape), scalar(scope, length, "i32")], {
        ...typed(dtype, "element_dtype"),
        ...typed("i32", "shape_type"),
      });
      return { name, type: "variant", shape: [], start };
    });
    const step: State = { name: "step", type: "i32", shape: [], start: scalar(scope, 0, "i32") };
    const state = [step, ...inputs, ...lists];

    const build = (name: string): FunctionRecord => {
      const inner = functionScope(library, name, state);
      const at = parameterValue("step");
      const last = scalar(inner, length - 1, "i32");
      const entry = counts.reverse ? inner.add("Sub", [last, at], typed("i32")) : at;
      const given = inputs.map(({ name: argument, type }, k): [string, Output] => {
        const value = parameterValue(argument);
        const isSequence = k >= counts.carries && k < counts.carries + counts.sequences;
        return [scanInputNames(counts)[k] as string, isSequence ? entryOf(inner, value, entry, type) : value];
      });
      const results = context.lowerBody(inner, body, Object.fromEntries(given));
      const next = (argument: State, k: number): Output => {
        if (k === 0) return inner.add("AddV2", [at, scalar(inner, 1, "i32")], typed("i32"));
        if (k <= counts.carries) return results[`carry.${k - 1}`] as Output;
        const list = k - 1 - inputs.length;
        if (list < 0) return parameterValue(argument.name);
        const item = results[`out.${list}`] as Output;
        const element = typed(outputs[list]?.dtype ?? "f32", "element_dtype");
        return inner.add("TensorListSetItem", [parameterValue(argument.name), entry, item], element);
      };
      const values = state.map((argument, k) => ({ ...resultOf(argument), value: inner.reference(next(argument, k)) }));
      return { name, arguments: state.map(bare), results: values, nodes: inner.nodes, effects: [], attributes: {} };
    };
    const runs = scope.define((name): FunctionRecord => {
      const inner = functionScope(library, name, state);
      const more = inner.add("Less", [parameterValue("step"), scalar(inner, length, "i32")], typed("i32"));
      const results = [{ name: "more", type: "bool" as const, value: inner.reference(more) }];
      return { name, arguments: state.map(bare), results, nodes: inner.nodes, effects: [], attributes: {} };
    });
    const loop = scope.add(
      "StatelessWhile",
      state.map(({ start }) => start),
      {
        T: { types: state.map(({ type }) => type) },
        cond: { called: runs },
        body: { called: scope.define(build) },
        output_shapes: { shapes: state.map(({ shape }) => shape) },
        parallel_iterations: { integer: 10 },
        // Single operations loop faster than functions are called; XLA takes the functions only.
        _lower_using_switch_merge: { boolean: !library.compiled },
      },
    );
    const carries = inputs.slice(0, counts.carries).map(({ shape }, k): Lowered => ({ output: { ...loop, at: k + 1 }, shape }));
    const stacked = outputs.map(({ shape, dtype }, k): Lowered => {
      const list = { ...loop, at: 1 + inputs.length + k };
      const attributes = { ...typed(dtype, "element_dtype"), num_elements: { integer: length } };
      return { output: scope.add("TensorListStack", [list, vector(scope, shape)], attributes), shape: [length, ...shape] };
    });
    return [...carries, ...stacked];
  };

/** `carry.0` as TensorFlow allows arguments to be called. */
const argumentName = (name: string): string => name.replace(".", "_");
const bare = ({ name, type }: State): Argument => ({ name, type });
const resultOf = ({ name, type }: State): Argument => ({ name: `${name}_next`, type });

function entryOf(scope: Scope, sequence: Output, at: Output, type: DataType): Output {
  const attributes = { ...typed(type, "Tparams"), ...typed("i32", "Tindices"), ...typed("i32", "Taxis") };
  return scope.add("GatherV2", [sequence, at, scalar(scope, 0, "i32")], attributes);
}
