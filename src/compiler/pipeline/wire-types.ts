// What a type written in a pipeline's declarations stands for.
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { diagnose } from "../diagnostics/diagnostic.ts";
import { unknownWireType } from "../diagnostics/records/pipelines/unknown-wire-type.ts";
import type { WireTypeExpression } from "../syntax/ast.ts";
import type { WireType } from "./graph.ts";

const simpleKinds = ["text", "number", "audio", "image", "video", "vector"] as const;

/** Looks types up among these label sets and records. One that cannot be found is reported and is unknown. */
export function wireTypes(
  labels: ReadonlyMap<string, unknown>,
  records: ReadonlyMap<string, unknown>,
  report: (diagnostic: Diagnostic) => void,
): (expression: WireTypeExpression) => WireType {
  const typeOf = (expression: WireTypeExpression): WireType => {
    const { optional } = expression;
    if (expression.kind === "wires") return { base: { kind: "list", item: typeOf(expression.item) }, optional };
    const { text, span } = expression.name;
    const simple = simpleKinds.find((kind) => kind === text);
    if (simple !== undefined) return { base: { kind: simple }, optional };
    if (labels.has(text)) return { base: { kind: "label", set: text }, optional };
    if (records.has(text)) return { base: { kind: "record", name: text }, optional };
    const declared = [...labels.keys(), ...records.keys()];
    if (text !== "") report(diagnose(unknownWireType, { span, name: text, simple: simpleKinds, declared }));
    return { base: { kind: "unknown" }, optional };
  };
  return typeOf;
}
