// Which functions and modules come from the standard library: a picture draws their calls as one box each.
import type { CompiledSpec } from "../compiled.ts";
import { standardLibrary } from "../std/sources.ts";
import type { Item } from "../syntax/ast.ts";
import { parse } from "../syntax/parse.ts";

/** Names that the library declares and the spec's own files do not. */
export function libraryNames(spec: CompiledSpec): ReadonlySet<string> {
  const own = new Set(spec.files.flatMap(({ path, text }) => (path.endsWith(".mmx") ? declared(path, text) : [])));
  const library = Object.entries(standardLibrary).flatMap(([path, text]) => declared(path, text));
  return new Set(library.filter((name) => !own.has(name)));
}

function declared(path: string, text: string): string[] {
  return parse({ path, text }).ast.items.flatMap((item: Item) =>
    item.kind === "module" || item.kind === "fn" ? [item.name.text] : [],
  );
}
