// `scan`: a loop over a ragged or plain dimension. The body becomes a graph of its own that captures outer values;
// at a padded step the carry keeps its value, so that padding reaches neither the final carry nor any real step.

import { listOf } from "../diagnostics/records/example.ts";
import { unknownName } from "../diagnostics/records/names/unknown-name.ts";
import { carryDiffers } from "../diagnostics/records/types/carry-differs.ts";
import { missingNext } from "../diagnostics/records/types/missing-next.ts";
import { graphBuilder } from "../ir/builder.ts";
import { bind, childScope, lookUp, type Scope, visibleNames } from "../names/scope.ts";
import type { NextStatement, ScanExpression } from "../syntax/ast.ts";
import { printTensor, printType } from "../types/print.ts";
import { type Axis, type Mask, type TensorValue, unknown, type Value } from "../types/value.ts";
import { findAxis } from "./axes.ts";
import { evaluateBlock } from "./blocks.ts";
import { checkLength } from "./builtins/reductions.ts";
import { type Elaboration, emit, type Frame, localNode, report, tensor } from "./context.ts";
import { evaluate } from "./expressions.ts";
import { combine, masksOver, sizesOf, spread } from "./masks.ts";
import { toTensor } from "./values.ts";

interface Sequence {
  readonly name: string;
  readonly value: TensorValue;
  readonly position: number;
}

const moveFirst = (rank: number, position: number): number[] => [
  position,
  ...Array.from({ length: rank }, (_, at) => at).filter((at) => at !== position),
];

