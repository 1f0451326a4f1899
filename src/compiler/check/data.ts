// `data` blocks: the schema of a file, and the batch that a model parameter of its type stands for.

import type { DataSchema, FieldAxis, FieldSchema, SplitSchema } from "../compiled.ts";
import { partsOverlap } from "../diagnostics/records/data/parts-overlap.ts";
import { duplicateName } from "../diagnostics/records/names/duplicate-name.ts";
import { unknownField } from "../diagnostics/records/names/unknown-field.ts";
import { badSplit } from "../diagnostics/records/training/bad-split.ts";
import { badFieldType } from "../diagnostics/records/types/bad-field-type.ts";
import { emptyRange } from "../diagnostics/records/types/empty-range.ts";
import { notStandardisable } from "../diagnostics/records/types/not-standardisable.ts";
import { symbolDim } from "../dims/dim.ts";
import { bind, isBound, type Scope } from "../names/scope.ts";
import { cover, type Span } from "../source/span.ts";
import type { DataItem, FieldDeclaration, SplitDeclaration, TensorType } from "../syntax/ast.ts";
import type { Axis, BatchValue, Mask, TensorValue } from "../types/value.ts";
import { type Elaboration, emit, graphInput, report } from "./context.ts";
import { encodedColumn, readEncoding } from "./encoding.ts";
import { evaluate } from "./expressions.ts";
import type { Program } from "./program.ts";
import { printPattern } from "./signatures.ts";
import { toInteger, toNumber, toSize } from "./values.ts";

const elements = new Set(["f32", "i32", "bool", "text"]);

export function declareData(program: Program, scope: Scope, item: DataItem): DataSchema {
  const e = program.constants;
  const first = new Map<string, Span>();
  for (const { name } of item.fields) {
    const earlier = first.get(name.text);
    if (earlier === undefined) first.set(name.text, name.span);
    else report(e, duplicateName, { span: name.span, name: name.text, first: earlier });
  }
  const fields = item.fields.flatMap((field) => declareField(program, scope, field) ?? []);
  const declared = new Set(fields.map((field) => field.name));
  program.brokenFields.set(
    item.name.text,
    item.fields.map((field) => field.name.text).filter((name) => !declared.has(name)),
  );
  const names = fields.map((field) => field.name);
  const standardise: string[] = [];
  for (const name of item.standardise) {
    const field = fields.find((candidate) => candidate.name === name.text);
    const reason = field === undefined ? undefined : whyNotStandardised(field);
    if (field !== undefined && reason !== undefined) {
      report(e, notStandardisable, { span: name.span, name: name.text, reason, declared: field.span });
    } else if (field !== undefined) standardise.push(name.text);
    else if (!first.has(name.text))
      report(e, unknownField, { span: name.span, name: name.text, of: `data ${item.name.text}`, candidates: names });
  }
  return {
    name: item.name.text,
    doc: item.doc,
    fields,
    file: item.file?.value,
    split: item.split === undefined ? undefined : declareSplit(e, scope, item.split, fields),
    standardise,
    span: item.span,
  };
}

function whyNotStandardised(field: FieldSchema): string | undefined {
  if (field.element === "labels") return "its values are classes, which have no mean";
  if (field.role === "target") return "it is a target, whose units the metrics report";
  if (field.role === "id") return "it is an identifier";
  return field.element === "f32" ? undefined : "its values are no measurements";
}

