// Which operations written in TypeScript a compiled spec calls, and where it differentiates them.
import type { CompiledSpec } from "../../compiler/compiled.ts";
import type { SymbolicGraph } from "../../compiler/ir/graph.ts";
import type { Span } from "../../compiler/source/span.ts";

export interface ExtensionUse {
  /** `PATH#NAME`, as `extension` nodes have it. */
  readonly key: string;
  readonly path: string;
  readonly name: string;
  /** A call in the spec whose gradient training computes; undefined where it needs none. */
  readonly differentiated: { readonly span: Span | undefined } | undefined;
}

/** Every operation once, in order of first use; `training` counts the stages' graphs too. */
export function extensionUses({ models, train }: CompiledSpec, training: boolean): readonly ExtensionUse[] {
  const found = new Map<string, ExtensionUse>();
  const visit = (graph: SymbolicGraph): void => {
    for (const { op, attributes, origin, body } of graph.nodes) {
      if (body !== undefined) visit(body);
      if (op !== "extension") continue;
      const key = String(attributes.name);
      const separator = key.lastIndexOf("#");
      const known = found.get(key)?.differentiated;
      const differentiated = known ?? (attributes.gradientOf === undefined ? undefined : { span: origin.span });
      found.set(key, { key, path: key.slice(0, separator), name: key.slice(separator + 1), differentiated });
    }
  };
  for (const { evaluation } of models) visit(evaluation);
  for (const { graph } of training ? (train?.stages ?? []) : []) visit(graph);
  return [...found.values()];
}
