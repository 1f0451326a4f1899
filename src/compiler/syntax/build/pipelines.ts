// Builds the declarations of pipelines of services of the AST from the CST.
import type { ItemCstNode, WireCstNode, WireTypeCstNode } from "../../../../grammar/generated/cst.ts";
import type { MemoryItem, PipelineItem, ProjectionItem, RecordItem, ServiceItem, Wire, WireTypeExpression } from "../ast.ts";
import { all, type BuildContext, nameOf, namesOf, nodeSpan, one } from "./context.ts";
import { buildBlock } from "./statements.ts";

type PipelineItems = RecordItem | ProjectionItem | ServiceItem | MemoryItem | PipelineItem;

/** The declaration of an entry of the file that is one of a pipeline's; none where it is of another kind. */
export function buildPipelineItems(context: BuildContext, node: ItemCstNode, fallback: number): readonly PipelineItems[] {
  const { recordItem, projectionItem, serviceItem, memoryItem, pipelineItem } = node.children;
  const wires = (nodes: readonly WireCstNode[] | undefined, end: number): readonly Wire[] =>
    all(nodes).map((wire) => buildWire(context, wire, end));
  const records = all(recordItem).map((item): RecordItem => {
    const span = nodeSpan(context, item, fallback);
    const name = nameOf(context, one(item.children.Name), span.start);
    return { kind: "record", span, name, fields: wires(item.children.wire, span.end), doc: context.docAt(span.start) };
  });
  const projections = all(projectionItem).map((item): ProjectionItem => {
    const span = nodeSpan(context, item, fallback);
    const entries = all(item.children.projectionEntry).map((entry) => {
      const place = nodeSpan(context, entry, span.end);
      return {
        span: place,
        label: nameOf(context, one(entry.children.label), place.start),
        words: namesOf(context, entry.children.word).filter(({ text }) => text !== ""),
      };
    });
    const name = nameOf(context, one(item.children.name), span.start);
    const onto = nameOf(context, one(item.children.onto), span.end);
    return { kind: "projection", span, name, onto, entries, doc: context.docAt(span.start) };
  });
  const services = all(serviceItem).map((item): ServiceItem => {
    const span = nodeSpan(context, item, fallback);
    return {
      kind: "service",
      span,
      name: nameOf(context, one(item.children.Name), span.start),
      parameters: wires(one(item.children.wires)?.children.wire, span.end),
      result: buildWireType(context, one(item.children.wireType), span.end),
      doc: context.docAt(span.start),
    };
  });
  const memories = all(memoryItem).map((item): MemoryItem => {
    const span = nodeSpan(context, item, fallback);
    const { name, wireType, By, embedder, field } = item.children;
    return {
      kind: "memory",
      span,
      name: nameOf(context, one(name), span.start),
      type: buildWireType(context, one(wireType), span.end),
      by:
        one(By) === undefined
          ? undefined
          : { service: nameOf(context, one(embedder), span.end), field: nameOf(context, one(field), span.end) },
      doc: context.docAt(span.start),
    };
  });
  const pipelines = all(pipelineItem).map((item): PipelineItem => {
    const span = nodeSpan(context, item, fallback);
    return {
      kind: "pipeline",
      span,
      name: nameOf(context, one(item.children.Name), span.start),
      parameters: wires(one(item.children.wires)?.children.wire, span.end),
      results: wires(item.children.wire, span.end),
      body: buildBlock(context, one(item.children.block), span.end),
      doc: context.docAt(span.start),
    };
  });
  return [...records, ...projections, ...services, ...memories, ...pipelines];
}

function buildWire(context: BuildContext, node: WireCstNode, fallback: number): Wire {
  const span = nodeSpan(context, node, fallback);
  return {
    span,
    name: nameOf(context, one(node.children.Name), span.start),
    type: buildWireType(context, one(node.children.wireType), span.end),
  };
}

function buildWireType(context: BuildContext, node: WireTypeCstNode | undefined, fallback: number): WireTypeExpression {
  const span = node === undefined ? { file: context.path, start: fallback, end: fallback } : nodeSpan(context, node, fallback);
  const optional = one(node?.children.Question) !== undefined;
  const item = one(node?.children.wireType);
  if (item !== undefined) return { kind: "wires", span, item: buildWireType(context, item, span.end), optional };
  return { kind: "wire", span, name: nameOf(context, one(node?.children.Name), span.start), optional };
}
