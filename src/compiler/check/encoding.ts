// `from encode(raw.text, "MODEL")` in a data block: what a frozen encoder makes of a column. The checker says which column, which
// model and what shape comes out; the runtime runs the encoder once and keeps what it made.
import type { EncodingSchema, FieldAxis, FieldSchema } from "../compiled.ts";
import { badEncoding } from "../diagnostics/records/types/bad-encoding.ts";
import { unknownArgument } from "../diagnostics/records/types/unknown-argument.ts";
import type { Scope } from "../names/scope.ts";
import type { Span } from "../source/span.ts";
import type { CallExpression, Expression } from "../syntax/ast.ts";
import { printType } from "../types/print.ts";
import { report } from "./context.ts";
import { evaluate } from "./expressions.ts";
import type { Program } from "./program.ts";
import { toInteger } from "./values.ts";

const pools = ["mean", "first", "none"] as const;
const modalities = ["text", "audio", "image"] as const;
const precisions = ["f32", "f16", "int8"] as const;
const named = ["pool", "length", "modality", "weights", "checksum"];

/** What the field's declaration says beside the call. */
export interface EncodedField {
  readonly name: string;
  readonly role: FieldSchema["role"];
  readonly element: string;
  readonly axes: readonly FieldAxis[];
}

/** Reads the call behind `from`; undefined after a diagnostic. */
export function readEncoding(
  program: Program,
  scope: Scope,
  call: CallExpression,
  field: EncodedField,
): EncodingSchema | undefined {
  const e = program.constants;
  const refuse = (span: Span, reason: string): undefined => {
    report(e, badEncoding, { span, field: field.name, reason });
    return undefined;
  };
  const function_ = call.callee.kind === "name" ? call.callee.name : "";
  if (function_ !== "encode") {
    return refuse(call.callee.span, `a field comes from a column or from \`encode(raw.COLUMN, "MODEL")\`, not from ${function_}`);
  }
  if (field.role !== "input" || field.element !== "f32") {
    return refuse(call.span, "an encoder makes numbers for the model to read: the field is an input of type f32");
  }
  for (const { key } of call.named) {
    if (named.includes(key.text)) continue;
    report(e, unknownArgument, { span: key.span, name: key.text, callee: "encode", candidates: named });
    return undefined;
  }
  const [source, model, ...rest] = call.positional;
  if (source === undefined || model === undefined || rest.length > 0 || call.clauses.length > 0) {
    return refuse(call.span, 'it takes a column and a model: `encode(raw.text, "all-MiniLM-L6-v2")`');
  }
  const column = rawColumn(source);
  if (column === undefined) return refuse(source.span, "the first argument is a column of the file as it stands: `raw.COLUMN`");
  const which = evaluate(e, scope, model);
  if (which.kind === "unknown") return undefined;
  if (which.kind !== "string" || which.value === "") {
    return refuse(model.span, `the model is a folder or a hub's name in quotes, not ${printType(which)}`);
  }
  const given = (key: string): Expression | undefined => call.named.find((setting) => setting.key.text === key)?.value;
  const choice = <Word extends string>(key: string, words: readonly Word[]): Word | false | undefined => {
    const expression = given(key);
    if (expression === undefined) return undefined;
    const written = expression.kind === "name" ? expression.name : expression.kind === "string" ? expression.value : undefined;
    const found = words.find((word) => word === written);
    if (found === undefined) refuse(expression.span, `${key} is ${words.join(", ")}`);
    return found ?? false;
  };
  const pool = choice("pool", pools) ?? (field.axes.length === 2 ? "none" : "mean");
  const modality = choice("modality", modalities);
  const weights = choice("weights", precisions);
  const length = lengthOf(program, scope, given("length"), field, pool);
  const checksum = checksumOf(given("checksum"), refuse);
  if (pool === false || modality === false || weights === false || length === false || checksum === false) return undefined;
  const wrong = shapeProblem(field.axes, pool);
  if (wrong !== undefined) return refuse(call.span, wrong);
  return { column, model: which.value, modality, pool, length, weights, checksum, span: call.span };
}

/** The column that `raw.text` names. */
function rawColumn(source: Expression): string | undefined {
  return source.kind === "member" && source.object.kind === "name" && source.object.name === "raw"
    ? source.member.text
    : undefined;
}

/** The entries of a sequence that are kept at most: as written, else the bound of the ragged dimension. */
function lengthOf(
  program: Program,
  scope: Scope,
  written: Expression | undefined,
  field: EncodedField,
  pool: EncodingSchema["pool"] | false,
): number | undefined | false {
  if (written === undefined) {
    const time = pool === "none" ? field.axes[0] : undefined;
    return time === undefined ? undefined : program.dimensions.get(time.size.key)?.bound;
  }
  const value = toInteger(program.constants, written.span, evaluate(program.constants, scope, written));
  if (value === undefined) return false;
  if (value >= 1) return value;
  report(program.constants, badEncoding, { span: written.span, field: field.name, reason: "a length is at least 1" });
  return false;
}

function checksumOf(
  written: Expression | undefined,
  refuse: (span: Span, reason: string) => undefined,
): string | undefined | false {
  if (written === undefined) return undefined;
  if (written.kind === "string" && /^[0-9a-f]{64}$/.test(written.value)) return written.value;
  refuse(written.span, "the checksum is the SHA-256 that a run prints for the model: 64 hexadecimal digits in quotes");
  return false;
}

function shapeProblem(axes: readonly FieldAxis[], pool: EncodingSchema["pool"]): string | undefined {
  const [first, second] = axes;
  const areRows = axes.length === 2 && first?.ragged === true && second?.ragged === false;
  if (pool === "none") {
    return areRows
      ? undefined
      : "a sequence of tokens, frames or patches is `f32[B, T, F]` with a ragged T; `pool: mean` makes it `f32[B, F]`";
  }
  const isRow = axes.length === 1 && first?.ragged === false;
  return isRow || areRows
    ? undefined
    : `with \`pool: ${pool}\` a sample is one row of features, \`f32[B, F]\`, or, where it has several texts, sounds or images, one for each, \`f32[B, U, F]\` with a ragged U`;
}

/** The call in one spelling: the name of the column that it stands for, the same for two fields that share what is encoded. */
export function encodedColumn(encoding: EncodingSchema): string {
  const { column, model, modality, pool, length, weights, checksum } = encoding;
  const settings = [
    `pool: ${pool}`,
    ...(length === undefined ? [] : [`length: ${length}`]),
    ...(modality === undefined ? [] : [`modality: ${modality}`]),
    ...(weights === undefined ? [] : [`weights: ${weights}`]),
    ...(checksum === undefined ? [] : [`checksum: ${checksum.slice(0, 12)}`]),
  ];
  return `encode(raw.${column}, ${JSON.stringify(model)}, ${settings.join(", ")})`;
}