function declareField(program: Program, scope: Scope, field: FieldDeclaration): FieldSchema | undefined {
  const e = program.constants;
  const { type } = field;
  const refuse = (reason: string): undefined => {
    report(e, badFieldType, { span: type.span, field: field.name.text, reason });
    return undefined;
  };
  if (type.kind === "missing") return undefined;
  if (type.kind !== "tensor") return refuse("a field is a tensor: write its element type and its axes, `f32[B, F]`");
  const element = type.element.text;
  const labels = program.labels.get(element);
  if (!elements.has(element) && labels === undefined) {
    return refuse(`${element} is neither f32, i32, bool nor text, and no \`labels ${element} = …\` stands above`);
  }
  if (field.role === "target" && (field.optional || type.optional)) {
    return refuse("every sample has its target; leave unlabelled samples out, or take them as data `without` it");
  }
  if (element === "text" && field.role !== "id") return refuse("text can only be an `id`: a model reads numbers");
  const [batch] = type.axes;
  if (batch?.size === undefined || batch.size.kind !== "name" || batch.size.name !== "B") {
    return refuse(
      `the first axis of a field is the batch: \`${element}[B${type.axes.length > 0 ? ", …" : ""}]\`, not \`${printPattern(type)}\``,
    );
  }
  const axes = fieldAxes(program, scope, type);
  if (axes === undefined) return undefined;
  const range = field.range;
  const low = range === undefined ? undefined : toNumber(e, range.low.span, evaluate(e, scope, range.low));
  const high = range === undefined ? undefined : toNumber(e, range.high.span, evaluate(e, scope, range.high));
  if (range !== undefined && low !== undefined && high !== undefined && low >= high) {
    report(e, emptyRange, { span: cover(range.low.span, range.high.span), low, high });
  }
  const encoding =
    field.encoding === undefined
      ? undefined
      : readEncoding(program, scope, field.encoding, { name: field.name.text, role: field.role, element, axes });
  if (field.encoding !== undefined && encoding === undefined) return undefined;
  return {
    name: field.name.text,
    role: field.role,
    element: labels === undefined ? (element as FieldSchema["element"]) : "labels",
    axes,
    optional: field.optional || type.optional,
    range: low === undefined || high === undefined ? undefined : { low, high },
    labels: labels?.members,
    column: encoding === undefined ? (field.from?.text ?? field.name.text) : encodedColumn(encoding),
    ...(encoding === undefined ? {} : { encoding }),
    span: field.span,
  };
}

/** The axes after B. A name declared nowhere is a size that the file's header decides. */
function fieldAxes(program: Program, scope: Scope, type: TensorType): readonly FieldAxis[] | undefined {
  const e = program.constants;
  const axes: FieldAxis[] = [];
  for (const axis of type.axes.slice(1)) {
    const { size } = axis;
    if (size === undefined) {
      report(e, badFieldType, { span: axis.span, field: type.element.text, reason: "`...` has no meaning in a field's type" });
      return undefined;
    }
    if (size.kind === "name" && !isBound(scope, size.name)) {
      program.dimensions.set(size.name, { symbol: size.name, kind: "data", bound: undefined, span: size.span });
      bind(scope, size.name, { kind: "size", dim: symbolDim(size.name), axis: size.name }, size.span, { count: 1 });
    }
    const value = evaluate(e, scope, size);
    const dim = toSize(e, size.span, value);
    if (dim === undefined) return undefined;
    const name = value.kind === "size" ? value.axis : undefined;
    axes.push({ size: dim, name, ragged: program.dimensions.get(dim.key)?.kind === "ragged" });
  }
  return axes;
}

