// docs/std.md, from the doc comments and signatures of the standard library.
import { standardLibrary } from "../../src/compiler/std/sources.ts";
import type { ModuleItem } from "../../src/compiler/syntax/ast.ts";
import { parse } from "../../src/compiler/syntax/parse.ts";
import { fenced, generatedBy, page } from "./markdown.ts";

export function stdPage(): string {
  return page(
    generatedBy("scripts/docs/std-page.ts"),
    "# The standard library",
    "Written in mmx itself: `src/compiler/std/*.mmx`. `std.core` is always there; the others are named in `use`. Masks over ragged " +
      "dimensions and absent samples are the language's doing, so every function below counts real entries only.",
    ...Object.entries(standardLibrary).flatMap(([name, text]) => library(name, text)),
  );
}

function library(name: string, text: string): string[] {
  const { ast, diagnostics } = parse({ path: name, text });
  if (diagnostics.length > 0) throw new Error(`${name} does not parse: ${diagnostics[0]?.message}`);
  const members = ast.items.filter((item): item is ModuleItem => item.kind === "module" || item.kind === "fn");
  return [`## ${name}`, ...members.filter(({ doc }) => doc !== undefined).map((item) => section(item, text))];
}

/** The signature as written, up to the body. */
function section(item: ModuleItem, text: string): string {
  const bodyStart = item.body.span.start;
  const written = text.slice(item.span.start, bodyStart);
  const signature = written
    .slice(written.search(new RegExp(`\\b${item.kind}\\s+${item.name.text}\\b`)))
    .replace(/\s*[={]?\s*$/, "")
    .replace(/\s+/g, " ")
    .replace(/\( /g, "(")
    .replace(/,? \)/g, ")");
  return [`### ${item.name.text}`, fenced(signature, "mmx"), item.doc ?? ""].join("\n\n");
}
