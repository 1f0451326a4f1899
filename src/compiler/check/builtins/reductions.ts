// Reductions: everything that reads across an axis. Each counts real entries only.

import { lengthLost } from "../../diagnostics/records/types/length-lost.ts";
import { widthsDiffer } from "../../diagnostics/records/types/widths-differ.ts";
import { symbolsOf } from "../../dims/dim.ts";
import type { Span } from "../../source/span.ts";
import { printTensor } from "../../types/print.ts";
import type { Axis, TensorValue, Value } from "../../types/value.ts";
import type { BuiltinCall } from "../calls.ts";
import { type Elaboration, emit, localNode, report, tensor } from "../context.ts";
import { binary, fitTo, unary } from "../elementwise.ts";
import { maskedMax, maskedMean, maskedSoftmax, maskedSum, masksOver, selectReal, sizesOf, spread } from "../masks.ts";
import { sumPresent } from "../optional.ts";
import { numberValue, toTensor } from "../values.ts";
import { axesNamed, type Builtin, type BuiltinTable, numberNamed, requiredAxis, tensorAt } from "./builtin.ts";

/** Refuses to count along a ragged axis whose lengths an earlier step has lost. */
export function checkLength(e: Elaboration, span: Span, value: TensorValue, positions: readonly number[]): boolean {
  for (const position of positions) {
    const axis = value.axes[position] as Axis;
    const ragged = [...symbolsOf(axis.size)].some((symbol) => e.dimensions.get(symbol)?.kind === "ragged");
    if (ragged && masksOver(value, [position]).length === 0) {
      report(e, lengthLost, { span, axis: axis.name ?? axis.size.key, found: printTensor(value) });
      return false;
    }
  }
  return true;
}

type Reduce = (e: Elaboration, span: Span, value: TensorValue, positions: readonly number[]) => TensorValue;

const all = (value: TensorValue): readonly number[] => value.axes.map((_, at) => at);

/** Tensors of one shape for a collector over members; undefined after a diagnostic. */
export function sameShapes(e: Elaboration, call: BuiltinCall): readonly TensorValue[] | undefined {
  const values: TensorValue[] = [];
  for (const argument of call.positional) {
    const value =
      argument.value.kind === "number"
        ? tensor(e, fitTo(e, argument.span, argument.value, []), [])
        : toTensor(e, argument.span, argument.value);
    if (value === undefined) return undefined;
    values.push(value);
  }
  const [first] = values;
  const differs = values.some(
    (value) =>
      value.axes.length !== first?.axes.length || value.axes.some((axis, at) => axis.size.key !== first.axes[at]?.size.key),
  );
  if (!differs) return values;
  report(e, widthsDiffer, { span: call.span, callee: call.name, items: describeItems(call, values) });
  return undefined;
}

/** The values of a call for a message, each by its member, the name it was given under, or its place. */
export function describeItems(
  call: BuiltinCall,
  values: readonly TensorValue[],
): readonly { readonly name: string; readonly type: string; readonly origin: Span | undefined }[] {
  const piped = call.positional.length - call.expressions.length;
  const written = (at: number): string | undefined => {
    // An argument that is a list stands for several values: places and arguments then differ.
    const expression = values.length === call.positional.length ? call.expressions[at - piped] : undefined;
    return expression?.kind === "name" ? expression.name : undefined;
  };
  return values.map((value, at) => ({
    name: call.members?.[at]?.join(", ") ?? written(at) ?? `${at + 1}`,
    type: printTensor(value),
    origin: value.axes.findLast((axis) => axis.origin !== undefined)?.origin,
  }));
}

