// Which names a picture treats as calls: modules and functions, those of the standard library and the spec's own.
import type { CompiledSpec } from "../../compiled.ts";
import { standardLibrary } from "../../std/sources.ts";
import type { Item } from "../../syntax/ast.ts";
import { parse } from "../../syntax/parse.ts";

export interface DeclaredNames {
  /** The spec's own modules: a picture may show what is inside. */
  readonly modules: ReadonlySet<string>;
  /** The library's modules: one box a call. */
  readonly library: ReadonlySet<string>;
  readonly functions: ReadonlySet<string>;
}

export function declaredNames(spec: CompiledSpec): DeclaredNames {
  const own = spec.files.flatMap(({ path, text }) => (path.endsWith(".mmx") ? declared(path, text) : []));
  const library = Object.entries(standardLibrary).flatMap(([path, text]) => declared(path, text));
  const named = (items: readonly Declared[], kind: Declared["kind"]): string[] =>
    items.flatMap((item) => (item.kind === kind ? [item.name.text] : []));
  const modules = new Set(named(own, "module"));
  return {
    modules,
    library: new Set(named(library, "module").filter((name) => !modules.has(name))),
    functions: new Set(named([...own, ...library], "fn")),
  };
}

type Declared = Extract<Item, { kind: "module" | "fn" }>;

const declared = (path: string, text: string): Declared[] =>
  parse({ path, text }).ast.items.filter((item): item is Declared => item.kind === "module" || item.kind === "fn");
