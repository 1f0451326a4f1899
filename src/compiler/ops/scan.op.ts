// The loop `scan`: a recurrence along the first axis of its sequences; its body is a graph.
import type { Tensor } from "@tensorflow/tfjs-core";
import { type Operation, type Reference, ShapeError, type Tfjs, type ValueType } from "./operation.ts";
import { elementCount, inputAt, makeReference } from "./support/arrays.ts";
import { scanGradient } from "./support/scan-gradient.ts";
import { scanCounts, scanInputNames } from "./support/scan-layout.ts";
import { describeType, shapesEqual, surelyDiffer } from "./support/types.ts";
import { scanParts, valueType } from "./support/value-type.ts";

function requireSameType(what: string, found: ValueType, expected: ValueType): void {
  if (found.dtype !== expected.dtype || !shapesEqual(found.shape, expected.shape)) {
    throw new ShapeError("scan", `${what} is ${describeType(found)} in the loop's body, but ${describeType(expected)} outside`);
  }
}

/** Slice `t` along the first axis. */
function referenceSlice(x: Reference, t: number): Reference {
  const shape = x.shape.slice(1);
  const length = elementCount(shape);
  return makeReference(shape, x.dtype, x.data.subarray(t * length, (t + 1) * length));
}

function tfjsSlice(tf: Tfjs, x: Tensor, t: number): Tensor {
  const rest = x.shape.slice(1);
  return tf.tidy(() => tf.reshape(tf.slice(x, [t, ...rest.map(() => 0)], [1, ...rest]), rest));
}

/** The body's result of that name. Throws where an executor left it out. */
function resultNamed<T>(results: Readonly<Record<string, T>>, name: string): T {
  const value = results[name];
  if (value === undefined) throw new RangeError(`the body of a scan did not give ${name}`);
  return value;
}

function bodyOf<Body>(body: Body | undefined): Body {
  if (body === undefined) throw new ShapeError("scan", "a scan needs a body");
  return body;
}

export const scan: Operation = {
  name: "scan",
  group: "loop",
  signature: "(...carries, ...sequences: [T, ...], ...constants) {carries, sequences, constants, outputs, reverse} body -> parts",
  doc: "Runs its body once for each of the T entries of the sequences, from the last one where `reverse` is set, and passes the carries on. The body reads carry.K, slice.K and const.K and gives carry.K and out.K. `part` takes the final carries and the outputs, which are stacked along a new first axis at the place of their step.",
  infer(inputs, attributes, body) {
    const layout = scanCounts(attributes);
    const graph = bodyOf(body);
    const names = scanInputNames(layout);
    if (inputs.length !== names.length || layout.sequences < 1) {
      throw new ShapeError(
        "scan",
        `a scan with this body takes ${names.length} inputs, among them a sequence, not ${inputs.length}`,
      );
    }
    const sequences = inputs.slice(layout.carries, layout.carries + layout.sequences);
    const length = sequences[0]?.shape[0];
    for (const sequence of sequences) {
      const own = sequence.shape[0];
      if (length === undefined || own === undefined || surelyDiffer(own, length)) {
        throw new ShapeError(
          "scan",
          `the sequences of a scan must be equally long, not ${sequences.map(describeType).join(" and ")}`,
        );
      }
    }
    const outside = new Map(
      names.map((name, k) => {
        const input = inputAt(inputs, k);
        return [name, name.startsWith("slice.") ? { shape: input.shape.slice(1), dtype: input.dtype } : input];
      }),
    );
    graph.nodes.forEach((node, index) => {
      if (node.op !== "input") return;
      const name = String(node.attributes.name);
      const expected = outside.get(name);
      if (expected === undefined) throw new ShapeError("scan", `the body of a scan reads ${name}, which is none of its inputs`);
      requireSameType(name, valueType(graph.nodes, index), expected);
    });
    const parts = scanParts(graph, inputs, layout.carries, layout.outputs);
    for (let k = 0; k < layout.carries; k += 1) requireSameType(`the new carry.${k}`, inputAt(parts, k), inputAt(inputs, k));
    return { shape: [], dtype: "f32", parts };
  },
  gradient: scanGradient,
  reference(inputs, node, context) {
    const layout = scanCounts(node.attributes);
    const body = bodyOf(node.body);
    const names = scanInputNames(layout);
    const steps = inputAt(inputs, layout.carries).shape[0] as number;
    let carries = inputs.slice(0, layout.carries);
    const outputs: Reference[][] = Array.from({ length: layout.outputs }, () => []);
    for (let step = 0; step < steps; step += 1) {
      const t = layout.reverse ? steps - 1 - step : step;
      const feeds = names.map((name, k) => {
        if (k < layout.carries) return [name, inputAt(carries, k)] as const;
        return [name, name.startsWith("slice.") ? referenceSlice(inputAt(inputs, k), t) : inputAt(inputs, k)] as const;
      });
      const results = context.runBody(body, Object.fromEntries(feeds));
      carries = carries.map((_, k) => resultNamed(results, `carry.${k}`));
      outputs.forEach((stack, k) => {
        stack[t] = resultNamed(results, `out.${k}`);
      });
    }
    return [...carries, ...outputs.map((stack, k) => stackReferences(stack, body.nodes[body.outputs[`out.${k}`] ?? -1]))];
  },
  tfjs(inputs, node, { tf, runBody }) {
    const layout = scanCounts(node.attributes);
    const body = bodyOf(node.body);
    const names = scanInputNames(layout);
    const steps = inputAt(inputs, layout.carries).shape[0] as number;
    let carries = inputs.slice(0, layout.carries).map((carry) => tf.clone(carry));
    const outputs: Tensor[][] = Array.from({ length: layout.outputs }, () => []);
    for (let step = 0; step < steps; step += 1) {
      const t = layout.reverse ? steps - 1 - step : step;
      const slices = inputs
        .slice(layout.carries, layout.carries + layout.sequences)
        .map((sequence) => tfjsSlice(tf, sequence, t));
      const values = [...carries, ...slices, ...inputs.slice(layout.carries + layout.sequences)];
      const results = runBody(body, Object.fromEntries(names.map((name, k) => [name, inputAt(values, k)])));
      tf.dispose([...carries, ...slices]);
      carries = carries.map((_, k) => resultNamed(results, `carry.${k}`));
      outputs.forEach((stack, k) => {
        stack[t] = resultNamed(results, `out.${k}`);
      });
    }
    const stacked = outputs.map((stack) => tf.stack(stack));
    tf.dispose(outputs.flat());
    return [...carries, ...stacked];
  },
  flops: () => 0,
  samples: [],
};

function stackReferences(
  stack: readonly Reference[],
  like: { shape: readonly number[]; dtype: Reference["dtype"] } | undefined,
): Reference {
  if (like === undefined) throw new RangeError("the body of a scan lacks one of its outputs");
  const length = elementCount(like.shape);
  const result = makeReference([stack.length, ...like.shape], like.dtype);
  stack.forEach((value, t) => {
    result.data.set(value.data, t * length);
  });
  return result;
}
