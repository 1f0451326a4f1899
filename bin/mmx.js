#!/usr/bin/env node
// The `mmx` command: hands over to the bundle that `npm ci` (or `npm run build`) makes.
const { existsSync } = require("node:fs");
const { join } = require("node:path");
const { loadBundle } = require("./bundle.js");

const folder = join(__dirname, "..", "dist");
if (existsSync(folder)) {
  const ended = loadBundle(folder).run(process.argv.slice(2));
  // Ends as soon as everything is written: left to itself, Node first finishes collecting the compiler's garbage.
  ended.then((exit) => process.stderr.write("", () => process.stdout.write("", () => process.exit(exit))));
} else {
  process.stderr.write("mmx is not built yet: run `npm ci` (or `npm run build`) in the repository first.\n");
  process.exitCode = 2;
}
