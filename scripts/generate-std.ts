// Writes src/compiler/std/sources.ts from the .mmx files beside it: the compiler reads no files, so it carries the library as text.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL("../", import.meta.url);
const folder = "src/compiler/std/";

/** The text as a template literal that reads as the file does. */
const literal = (text: string): string => `\`${text.replaceAll("\\", "\\\\").replaceAll("`", "\\`").replaceAll("${", "\\${")}\``;

/** The generated files: path from the repository root, and text. */
export function generateStd(): Record<string, string> {
  const names = readdirSync(new URL(folder, root))
    .filter((name) => name.endsWith(".mmx"))
    .sort();
  const entries = names.map((name) => {
    const text = readFileSync(new URL(folder + name, root), "utf8");
    return `  "std.${name.slice(0, -".mmx".length)}": ${literal(text)},`;
  });
  const lines = [
    "// Generated from the .mmx files of this folder by scripts/generate-std.ts; do not edit.",
    "",
    "/** The standard library: the text of each module by the name that `use` gives it. */",
    "export const standardLibrary: Readonly<Record<string, string>> = {",
    ...entries,
    "};",
    "",
  ];
  return { [`${folder}sources.ts`]: lines.join("\n") };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of Object.entries(generateStd())) writeFileSync(new URL(path, root), text);
}
