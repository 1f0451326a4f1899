// Makes data for a data block from nothing: right types and shapes, and a planted signal, so that a spec can be tried and
// learns something before there are real data.
import type { DataSchema, DimensionInfo, FieldAxis, FieldSchema } from "../../compiler/compiled.ts";
import { constantValue, evaluateDim, type Sizes, symbolsOf } from "../../compiler/dims/dim.ts";
import { type RandomSequence, sequence } from "../../compiler/ir/random.ts";
import { type Column, type Columns, columnsOf } from "./formats/format.ts";
import { splitColumns } from "./split.ts";
import { textColumns } from "./synth-texts.ts";

export interface SynthOptions {
  readonly samples: number;
  readonly seed: number;
  /** `CompiledSpec.dimensions`: no sample is made longer than its ragged dimension allows. */
  readonly dimensions?: readonly DimensionInfo[];
}

/** Hidden causes a sample; inputs and targets are random linear maps of them. */
const causes = 4;
/** Size of a dimension that nothing fixes, and the longest of a ragged one. */
const openSize = 8;
const longestRagged = 12;
const absentShare = 0.15;

/**
 * Columns for a data block. Every input is a random linear map of four hidden causes plus noise, every target a random linear
 * map of the same causes (into its range, or the largest of one a class), so inputs predict targets. Ragged dimensions get
 * lengths and a `NAME_length` column, optional fields are missing (all NaN) in 15% of the samples but never all at once, and the
 * split's column its values, about 70% in the first part. `given` fixes sizes that the file decides; others are 8 (ragged: 12).
 */
export function synthesise(schema: DataSchema, given: Sizes, options: SynthOptions): Columns {
  const { samples, seed } = options;
  const sizes = { ...raggedSizes(options.dimensions ?? []), ...given };
  const stream = (name: string): RandomSequence => sequence(seed, `synth ${schema.name} ${name}`);
  const hidden = normals(samples * causes, stream("causes"));
  const lengths = sampleLengths(schema, sizes, samples, stream("lengths"));
  const absent = absences(schema, samples, stream("absent"));
  const columns: Column[] = [];
  const splitting = new Set(splitColumns(schema));
  for (const field of schema.fields) {
    if (field.role === "id" && splitting.has(field.column)) continue;
    const { encoding } = field;
    if (encoding !== undefined) {
      if (columns.some(({ name }) => name === encoding.column)) continue;
      const several = lengths.get(field.axes[0]?.size.key ?? "");
      const random = stream(encoding.column);
      columns.push(
        ...textColumns(field, encoding.column, { samples, hidden, random, lengths: several, absent: absent.get(field.name) }),
      );
      continue;
    }
    const shape = [samples, ...field.axes.map((axis) => axisSize(axis, sizes))];
    const context: FieldContext = { shape, hidden, random: stream(field.name), lengths, absent: absent.get(field.name) };
    columns.push({ name: field.column, ...fieldValues(field, context), shape });
    const [ragged] = field.axes.filter((axis) => axis.ragged);
    const own = ragged === undefined ? undefined : lengths.get(ragged.size.key);
    if (own !== undefined) columns.push({ name: `${field.column}_length`, type: "i32", shape: [samples], values: own });
  }
  columns.push(...splitValues(schema, columns, samples, stream("split")));
  return columnsOf(columns);
}

/** The longest that ragged dimensions get, within their bounds. */
function raggedSizes(dimensions: readonly DimensionInfo[]): Record<string, number> {
  const ragged = dimensions.filter(({ kind }) => kind === "ragged");
  return Object.fromEntries(ragged.map(({ symbol, bound }) => [symbol, Math.min(longestRagged, bound ?? longestRagged)]));
}

function axisSize(axis: FieldAxis, sizes: Sizes): number {
  const known = constantValue(axis.size);
  if (known !== undefined) return known;
  const all: Record<string, number> = {};
  for (const symbol of symbolsOf(axis.size)) all[symbol] = sizes[symbol] ?? (axis.ragged ? longestRagged : openSize);
  return evaluateDim(axis.size, all);
}

const normals = (count: number, random: RandomSequence): Float64Array =>
  Float64Array.from({ length: count }, () => random.normal());

function sampleLengths(
  schema: DataSchema,
  sizes: Sizes,
  samples: number,
  random: RandomSequence,
): ReadonlyMap<string, Int32Array> {
  const lengths = new Map<string, Int32Array>();
  for (const axis of schema.fields.flatMap((field) => field.axes)) {
    if (!axis.ragged || lengths.has(axis.size.key)) continue;
    const longest = axisSize(axis, sizes);
    lengths.set(
      axis.size.key,
      Int32Array.from({ length: samples }, () => 1 + random.integer(longest)),
    );
  }
  return lengths;
}

/** For each optional field 1 where the sample lacks it; a sample with no other input keeps one. */
function absences(schema: DataSchema, samples: number, random: RandomSequence): ReadonlyMap<string, Uint8Array> {
  const inputs = schema.fields.filter((field) => field.role === "input");
  const optional = inputs.filter((field) => field.optional && field.element === "f32");
  const masks = new Map(optional.map((field) => [field.name, new Uint8Array(samples)]));
  for (let row = 0; row < samples; row += 1) {
    for (const mask of masks.values()) mask[row] = random.uniform() < absentShare ? 1 : 0;
    const all = [...masks.values()];
    if (all.length === inputs.length && all.every((mask) => mask[row] === 1)) {
      const kept = all[random.integer(all.length)];
      if (kept !== undefined) kept[row] = 0;
    }
  }
  return masks;
}

