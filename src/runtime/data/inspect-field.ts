// One column of a file as a line of a data block.
import { type ColumnHeader, isFloat } from "../../compiler/data/header.ts";
import type { Columns, NumericArray } from "./formats/format.ts";

export interface FieldLine {
  /** Declarations that go before the block: labels, ragged dimensions. */
  readonly before: readonly string[];
  readonly line: string;
  /** What is a guess, or worth knowing. */
  readonly comment: string;
}

export interface FieldContext {
  /** The field's name; the column's where that can be one. */
  readonly name: string;
  /** Put after names declared outside the block, where the file gives several blocks. */
  readonly suffix: string;
  readonly heads: readonly ColumnHeader[];
  readonly columns: Columns;
}

const reserved = new Set(
  "use dim labels data modalities module fn model train evaluate for in else if then and or not true false scan".split(" "),
);
const targetName = /(^|_)(labels?|y|targets?|class|emotion|sentiment|feeling|mood|score|rating|valence|arousal|lie|deceptive)$/i;
const idName = /(^|_)(id|ids|index|video|clip|speaker|subject|patient|group|dialogue|utterance|segment|conv|name|file)$/i;
const mostClasses = 50;

/** A name that the language takes: letters, digits and `_`, not reserved. */
export function identifier(text: string): string {
  const plain = text.replace(/[^A-Za-z0-9_]+/g, "_").replace(/^_+|_+$/g, "");
  if (plain === "") return "column";
  return reserved.has(plain) ? `${plain}_` : /^\d/.test(plain) ? `c${plain}` : plain;
}

/** Whether a column tells lengths, offsets or presence of another one. */
export function isCompanion(name: string, heads: readonly ColumnHeader[]): boolean {
  const owner = /^(.+)_(?:lengths?|offsets|present)$/.exec(name)?.[1];
  return owner !== undefined && (owner === "T" || heads.some((head) => head.name === owner));
}

export function describeField(head: ColumnHeader, context: FieldContext): FieldLine {
  const { name } = context;
  const from = name === head.name ? "" : ` from ${JSON.stringify(head.name)}`;
  const values = context.columns.get(head.name)?.values;
  if (head.type === "text") return textLine(head, context, values as readonly string[] | undefined, from);
  if (head.shape.length === 1 && idName.test(name) && !isFloat(head.type)) {
    return { before: [], line: `${name}: id i32[B]${from}`, comment: "an id, by its name" };
  }
  if (head.shape.length === 1 && targetName.test(name))
    return targetLine(head, context, values as NumericArray | undefined, from);
  const absent = absentRows(head, values as NumericArray | undefined);
  const { axes, before, comment } = axesOf(head, context);
  const optional = absent === 0 ? "" : " optional";
  const notes = [comment, absent === 0 ? "" : `all NaN in ${absent} of ${head.shape[0]} samples`].filter((note) => note !== "");
  return { before, line: `${name}: f32[${["B", ...axes].join(", ")}]${optional}${from}`, comment: notes.join("; ") };
}

function axesOf(
  head: ColumnHeader,
  { name, heads }: FieldContext,
): { axes: readonly string[]; before: readonly string[]; comment: string } {
  const sizes = head.shape.slice(1);
  if (sizes.length === 0) return { axes: [], before: [], comment: "" };
  if (sizes.length === 1) return { axes: [`F_${name}`], before: [], comment: `F_${name} is ${sizes[0]}` };
  const measured = heads.some((each) => [`${head.name}_length`, `${head.name}_lengths`].includes(each.name));
  if (!measured) {
    const comment = `if ${sizes[0]} is padded time, add a column ${head.name}_length and a ragged dimension`;
    return { axes: sizes.map(String), before: [], comment };
  }
  const rest = sizes.slice(1).map((size, at) => (at === sizes.length - 2 ? `F_${name}` : String(size)));
  return {
    axes: [`T_${name}`, ...rest],
    before: [`dim T_${name} <= ${sizes[0]} ragged`],
    comment: `F_${name} is ${sizes.at(-1)}`,
  };
}

function textLine(head: ColumnHeader, context: FieldContext, values: readonly string[] | undefined, from: string): FieldLine {
  const { name } = context;
  const distinct = [...new Set(values ?? [])].filter((value) => value !== "").sort();
  if (targetName.test(name) && distinct.length > 1 && distinct.length <= mostClasses) {
    const names = distinct.map((value) => (/^[A-Za-z_]\w*$/.test(value) && !reserved.has(value) ? value : JSON.stringify(value)));
    return labelled(context, names.join(" | "), from);
  }
  const sentences = distinct.some((value) => /\s\S+\s/.test(value));
  const comment = sentences ? "text: turn it into features to train on it" : `${distinct.length} different of ${head.shape[0]}`;
  return { before: [], line: `${name}: id text[B]${from}`, comment };
}

function targetLine(head: ColumnHeader, context: FieldContext, values: NumericArray | undefined, from: string): FieldLine {
  const numbers = Float64Array.from(values ?? []).filter((value) => !Number.isNaN(value));
  const low = numbers.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = numbers.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const distinct = new Set(numbers).size;
  const whole = numbers.every((value) => Number.isInteger(value));
  if (numbers.length > 0 && whole && low >= 0 && high < mostClasses && distinct > 1 && high - low + 1 <= 2 * distinct) {
    return labelled(context, `${low} .. ${high}`, from);
  }
  const range = numbers.length === 0 ? "" : ` in ${Math.floor(low)} .. ${Math.ceil(high)}`;
  const optional = numbers.length === head.shape[0] ? "" : " optional";
  return { before: [], line: `${context.name}: target f32[B]${range}${optional}${from}`, comment: "a target, by its name" };
}

function labelled({ name, suffix }: FieldContext, members: string, from: string): FieldLine {
  const labels = `${name[0]?.toUpperCase()}${name.slice(1)}${suffix}`;
  return {
    before: [`labels ${labels} = ${members}`],
    line: `${name}: target ${labels}[B]${from}`,
    comment: "a target, by its name",
  };
}

function absentRows(head: ColumnHeader, values: NumericArray | undefined): number {
  if (values === undefined || !isFloat(head.type)) return 0;
  const inner = head.shape.slice(1).reduce((product, size) => product * size, 1);
  let absent = 0;
  for (let start = 0; start < values.length; start += inner) {
    let at = start;
    while (at < start + inner && Number.isNaN(values[at])) at += 1;
    if (at === start + inner) absent += 1;
  }
  return absent;
}
