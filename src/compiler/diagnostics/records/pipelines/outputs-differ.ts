import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { listOf } from "../example.ts";
import { pipelineExample } from "./example.ts";

export const outputsDiffer = defineDiagnostic<{
  readonly span: Span;
  readonly pipeline: string;
  readonly missing: readonly string[];
  readonly extra: readonly string[];
  readonly declared: readonly string[];
}>({
  code: "MMX3107",
  slug: "outputs-differ",
  severity: "error",
  why: "A pipeline ends with a record of exactly the outputs that its head declares; each becomes a file of the run.",
  bad: pipelineExample({ body: "  { reply: chat(turn.words), sound: speak(turn.words, calm) }" }),
  good: pipelineExample({ body: "  { reply: chat(turn.words), speech: speak(turn.words, calm) }" }),
  describe: ({ span, pipeline, missing, extra, declared }) => {
    const parts = [
      ...(missing.length === 0 ? [] : [`lacks ${listOf(missing, "and")}`]),
      ...(extra.length === 0 ? [] : [`has ${listOf(extra, "and")} too many`]),
    ];
    return {
      message: parts.length === 0 ? `${pipeline} must end with a record of its outputs` : `the result ${parts.join(" and ")}`,
      span,
      notes: [`${pipeline} declares ${listOf(declared, "and")}`],
      fixes: [{ title: "give every output", preview: `{ ${declared.map((name) => `${name}: …`).join(", ")} }`, edits: [] }],
    };
  },
});
