// Builds `data` and `labels` declarations of the AST from the CST.
import type { IToken } from "chevrotain";
import type {
  CallCstNode,
  DataItemCstNode,
  FieldCstNode,
  FieldRangeCstNode,
  LabelsItemCstNode,
  SplitEntryCstNode,
} from "../../../../grammar/generated/cst.ts";
import { diagnose } from "../../diagnostics/diagnostic.ts";
import { labelsRange } from "../../diagnostics/records/syntax/labels-range.ts";
import { unexpected } from "../../diagnostics/records/syntax/unexpected.ts";
import { cover, type Span } from "../../source/span.ts";
import type { CallExpression, DataItem, FieldDeclaration, LabelsItem, Name, SplitDeclaration } from "../ast.ts";
import { all, type BuildContext, nameOf, namesOf, nodeSpan, one, stringValue, tokenSpan } from "./context.ts";
import { buildCall, buildExpression, buildSetting, buildString } from "./expressions.ts";
import { buildOperation } from "./operations.ts";
import { buildType } from "./types.ts";

/** More labels than any task has; a guard against `0 .. 1e9`. */
const mostLabels = 10_000;

export function buildData(context: BuildContext, node: DataItemCstNode, fallback: number): DataItem {
  const span = nodeSpan(context, node, fallback);
  const entries = all(node.children.dataEntry).map((entry) => entry.children);
  const file = entries.flatMap((entry) => all(entry.fileEntry)).flatMap((entry) => all(entry.children.StringLiteral));
  const split = entries.flatMap((entry) => all(entry.splitEntry));
  const first = one(file);
  const firstSplit = one(split);
  return {
    kind: "data",
    span,
    name: nameOf(context, one(node.children.Name), span.start),
    fields: entries.flatMap((entry) => all(entry.field)).map((field) => buildField(context, field, span.end)),
    file: first === undefined ? undefined : buildString(context, first),
    split: firstSplit === undefined ? undefined : buildSplit(context, firstSplit, span.end),
    standardise: entries
      .flatMap((entry) => all(entry.standardiseEntry))
      .flatMap((entry) => namesOf(context, entry.children.Name)),
    doc: context.docAt(span.start),
  };
}

function buildField(context: BuildContext, node: FieldCstNode, fallback: number): FieldDeclaration {
  const span = nodeSpan(context, node, fallback);
  const children = node.children;
  const type = buildType(context, one(children.type), span.end);
  const range = one(children.fieldRange);
  const column = one(children.fieldColumn)?.children;
  const columnToken = one(column?.StringLiteral) ?? one(column?.Name);
  const callNode = one(column?.call);
  return {
    span,
    name: nameOf(context, one(children.name), span.start),
    role: one(children.Target) !== undefined ? "target" : one(children.Id) !== undefined ? "id" : "input",
    type,
    optional: one(children.Optional) !== undefined || (type.kind === "tensor" && type.optional),
    range: range === undefined ? undefined : buildBounds(context, range, span.end),
    from: columnToken === undefined || callNode !== undefined ? undefined : nameOrString(context, columnToken),
    encoding: columnToken === undefined || callNode === undefined ? undefined : buildEncoding(context, columnToken, callNode),
    doc: context.docAt(span.start),
  };
}

/** `encode(raw.text, "MODEL")` behind `from`: a call like any other; the checker knows the functions that may stand there. */
function buildEncoding(context: BuildContext, name: IToken, node: CallCstNode): CallExpression {
  const span = tokenSpan(context, name);
  return buildCall(context, { kind: "name", span, name: name.image }, node, cover(span, nodeSpan(context, node, span.end)));
}

/** `in low .. high`; anything else behind `in` is reported and left out. */
function buildBounds(context: BuildContext, node: FieldRangeCstNode, fallback: number): FieldDeclaration["range"] {
  const bounds = buildOperation(context, one(node.children.operation), fallback);
  if (bounds.kind === "range") return { low: bounds.low, high: bounds.high };
  const found = context.text.slice(bounds.span.start, bounds.span.end);
  if (bounds.kind !== "missing" && !context.isFaulty(bounds.span.start)) {
    context.report(diagnose(unexpected, { span: bounds.span, found: `\`${found}\``, expected: "a range such as `-3 .. 3`" }));
  }
  return undefined;
}

function buildSplit(context: BuildContext, node: SplitEntryCstNode, fallback: number): SplitDeclaration {
  const span = nodeSpan(context, node, fallback);
  const { column, settings, seed, stratify, group } = node.children;
  const optionalName = (token: IToken | undefined) => (token === undefined ? undefined : nameOf(context, token, span.end));
  const seedNode = one(seed);
  return {
    span,
    by: one(node.children.By) === undefined ? undefined : nameOf(context, one(column), span.end),
    parts: all(one(settings)?.children.setting).map((part) => buildSetting(context, part, span.end)),
    seed: seedNode === undefined ? undefined : buildExpression(context, seedNode, span.end),
    stratify: optionalName(one(stratify)),
    group: optionalName(one(group)),
  };
}

export function buildLabels(context: BuildContext, node: LabelsItemCstNode, fallback: number): LabelsItem {
  const span = nodeSpan(context, node, fallback);
  const children = node.children;
  const low = one(children.low);
  const high = one(children.high);
  const written = all(children.label).flatMap(({ children: label }) => [
    ...all(label.Name),
    ...all(label.StringLiteral),
    ...all(label.True),
    ...all(label.False),
  ]);
  return {
    kind: "labels",
    span,
    name: nameOf(context, one(children.Name), span.start),
    members:
      low !== undefined && high !== undefined
        ? numbered(context, low.image, high.image, cover(tokenSpan(context, low), tokenSpan(context, high)))
        : written.filter((token) => token.image !== "").map((token) => nameOrString(context, token)),
    doc: context.docAt(span.start),
  };
}

function numbered(context: BuildContext, low: string, high: string, span: Span): readonly Name[] {
  const first = Number(low);
  const last = Number(high);
  if (!Number.isInteger(first) || !Number.isInteger(last) || last < first || last - first >= mostLabels) {
    if (!context.isFaulty(span.start)) context.report(diagnose(labelsRange, { span, low, high }));
    return [];
  }
  return Array.from({ length: last - first + 1 }, (_, index) => ({ text: String(first + index), span }));
}

function nameOrString(context: BuildContext, token: IToken): Name {
  const text = token.image.startsWith('"') ? stringValue(token.image) : token.image;
  return { text, span: tokenSpan(context, token) };
}
