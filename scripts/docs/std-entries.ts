// What the standard library's files say of each declaration, read from its doc comment: the page is made of these entries, and
// an entry that lacks a part is refused here, so no page is written without it.
import type { ModuleItem } from "../../src/compiler/syntax/ast.ts";
import { parse } from "../../src/compiler/syntax/parse.ts";

/** The parts of a doc comment that begin a line with their name and a colon, in this order, behind the description. */
export const entryParts = ["Shapes", "Equation", "Source", "Example"] as const;

export type EntryPart = (typeof entryParts)[number];

export interface LibraryEntry {
  readonly name: string;
  /** As written, on one line, up to the body. */
  readonly signature: string;
  readonly description: string;
  /** Without their names; the lines of an equation are kept, those of the others joined. */
  readonly parts: Readonly<Record<EntryPart, string>>;
}

/** The entries of one file of the library, in its order. Throws where a declaration lacks a part. */
export function libraryEntries(path: string, text: string): readonly LibraryEntry[] {
  const { ast, diagnostics } = parse({ path, text });
  if (diagnostics.length > 0) throw new Error(`${path} does not parse: ${diagnostics[0]?.message}`);
  return ast.items
    .filter((item): item is ModuleItem => item.kind === "module" || item.kind === "fn")
    .map((item) => {
      const name = item.name.text;
      return { name, signature: signatureOf(item, text), ...readDoc(`${path} ${name}`, item.doc ?? "") };
    });
}

function signatureOf(item: ModuleItem, text: string): string {
  const written = text.slice(item.span.start, item.body.span.start);
  return written
    .slice(written.search(new RegExp(`\\b${item.kind}\\s+${item.name.text}\\b`)))
    .replace(/\s*[={]?\s*$/, "")
    .replace(/\s+/g, " ")
    .replace(/\( /g, "(")
    .replace(/,? \)/g, ")");
}

function readDoc(owner: string, doc: string): Pick<LibraryEntry, "description" | "parts"> {
  const [description = "", ...rest] = doc.split(new RegExp(`^(${entryParts.join("|")}):`, "m"));
  const names = rest.filter((_, at) => at % 2 === 0);
  if (names.join() !== entryParts.join()) {
    throw new Error(`${owner}: the doc comment has the parts ${names.join(", ") || "–"}; it needs ${entryParts.join(", ")}`);
  }
  const part = (name: EntryPart): string =>
    linesOf(rest[2 * entryParts.indexOf(name) + 1] ?? "").join(name === "Equation" ? "\n" : " ");
  const parts = { Shapes: part("Shapes"), Equation: part("Equation"), Source: part("Source"), Example: part("Example") };
  const empty = entryParts.find((name) => parts[name] === "");
  if (empty !== undefined) throw new Error(`${owner}: nothing stands behind ${empty}:`);
  if (description.trim() === "") throw new Error(`${owner}: the doc comment does not begin with a description`);
  return { description: linesOf(description).join(" "), parts };
}

const linesOf = (text: string): readonly string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
