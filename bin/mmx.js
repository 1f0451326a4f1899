#!/usr/bin/env node
// The `mmx` command: hands over to the bundle that `npm ci` (or `npm run build`) makes.
import { existsSync } from "node:fs";
import * as nodeModule from "node:module";

const bundle = new URL("../dist/main.js", import.meta.url);
if (existsSync(bundle)) {
  // Node 22.1 and later keep compiled code between runs; older ones start without.
  nodeModule.enableCompileCache?.();
  const { run } = await import(bundle.href);
  process.exitCode = await run(process.argv.slice(2));
} else {
  process.stderr.write("mmx is not built yet: run `npm ci` (or `npm run build`) in the repository first.\n");
  process.exitCode = 2;
}