function reduction(
  name: string,
  doc: string,
  reduce: Reduce,
  collectMembers: (e: Elaboration, call: BuiltinCall, values: readonly TensorValue[]) => Value | undefined,
): Builtin {
  return {
    signature: `${name}(x: f32[...], over: dim | [dim] = all) -> f32[...]; ${name}(x[m] for m in M)`,
    doc,
    arguments: [1, 1],
    named: ["over"],
    call(e, call) {
      const [only] = call.positional;
      if (call.members === undefined && only?.value.kind === "gaussian" && name === "mean") return only.value.mean;
      if (call.members === undefined && only?.value.kind !== "list") {
        const value = tensorAt(e, call, 0);
        if (value === undefined) return undefined;
        const positions = call.named.has("over") ? axesNamed(e, call, "over", value) : all(value);
        if (positions === undefined || !checkLength(e, call.span, value, positions)) return undefined;
        return positions.length === 0 ? value : reduce(e, call.span, value, positions);
      }
      const listed =
        only?.value.kind === "list" && call.members === undefined
          ? { ...call, positional: only.value.items.map((value) => ({ value, span: only.span })) }
          : call;
      if (listed.positional.length > 0 && listed.positional.every(({ value }) => value.kind === "number")) {
        const numbers = listed.positional.map(({ value }) => (value.kind === "number" ? value.value : 0));
        const sum = numbers.reduce((left, right) => left + right, 0);
        return numberValue(name === "max" ? Math.max(...numbers) : name === "mean" ? sum / numbers.length : sum);
      }
      if (listed.positional.length === 0) return numberValue(0);
      const values = sameShapes(e, listed);
      return values === undefined ? undefined : collectMembers(e, listed, values);
    },
  };
}

const extreme =
  (op: "maximum" | "minimum") =>
  (e: Elaboration, call: BuiltinCall, values: readonly TensorValue[]): Value | undefined =>
    values.reduce<TensorValue | undefined>(
      (left, right) => (left === undefined ? right : binary(e, call.span, op, call.name, left, right)),
      undefined,
    );

function along(
  name: string,
  doc: string,
  compute: (e: Elaboration, span: Span, value: TensorValue, position: number) => Value | undefined,
): Builtin {
  return {
    signature: `${name}(x: f32[...], over: dim) -> f32[...]`,
    doc,
    arguments: [1, 1],
    named: ["over"],
    call(e, call) {
      const value = tensorAt(e, call, 0);
      const position = value === undefined ? undefined : requiredAxis(e, call, "over", value);
      if (value === undefined || position === undefined || !checkLength(e, call.span, value, [position])) return undefined;
      return compute(e, call.span, value, position);
    },
  };
}

const others = (value: TensorValue, position: number): readonly number[] => all(value).filter((at) => at !== position);

/** Stretches a reduction's result back along the axis it removed. */
const back = (e: Elaboration, span: Span, part: TensorValue, value: TensorValue, position: number): TensorValue =>
  tensor(e, spread(e, span, part.node, others(value, position), sizesOf(value.axes)), value.axes, value.masks);

const maskedMin: Reduce = (e, span, value, positions) =>
  unary(e, span, "negate", maskedMax(e, span, unary(e, span, "negate", value), positions));

