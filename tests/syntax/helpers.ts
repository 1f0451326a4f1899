// What the syntax tests share: parsing from a string, trees without places, and the specs of the repository.
import { readdirSync, readFileSync } from "node:fs";
import { positionAt } from "../../src/compiler/source/span.ts";
import type { SpecFile } from "../../src/compiler/syntax/ast.ts";
import { parse } from "../../src/compiler/syntax/parse.ts";

/** Parses a spec to which the header is added. */
export function parseBody(body: string) {
  return parse({ path: "test.mmx", text: `mmx 1\n${body}` });
}

/** `line code` of each diagnostic of a whole spec. */
export function complaints(text: string): readonly string[] {
  return parse({ path: "test.mmx", text }).diagnostics.map(({ code, span }) => `${positionAt(text, span.start).line} ${code}`);
}

/** The tree without the places where things stand. */
export function withoutSpans(ast: SpecFile): unknown {
  return JSON.parse(JSON.stringify(ast, (key, value: unknown) => (/span$/i.test(key) ? undefined : value)));
}

/** Every spec in the repository: path and text. */
export function repositorySpecs(): readonly { readonly path: string; readonly text: string }[] {
  const root = new URL("../../", import.meta.url);
  return ["src", "examples", "tests"].flatMap((folder) =>
    readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".mmx"))
      .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(new URL(`${folder}/${name}`, root), "utf8") })),
  );
}