export function evaluateScan(e: Elaboration, scope: Scope, expression: ScanExpression): Value {
  const { span } = expression;
  const sequences: Sequence[] = [];
  for (const name of expression.sequences) {
    const bound = lookUp(scope, name.text);
    if (bound === undefined) {
      report(e, unknownName, { span: name.span, name: name.text, candidates: visibleNames(scope) });
      return unknown;
    }
    const value = toTensor(e, name.span, bound.value);
    if (value === undefined) return unknown;
    const position = findAxis(e, scope, { kind: "name", name: expression.over.text, span: expression.over.span }, value);
    if (position === undefined || !checkLength(e, name.span, value, [position])) return unknown;
    sequences.push({ name: name.text, value, position });
  }
  const [first] = sequences;
  if (first === undefined) return unknown;
  const carries: { name: string; initial: TensorValue }[] = [];
  for (const carry of expression.carries) {
    const initial = toTensor(e, carry.initial.span, evaluate(e, scope, carry.initial));
    if (initial === undefined) return unknown;
    carries.push({ name: carry.name.text, initial });
  }
  const timeAxis = first.value.axes[first.position] as Axis;
  const stepMasks = sequences.flatMap(({ value, position }) => masksOver(value, [position]));
  const combined = combine(e, span, first.value.axes, stepMasks);
  const maskAxes = combined?.positions.filter((at) => at !== first.position).map((at) => first.value.axes[at] as Axis) ?? [];
  const initials = carries.map(({ initial }) => localNode(e, initial));
  const streams = sequences.map(({ value, position }) =>
    emit(e, span, "transpose", [localNode(e, value)], { permutation: moveFirst(value.axes.length, position) }),
  );
  if (combined !== undefined) {
    const at = combined.positions.indexOf(first.position);
    streams.push(emit(e, span, "transpose", [combined.node], { permutation: moveFirst(combined.positions.length, at) }));
  }

  // The body, in a frame of its own.
  const outer = e.frame;
  const frame: Frame = { builder: graphBuilder(), parent: outer, captures: new Map() };
  e.frame = frame;
  const inner = childScope(scope);
  const outputs: Record<string, number> = {};
  let result: TensorValue | undefined;
  try {
    for (const [at, { name, value, position }] of sequences.entries()) {
      const axes = value.axes.filter((_, index) => index !== position);
      const node = emit(e, span, "input", [], { name: `slice.${at}`, sizes: [...sizesOf(axes)], dtype: value.dtype });
      const dropped = masksOver(value, [position]);
      const masks = value.masks.filter((mask) => !dropped.includes(mask));
      bind(inner, name, tensor(e, node, axes, masks, value.labels === undefined ? {} : { labels: value.labels }), span, {
        count: 1,
      });
    }
    const mask =
      combined === undefined
        ? undefined
        : emit(e, span, "input", [], { name: `slice.${sequences.length}`, sizes: [...sizesOf(maskAxes)], dtype: "f32" });
    const current = carries.map(({ name, initial }, at) => {
      const node = emit(e, span, "input", [], { name: `carry.${at}`, sizes: [...sizesOf(initial.axes)], dtype: initial.dtype });
      const value = tensor(e, node, initial.axes, initial.masks);
      bind(inner, name, value, span, { count: 1 });
      return value;
    });
    const next = new Map<string, TensorValue>();
    const value = evaluateBlock(e, inner, expression.body, {
      next: (at, statement) => readNext(e, at, statement, carries, next),
    });
    for (const [at, { name }] of carries.entries()) {
      const made = next.get(name);
      const held = current[at] as TensorValue;
      if (made === undefined) {
        report(e, missingNext, { span, name });
        return unknown;
      }
      let node = localNode(e, made);
      if (mask !== undefined) {
        const positions = maskAxes.map((axis) => held.axes.findIndex((other) => other.name === axis.name));
        if (positions.includes(-1)) {
          report(e, carryDiffers, {
            span,
            name,
            was: printTensor(held),
            becomes: `needs the axes ${maskAxes.map((axis) => axis.name).join(", ")}`,
          });
          return unknown;
        }
        node = emit(e, span, "select", [spread(e, span, mask, positions, sizesOf(held.axes)), node, held.node]);
      }
      outputs[`carry.${at}`] = node;
    }
    if (value !== undefined) {
      result = toTensor(e, span, value);
      if (result === undefined) return unknown;
      outputs["out.0"] = localNode(e, result);
    }
  } finally {
    e.frame = outer;
  }

  const captured = [...frame.captures.values()];
  const constants = captured.map(({ outer: held }) => localNode(e, held));
  const body = frame.builder.finish(outputs);
  const loop = emit(
    e,
    span,
    "scan",
    [...initials, ...streams, ...constants],
    {
      carries: carries.length,
      sequences: streams.length,
      constants: constants.length,
      outputs: result === undefined ? 0 : 1,
      reverse: expression.backward,
    },
    body,
  );
  if (result === undefined) {
    const [carry] = carries;
    return carry === undefined
      ? unknown
      : tensor(e, emit(e, span, "part", [loop], { index: 0 }), carry.initial.axes, carry.initial.masks);
  }
  const stacked = emit(e, span, "part", [loop], { index: carries.length });
  const place = Math.min(first.position, result.axes.length);
  const axes = [...result.axes.slice(0, place), timeAxis, ...result.axes.slice(place)];
  const order = [
    ...Array.from({ length: place }, (_, at) => at + 1),
    0,
    ...result.axes.slice(place).map((_, at) => at + place + 1),
  ];
  const masks: Mask[] = [...stepMasks, ...result.masks.filter((own) => own.owner !== frame.builder)];
  const names = new Set(axes.map((axis) => axis.name));
  return tensor(
    e,
    emit(e, span, "transpose", [stacked], { permutation: order }),
    axes,
    masks.filter((own) => own.axes.every((name) => names.has(name))),
  );
}

function readNext(
  e: Elaboration,
  scope: Scope,
  statement: NextStatement,
  carries: readonly { readonly name: string; readonly initial: TensorValue }[],
  next: Map<string, TensorValue>,
): void {
  const { text, span } = statement.name;
  const carry = carries.find(({ name }) => name === text);
  const value = evaluate(e, scope, statement.value);
  if (carry === undefined) {
    const names = carries.map(({ name }) => name);
    report(e, unknownName, { span, name: text, candidates: names, known: `the loop carries ${listOf(names, "and")}` });
    // A carry that seems to lack its next value is the same mistake.
    for (const { name, initial } of carries) if (!next.has(name)) next.set(name, initial);
    return;
  }
  const made = toTensor(e, statement.value.span, value);
  if (made === undefined) {
    next.set(text, carry.initial);
    return;
  }
  const same =
    made.axes.length === carry.initial.axes.length &&
    made.axes.every((axis, at) => axis.size.key === carry.initial.axes[at]?.size.key);
  if (!same)
    report(e, carryDiffers, {
      span: statement.value.span,
      name: text,
      was: printTensor(carry.initial),
      becomes: printType(made),
    });
  next.set(text, same ? made : carry.initial);
}
