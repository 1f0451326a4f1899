// Files: parsing a spec and everything it uses. The standard library comes with the compiler; other files through the host.

import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { diagnose } from "../diagnostics/diagnostic.ts";
import { unknownUse } from "../diagnostics/records/names/unknown-use.ts";
import type { Host } from "../host.ts";
import { parsedTrees } from "../std/parsed.ts";
import { standardLibrary } from "../std/sources.ts";
import type { SpecFile } from "../syntax/ast.ts";
import { type ParseResult, parse } from "../syntax/parse.ts";

export interface LoadedFile {
  readonly path: string;
  readonly text: string;
  readonly ast: SpecFile;
  /** Paths of the files that it uses, in order. */
  readonly uses: readonly string[];
}

export interface LoadedProgram {
  readonly main: LoadedFile;
  /** Every mmx file reached, by path; the library's are named `std.core` and so on. */
  readonly files: ReadonlyMap<string, LoadedFile>;
  /** TypeScript extension files that are used, by path. */
  readonly extensions: ReadonlyMap<string, string>;
}

const parsedLibrary = new Map<string, LoadedFile>();

/** Parses a file and what it uses, each once. `text` stands for the main file's contents. */
export function loadProgram(host: Host, path: string, text: string, report: (diagnostic: Diagnostic) => void): LoadedProgram {
  const files = new Map<string, LoadedFile>();
  const extensions = new Map<string, string>();
  const load = (at: string, contents: string): LoadedFile => {
    const library = at.startsWith("std.");
    const known = files.get(at) ?? (library ? parsedLibrary.get(at) : undefined);
    const parsed = known ?? parseFile(at, contents, report);
    files.set(at, parsed);
    if (library) parsedLibrary.set(at, parsed);
    for (const item of parsed.ast.items) {
      if (item.kind !== "use") continue;
      for (const target of item.targets) {
        const resolved = target.quoted ? host.resolve(at, target.path) : target.path;
        if (files.has(resolved) || extensions.has(resolved)) continue;
        const source = target.quoted ? host.read(resolved) : standardLibrary[resolved];
        if (source === undefined) {
          const candidates = Object.keys(standardLibrary).filter((name) => name !== "std.core");
          report(diagnose(unknownUse, { span: target.span, path: target.path, candidates, quoted: target.quoted }));
        } else if (resolved.endsWith(".ts")) extensions.set(resolved, source);
        else load(resolved, source);
      }
    }
    return parsed;
  };
  load("std.core", standardLibrary["std.core"] ?? "");
  return { main: load(path, text), files, extensions };
}

function parseFile(path: string, text: string, report: (diagnostic: Diagnostic) => void): LoadedFile {
  const { ast, diagnostics } = treeOf(path, text);
  for (const diagnostic of diagnostics) report(diagnostic);
  const uses = ast.items.flatMap((item) => (item.kind === "use" ? item.targets.map((target) => target.path) : []));
  return { path, text, ast, uses };
}

function treeOf(path: string, text: string): ParseResult {
  const ast = parsedTrees[path];
  return ast === undefined ? parse({ path, text }) : { ast, diagnostics: [] };
}
