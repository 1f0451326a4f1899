#!/usr/bin/env node
// The `mmx` command: hands over to the bundle that `npm ci` (or `npm run build`) makes.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadBundle } from "./bundle.mjs";

const folder = fileURLToPath(new URL("../dist", import.meta.url));
if (existsSync(folder)) {
  process.exitCode = await loadBundle(folder).run(process.argv.slice(2));
} else {
  process.stderr.write("mmx is not built yet: run `npm ci` (or `npm run build`) in the repository first.\n");
  process.exitCode = 2;
}
