#!/usr/bin/env node
// The `mmx` command: hands over to the bundle that `npm ci` (or `npm run build`) makes.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadBundle } from "./bundle.mjs";

const folder = fileURLToPath(new URL("../dist", import.meta.url));
if (existsSync(folder)) {
  const exit = await loadBundle(folder).run(process.argv.slice(2));
  // Ends as soon as everything is written: left to itself, Node first finishes collecting the compiler's garbage.
  process.stderr.write("", () => process.stdout.write("", () => process.exit(exit)));
} else {
  process.stderr.write("mmx is not built yet: run `npm ci` (or `npm run build`) in the repository first.\n");
  process.exitCode = 2;
}