interface FieldContext {
  readonly shape: readonly number[];
  readonly hidden: Float64Array;
  readonly random: RandomSequence;
  readonly lengths: ReadonlyMap<string, Int32Array>;
  readonly absent: Uint8Array | undefined;
}

function fieldValues(field: FieldSchema, context: FieldContext): Pick<Column, "type" | "values"> {
  const { shape, random } = context;
  const [samples = 0] = shape;
  if (field.role === "id") return idValues(field, samples);
  if (field.element === "labels") return { type: "i32", values: classes(field.labels?.length ?? 2, context) };
  const inner = shape.slice(1).reduce((product, size) => product * size, 1);
  const weights = normals(inner * causes, random);
  const noise = field.role === "target" ? 0.1 : 0.5;
  const values = new Float32Array(samples * inner);
  for (let at = 0; at < values.length; at += 1) {
    const row = Math.floor(at / inner);
    const signal = dot(context.hidden, row, weights, at % inner) / 2;
    values[at] = finish(field, signal + noise * random.normal());
  }
  hideEntries(field, context, values);
  return { type: field.element === "f32" ? "f32" : "i32", values: field.element === "f32" ? values : Int32Array.from(values) };
}

function dot(hidden: Float64Array, row: number, weights: Float64Array, output: number): number {
  let sum = 0;
  for (let cause = 0; cause < causes; cause += 1) {
    sum += (hidden[row * causes + cause] as number) * (weights[output * causes + cause] as number);
  }
  return sum;
}

function finish(field: FieldSchema, value: number): number {
  if (field.element === "bool") return value > 0 ? 1 : 0;
  if (field.element === "i32") return Math.min(9, Math.max(0, Math.round(5 + 2 * value)));
  if (field.range === undefined) return value;
  const { low, high } = field.range;
  return low + (high - low) / (1 + Math.exp(-2 * value));
}

function classes(count: number, { shape, hidden, random }: FieldContext): Int32Array {
  const weights = normals(count * causes, random);
  const inner = shape.slice(1).reduce((product, size) => product * size, 1);
  return Int32Array.from({ length: (shape[0] ?? 0) * inner }, (_, at) => {
    const scores = Array.from({ length: count }, (_unused, each) => dot(hidden, Math.floor(at / inner), weights, each));
    return scores.indexOf(Math.max(...scores));
  });
}

/** NaN in absent samples, 0 in padding of the first ragged axis. */
function hideEntries(field: FieldSchema, { shape, lengths, absent }: FieldContext, values: Float32Array): void {
  const [samples = 0] = shape;
  const inner = values.length / Math.max(1, samples);
  const axis = field.axes.findIndex((each) => each.ragged);
  const own = lengths.get(field.axes[axis]?.size.key ?? "");
  const size = shape[axis + 1] ?? 1;
  const stride = shape.slice(axis + 2).reduce((product, each) => product * each, 1);
  for (let at = 0; at < values.length; at += 1) {
    const row = Math.floor(at / inner);
    if (absent?.[row] === 1) values[at] = Number.NaN;
    else if (own !== undefined && Math.floor(at / stride) % size >= (own[row] as number)) values[at] = 0;
  }
}

function idValues(field: FieldSchema, samples: number): Pick<Column, "type" | "values"> {
  if (field.element !== "text") return { type: "i32", values: Int32Array.from({ length: samples }, (_, row) => row) };
  return { type: "text", values: Array.from({ length: samples }, (_, row) => `${field.name}_${String(row).padStart(5, "0")}`) };
}

/** The columns that the split needs and no field gives: its values, groups of about five, or two strata. */
function splitValues(schema: DataSchema, columns: readonly Column[], samples: number, random: RandomSequence): readonly Column[] {
  const { split } = schema;
  if (split === undefined) return [];
  const missing = (name: string | undefined): name is string =>
    name !== undefined && !columns.some((column) => column.name === name);
  if (split.kind === "column") {
    return missing(split.column) ? [partValues(split.column, Object.values(split.parts), samples, random)] : [];
  }
  return [split.group, split.stratify].filter(missing).map((name) => {
    const values = Int32Array.from({ length: samples }, (_, row) => (name === split.group ? Math.floor(row / 5) : row % 2));
    return { name, type: "i32", shape: [samples], values };
  });
}

function partValues(
  name: string,
  parts: readonly (readonly (number | string)[])[],
  samples: number,
  random: RandomSequence,
): Column {
  const cells = Array.from({ length: samples }, (_, row) => {
    // The first rows fill every part, so that none is empty however few samples there are.
    const drawn = random.uniform() < 0.7 || parts.length === 1 ? 0 : 1 + random.integer(parts.length - 1);
    const part = parts[row < parts.length ? row : drawn] ?? [];
    return part[random.integer(Math.max(1, part.length))] ?? "";
  });
  const numeric = parts.flat().every((value) => typeof value === "number" || /^-?\d+$/.test(value));
  if (numeric) return { name, type: "i32", shape: [samples], values: Int32Array.from(cells, Number) };
  return { name, type: "text", shape: [samples], values: cells.map(String) };
}