export const reductionBuiltins: BuiltinTable = {
  sum: reduction("sum", "Sum over axes, or over members: absent ones drop out.", maskedSum, (e, call, values) =>
    sumPresent(e, call.span, values, false),
  ),
  mean: reduction(
    "mean",
    "Mean over the real entries of axes, or over the members that are present; of a distribution, its mean.",
    maskedMean,
    (e, call, values) => sumPresent(e, call.span, values, true),
  ),
  max: reduction("max", "Largest real entry; equal ones share the gradient.", maskedMax, extreme("maximum")),
  min: reduction("min", "Smallest real entry; equal ones share the gradient.", maskedMin, extreme("minimum")),
  product: {
    signature: "product(x[m] for m in M) -> f32[...]",
    doc: "Product over members.",
    arguments: [1, 64],
    named: [],
    call(e, call) {
      const values = sameShapes(e, call);
      return values?.reduce<TensorValue | undefined>(
        (left, right) => (left === undefined ? right : binary(e, call.span, "multiply", "product", left, right)),
        undefined,
      );
    },
  },
  argmax: along(
    "argmax",
    "Position of the largest real entry (the first of equal ones), i32; no gradient.",
    (e, span, value, position) => {
      const relevant = masksOver(value, [position]);
      const node = emit(e, span, "argmax", [selectReal(e, span, value, relevant, -1e30)], { axis: position });
      return tensor(
        e,
        node,
        value.axes.filter((_, at) => at !== position),
        value.masks.filter((mask) => !relevant.includes(mask)),
      );
    },
  ),
  softmax: along(
    "softmax",
    "exp(x) over its sum among the real entries of an axis; padded entries give 0.",
    (e, span, value, position) => maskedSoftmax(e, span, value, position, false),
  ),
  log_softmax: along("log_softmax", "Logarithm of softmax, computed stably.", (e, span, value, position) =>
    maskedSoftmax(e, span, value, position, true),
  ),
  logsumexp: along(
    "logsumexp",
    "log of the sum of exp(x) among the real entries, computed stably.",
    (e, span, value, position) => {
      const top = maskedMax(e, span, value, [position]);
      const fixed = { ...top, node: emit(e, span, "stop", [top.node]) };
      const centred = binary(e, span, "subtract", "-", value, back(e, span, fixed, value, position));
      if (centred === undefined) return undefined;
      const relevant = masksOver(centred, [position]);
      const safe = { ...centred, node: selectReal(e, span, centred, relevant, -1e30) };
      const sum = maskedSum(e, span, unary(e, span, "exp", safe), [position]);
      const floor = binary(e, span, "maximum", "max", sum, numberValue(1e-30));
      return floor === undefined ? undefined : binary(e, span, "add", "+", unary(e, span, "log", floor), fixed);
    },
  ),
  variance: along(
    "variance",
    "Mean squared distance from the mean of the real entries (divided by n).",
    (e, span, value, position) => {
      const mean = back(e, span, maskedMean(e, span, value, [position]), value, position);
      const centred = binary(e, span, "subtract", "-", value, mean);
      const squared = centred === undefined ? undefined : binary(e, span, "multiply", "*", centred, centred);
      return squared === undefined ? undefined : maskedMean(e, span, squared, [position]);
    },
  ),
  norm: {
    signature: "norm(x: f32[...], over: dim, epsilon: float = 1e-12) -> f32[...]",
    doc: "Euclidean length along an axis, sqrt(sum of squares + epsilon), so that the gradient at 0 is finite.",
    arguments: [1, 1],
    named: ["over", "epsilon"],
    call: (e, call) => length(e, call)?.norm,
  },
  normalize: {
    signature: "normalize(x: f32[...], over: dim, epsilon: float = 1e-12) -> f32[...]",
    doc: "x divided by its Euclidean length along an axis.",
    arguments: [1, 1],
    named: ["over", "epsilon"],
    call(e, call) {
      const found = length(e, call);
      if (found === undefined) return undefined;
      return binary(e, call.span, "divide", "/", found.value, back(e, call.span, found.norm, found.value, found.position));
    },
  },
};

function length(e: Elaboration, call: BuiltinCall): { value: TensorValue; norm: TensorValue; position: number } | undefined {
  const value = tensorAt(e, call, 0);
  const epsilon = numberNamed(e, call, "epsilon", 1e-12);
  const position = value === undefined ? undefined : requiredAxis(e, call, "over", value);
  if (value === undefined || position === undefined || epsilon === undefined) return undefined;
  if (!checkLength(e, call.span, value, [position])) return undefined;
  const node = localNode(e, value);
  const squared = { ...value, node: emit(e, call.span, "multiply", [node, node]), owner: e.frame.builder };
  const sum = binary(e, call.span, "add", "+", maskedSum(e, call.span, squared, [position]), numberValue(epsilon));
  return sum === undefined ? undefined : { value, norm: unary(e, call.span, "sqrt", sum), position };
}
