// What the pipeline checker carries: the declarations around, the nodes made so far, names in scope, and how to report.
import { diagnose } from "../diagnostics/diagnostic.ts";
import { wireAbsent } from "../diagnostics/records/pipelines/wire-absent.ts";
import { wireDiffers } from "../diagnostics/records/pipelines/wire-differs.ts";
import type { Span } from "../source/span.ts";
import type { Declarations, Report } from "./declarations.ts";
import type { PipelineNode, PipelineStep, WireBase, WireType } from "./graph.ts";
import { printWire } from "./graph.ts";

/** A top-level constant of the file, `--set` applied. */
export type Constant = number | string;

export interface Local {
  /** undefined: its mistake has been reported, and its uses cost no second complaint. */
  readonly node: number | undefined;
  readonly span: Span;
  used: boolean;
}

export interface PipelineContext {
  readonly declarations: Declarations;
  readonly constants: ReadonlyMap<string, Constant>;
  readonly nodes: PipelineNode[];
  /** Innermost scope last. */
  readonly scopes: Map<string, Local>[];
  /** Names of services and memories that the pipeline uses. */
  readonly used: Set<string>;
  readonly sourceOf: (file: string) => string;
  readonly report: Report;
}

export const textType: WireType = { base: { kind: "text" }, optional: false };
export const numberType: WireType = { base: { kind: "number" }, optional: false };
export const listOfWires = (item: WireType): WireType => ({ base: { kind: "list", item }, optional: false });
export const labelOf = (set: string): WireType => ({ base: { kind: "label", set }, optional: false });

export function addNode(context: PipelineContext, type: WireType, span: Span, step: PipelineStep): number {
  context.nodes.push({ name: undefined, type, span, ...step });
  return context.nodes.length - 1;
}

export function typeOfNode(context: PipelineContext, node: number): WireType {
  return context.nodes[node]?.type ?? textType;
}

/**
 * Whether a node's value may go where `expected` is needed; reports what is wrong. A label is text where text is wanted.
 * `what` names the place: `words of speak`.
 */
export function fits(
  context: PipelineContext,
  node: number,
  expected: WireType,
  place: { readonly span: Span; readonly what: string; readonly declared?: Span | undefined },
): boolean {
  const found = typeOfNode(context, node);
  if (found.base.kind === "unknown" || expected.base.kind === "unknown") return true;
  if (!sameBase(found.base, expected.base)) {
    const { span, what, declared } = place;
    const mend = mendOf(context, found, expected);
    context.report(diagnose(wireDiffers, { span, what, found: printWire(found), expected: printWire(expected), declared, mend }));
    return false;
  }
  if (found.optional && !expected.optional) {
    const fallback = fallbackFor(expected.base);
    context.report(diagnose(wireAbsent, { span: place.span, what: place.what, type: printWire(found), fallback }));
    return false;
  }
  return true;
}

function sameBase(found: WireBase, expected: WireBase): boolean {
  if (expected.kind === "text" && found.kind === "label") return true;
  if (found.kind !== expected.kind) return false;
  if (found.kind === "label" && expected.kind === "label") return found.set === expected.set;
  if (found.kind === "record" && expected.kind === "record") return found.name === expected.name;
  if (found.kind === "list" && expected.kind === "list") return sameBase(found.item.base, expected.item.base);
  return true;
}

function mendOf(context: PipelineContext, found: WireType, expected: WireType): string | undefined {
  if (expected.base.kind !== "label") return undefined;
  if (found.base.kind === "text") {
    const [first] = context.declarations.labels.get(expected.base.set)?.labels ?? [];
    return `… |> pick(${expected.base.set}, else: ${first})`;
  }
  if (found.base.kind !== "label") return undefined;
  const onto = context.declarations.labels.get(found.base.set)?.projection?.onto;
  return onto === expected.base.set ? "project(…)" : undefined;
}

export function fallbackFor(base: WireBase): string {
  switch (base.kind) {
    case "audio":
      return 'audio("default.wav")';
    case "image":
      return 'image("default.png")';
    case "video":
      return 'video("default.mp4")';
    case "text":
      return '"none"';
    case "label":
      return base.set.toLowerCase();
    default:
      return "a default";
  }
}

export function findLocal(context: PipelineContext, name: string): Local | undefined {
  const scope = context.scopes.findLast((each) => each.has(name));
  const local = scope?.get(name);
  if (local !== undefined) local.used = true;
  return local;
}