function declareSplit(
  e: Elaboration,
  scope: Scope,
  split: SplitDeclaration,
  fields: readonly FieldSchema[],
): SplitSchema | undefined {
  const columnOf = (name: string): string => fields.find((field) => field.name === name)?.column ?? name;
  if (split.by !== undefined) {
    const parts: Record<string, readonly (number | string)[]> = {};
    for (const part of split.parts) {
      const value = evaluate(e, scope, part.value);
      const items = value.kind === "list" ? value.items : [value];
      const plain = items.flatMap((item) =>
        item.kind === "number" || item.kind === "string" ? [item.value] : item.kind === "member" ? [item.name] : [],
      );
      if (plain.length < items.length) {
        report(e, badSplit, { span: part.value.span, reason: "a part lists values of the column: numbers or texts" });
        return undefined;
      }
      for (const [first, values] of Object.entries(parts)) {
        const shared = plain.find((value) => values.some((known) => String(known) === String(value)));
        if (shared === undefined) continue;
        report(e, partsOverlap, { span: part.value.span, first, second: part.key.text, value: String(shared) });
        break;
      }
      parts[part.key.text] = plain;
    }
    return { kind: "column", column: columnOf(split.by.text), parts };
  }
  const parts: Record<string, number> = {};
  let total = 0;
  for (const part of split.parts) {
    const share = toNumber(e, part.value.span, evaluate(e, scope, part.value));
    if (share === undefined) return undefined;
    parts[part.key.text] = share;
    total += share;
  }
  if (Math.abs(total - 1) > 1e-9) {
    report(e, badSplit, { span: split.span, reason: `the shares add up to ${Math.round(total * 1e6) / 1e4}%, not 100%` });
  }
  const seed = split.seed === undefined ? 0 : (toInteger(e, split.seed.span, evaluate(e, scope, split.seed)) ?? 0);
  return {
    kind: "random",
    parts,
    seed,
    stratify: split.stratify === undefined ? undefined : columnOf(split.stratify.text),
    group: split.group === undefined ? undefined : columnOf(split.group.text),
  };
}

const batchAxis: Axis = { name: "B", size: symbolDim("B"), origin: undefined };

/** What a model parameter of a data block's type stands for: its fields' batches, with their masks. */
export function batchValue(
  e: Elaboration,
  program: Program,
  parameter: string,
  schema: DataSchema,
  without: readonly string[],
): BatchValue {
  const lengths = new Map<string, Mask>();
  return {
    kind: "batch",
    parameter,
    schema,
    without,
    broken: program.brokenFields.get(schema.name) ?? [],
    read(field) {
      // Of two axes with one name only the first is found by it: a name must stand for one axis.
      const isFirst = (at: number): boolean => field.axes.findIndex((axis) => axis.name === field.axes[at]?.name) === at;
      const named = field.axes.map(({ name, size }, at) => ({ name: isFirst(at) ? name : undefined, size, origin: field.span }));
      const axes: Axis[] = [batchAxis, ...named];
      const dtype = field.element === "i32" || field.element === "labels" ? "i32" : "f32";
      const held = graphInput(
        e,
        `${parameter}.${field.name}`,
        axes.map((axis) => axis.size),
        dtype,
      );
      const masks: Mask[] = [];
      for (const axis of field.axes) {
        if (!axis.ragged || axis.name === undefined) continue;
        let mask = lengths.get(axis.name);
        if (mask === undefined) {
          mask = lengthMask(e, parameter, axis.name, axis, field.span);
          lengths.set(axis.name, mask);
        }
        masks.push(mask);
      }
      if (field.optional) {
        const present = graphInput(e, `${parameter}#present.${field.name}`, [batchAxis.size], "f32");
        masks.push({ ...present, axes: ["B"], presence: true, of: [field.name] });
      }
      const value: TensorValue = { kind: "tensor", ...held, dtype, axes, masks };
      const labels = [...program.labels.values()].find((declared) => declared.members === field.labels);
      return labels === undefined ? value : { ...value, labels: labels.name };
    },
  };
}

/** f32[B, T]: 1 up to each sample's length. Made in the model's own graph, whatever frame asks first. */
function lengthMask(e: Elaboration, parameter: string, name: string, axis: FieldAxis, span: Span): Mask {
  const frame = e.frame;
  e.frame = e.root;
  try {
    const shape = [batchAxis.size, axis.size];
    const length = graphInput(e, `${parameter}#length.${name}`, [batchAxis.size], "i32");
    const lengths = emit(e, span, "cast", [length.node], { dtype: "f32" });
    const wide = emit(e, span, "broadcast", [lengths], { sizes: shape, axes: [0] });
    const places = emit(e, span, "iota", [], { sizes: shape, axis: 1, dtype: "f32" });
    return { node: emit(e, span, "less", [places, wide]), owner: e.root.builder, axes: ["B", name], presence: false, of: [] };
  } finally {
    e.frame = frame;
  }
}
