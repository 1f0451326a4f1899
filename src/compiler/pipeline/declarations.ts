// A pipeline's surroundings: the records, label sets, services and memories that a file declares, with their types looked up.
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { diagnose } from "../diagnostics/diagnostic.ts";
import { duplicateName } from "../diagnostics/records/names/duplicate-name.ts";
import { unknownField } from "../diagnostics/records/names/unknown-field.ts";
import { unknownName } from "../diagnostics/records/names/unknown-name.ts";
import { labelOutside } from "../diagnostics/records/pipelines/label-outside.ts";
import { wireDiffers } from "../diagnostics/records/pipelines/wire-differs.ts";
import type { Span } from "../source/span.ts";
import type { Item, MemoryItem, Name, ProjectionItem, ServiceItem, Wire, WireTypeExpression } from "../syntax/ast.ts";
import type { LabelSet, MemorySchema, RecordSchema, ServiceSchema, WireField, WireType } from "./graph.ts";
import { printWire } from "./graph.ts";
import { wireTypes } from "./wire-types.ts";

export interface Declared<Schema> {
  readonly schema: Schema;
  readonly span: Span;
}

export interface Declarations {
  readonly records: ReadonlyMap<string, Declared<RecordSchema>>;
  readonly labels: ReadonlyMap<string, LabelSet>;
  readonly services: ReadonlyMap<string, Declared<ServiceSchema>>;
  readonly memories: ReadonlyMap<string, Declared<MemorySchema>>;
}

export type Report = (diagnostic: Diagnostic) => void;

/** Declares the items of a file. A type that cannot be found has been reported. */
export function declareServices(items: readonly Item[], report: Report): Declarations {
  const of = <Kind extends Item["kind"]>(kind: Kind): Extract<Item, { kind: Kind }>[] =>
    items.filter((item): item is Extract<Item, { kind: Kind }> => item.kind === kind);
  const labels = new Map<string, LabelSet>();
  for (const { name, members } of of("labels")) {
    labels.set(name.text, { name: name.text, labels: members.map(({ text }) => text), projection: undefined });
  }
  for (const item of of("projection")) labels.set(item.name.text, declareProjection(item, labels, report));
  const recordItems = new Map(of("record").map((item) => [item.name.text, item]));
  reportTwice([...of("record"), ...of("projection"), ...of("service"), ...of("memory"), ...of("pipeline")], report);
  const typeOf = wireTypes(labels, recordItems, report);
  const fields = (wires: readonly Wire[]): readonly WireField[] => declareWires(wires, typeOf, report);
  const records = new Map(
    [...recordItems.values()].map((item) => [
      item.name.text,
      { schema: { name: item.name.text, fields: fields(item.fields) }, span: item.name.span },
    ]),
  );
  const services = new Map(
    of("service").map((item) => [item.name.text, { schema: declareService(item, fields, typeOf), span: item.name.span }]),
  );
  const memories = new Map(
    of("memory").flatMap((item) => {
      const schema = declareMemory(item, typeOf, { records, services }, report);
      return schema === undefined ? [] : [[item.name.text, { schema, span: item.name.span }] as const];
    }),
  );
  return { records, labels, services, memories };
}

function reportTwice(items: readonly { readonly name: Name }[], report: Report): void {
  const seen = new Map<string, Span>();
  for (const { name } of items) {
    const first = seen.get(name.text);
    if (first !== undefined) report(diagnose(duplicateName, { span: name.span, name: name.text, first }));
    else seen.set(name.text, name.span);
  }
}

/** The wires of a parameter list or record; a name given twice is reported. */
export function declareWires(
  wires: readonly Wire[],
  typeOf: (expression: WireTypeExpression) => WireType,
  report: Report,
): readonly WireField[] {
  reportTwice(wires, report);
  return wires.map(({ name, type }) => ({ name: name.text, type: typeOf(type) }));
}

function declareService(
  item: ServiceItem,
  fields: (wires: readonly Wire[]) => readonly WireField[],
  typeOf: (expression: WireTypeExpression) => WireType,
): ServiceSchema {
  return { name: item.name.text, doc: item.doc, parameters: fields(item.parameters), result: typeOf(item.result) };
}

/** The words of a projection in the order of the spec, then the labels themselves: each stands for itself. */
function declareProjection(item: ProjectionItem, labels: ReadonlyMap<string, LabelSet>, report: Report): LabelSet {
  const name = item.name.text;
  const onto = labels.get(item.onto.text);
  if (onto === undefined) {
    const candidates = [...labels.keys()];
    report(diagnose(unknownName, { span: item.onto.span, name: item.onto.text, candidates }));
  }
  const label: Record<string, string> = {};
  const seen = new Map<string, Span>();
  for (const entry of item.entries) {
    if (onto !== undefined && !onto.labels.includes(entry.label.text)) {
      const { span, text } = entry.label;
      report(diagnose(labelOutside, { span, label: text, set: onto.name, labels: onto.labels }));
    }
    for (const word of entry.words) {
      const first = seen.get(word.text);
      if (first !== undefined) report(diagnose(duplicateName, { span: word.span, name: word.text, first }));
      seen.set(word.text, word.span);
      label[word.text] = entry.label.text;
    }
  }
  for (const own of onto?.labels ?? []) label[own] ??= own;
  return { name, labels: Object.keys(label), projection: { onto: item.onto.text, label } };
}

function declareMemory(
  item: MemoryItem,
  typeOf: (expression: WireTypeExpression) => WireType,
  { records, services }: Pick<Declarations, "records" | "services">,
  report: Report,
): MemorySchema | undefined {
  const type = typeOf(item.type);
  const { span } = item.type;
  if (type.base.kind === "unknown") return undefined;
  if (type.base.kind !== "record" || type.optional) {
    report(
      diagnose(wireDiffers, {
        span,
        what: `what the memory ${item.name.text} holds`,
        found: printWire(type),
        expected: "a record",
        declared: undefined,
        mend: undefined,
      }),
    );
    return undefined;
  }
  const record = type.base.name;
  const schema: MemorySchema = { name: item.name.text, doc: item.doc, record, by: undefined };
  if (item.by === undefined) return schema;
  const { service, field } = item.by;
  const embedder = services.get(service.text);
  const fields = records.get(record)?.schema.fields ?? [];
  if (embedder === undefined) {
    report(diagnose(unknownName, { span: service.span, name: service.text, candidates: [...services.keys()] }));
    return schema;
  }
  const [parameter] = embedder.schema.parameters;
  if (embedder.schema.result.base.kind !== "vector" || embedder.schema.parameters.length !== 1 || parameter === undefined) {
    const found = `(${embedder.schema.parameters.map((each) => printWire(each.type)).join(", ")}) -> ${printWire(embedder.schema.result)}`;
    const what = `the service ${service.text} that measures likeness`;
    report(
      diagnose(wireDiffers, {
        span: service.span,
        what,
        found,
        expected: "(text) -> vector",
        declared: embedder.span,
        mend: undefined,
      }),
    );
    return schema;
  }
  const embedded = fields.find(({ name }) => name === field.text);
  if (embedded === undefined) {
    const candidates = fields.map(({ name }) => name);
    report(diagnose(unknownField, { span: field.span, name: field.text, of: record, candidates }));
  } else if (embedded.type.base.kind !== "text" || embedded.type.optional) {
    const what = `the field ${field.text} that is embedded`;
    const found = printWire(embedded.type);
    report(diagnose(wireDiffers, { span: field.span, what, found, expected: "text", declared: undefined, mend: undefined }));
  }
  return { ...schema, by: { service: service.text, field: field.text } };
}
