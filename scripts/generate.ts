// Writes every generated file; with --check only says which are out of date. A test runs the same comparison.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { cliPage } from "./docs/cli-page.ts";
import { diagnosticsPage } from "./docs/diagnostics-page.ts";
import { figures } from "./docs/figures.ts";
import { functionsPage } from "./docs/functions-page.ts";
import { metricsPage } from "./docs/metrics-page.ts";
import { operationsPage } from "./docs/operations-page.ts";
import { optimizersPage } from "./docs/optimizers-page.ts";
import { stdPage } from "./docs/std-page.ts";
import { generateGrammar } from "./generate-grammar.ts";
import { generateStd } from "./generate-std.ts";

const root = new URL("../", import.meta.url);

/** Path from the repository root, and text, of every generated file but the figures, which take as long as all others. */
export async function generateTexts(): Promise<Readonly<Record<string, string>>> {
  return {
    ...(await generateGrammar()),
    ...(await generateStd()),
    "docs/cli.md": cliPage(),
    "docs/diagnostics.md": diagnosticsPage(),
    "docs/functions.md": functionsPage(),
    "docs/metrics.md": metricsPage(),
    "docs/operations.md": operationsPage(),
    "docs/optimizers.md": optimizersPage(),
    "docs/std.md": stdPage(),
  };
}

/** Paths whose text on disk is not what the generators write. */
export function staleFiles(files: Readonly<Record<string, string>>): string[] {
  return Object.keys(files).filter((path) => {
    const place = new URL(path, root);
    return !existsSync(place) || readFileSync(place, "utf8") !== files[path];
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = { ...(await generateTexts()), ...(await figures()) };
  const stale = staleFiles(files);
  for (const path of stale) {
    console.log(process.argv.includes("--check") ? `${path} is out of date: npm run generate` : `wrote ${path}`);
    if (process.argv.includes("--check")) continue;
    const place = new URL(path, root);
    mkdirSync(dirname(fileURLToPath(place)), { recursive: true });
    writeFileSync(place, files[path] ?? "");
  }
  if (process.argv.includes("--check") && stale.length > 0) process.exitCode = 1;
}
