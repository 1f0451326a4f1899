// Loads the bundled command from dist/ so that it starts fast: together with V8's compiled form of it, which the build left beside
// it (another version of Node refuses that and compiles afresh), and with code optimised only once it has run for a while.
// CommonJS, since Node's loader of ES modules takes a twentieth of a cold check.
const { existsSync, readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { join } = require("node:path");
const { setFlagsFromString } = require("node:v8");
const { Script } = require("node:vm");

/** The bundle's `run`, and its script for making the cache. Throws where the folder holds no bundle. */
function loadBundle(folder) {
  // Thirty times V8's own: a check is over before optimised code pays, and optimising takes a third of its time. A loop that
  // computes reaches it within milliseconds. From Node 22 on V8 has no such flag, and would complain of it.
  if (process.versions.v8.startsWith("11.")) setFlagsFromString("--interrupt-budget=2000000");
  const path = join(folder, "mmx.cjs");
  const cache = join(folder, "mmx.cache");
  const source = readFileSync(path, "utf8");
  const script = new Script(`(function (exports, require, module, __filename, bundleImport) {${source}\n})`, {
    filename: path,
    ...(existsSync(cache) ? { cachedData: readFileSync(cache) } : {}),
  });
  const module = { exports: {} };
  const importPackage = (specifier) => import(specifier);
  script.runInThisContext()(module.exports, createRequire(path), module, path, importPackage);
  return { run: module.exports.run, script };
}

module.exports = { loadBundle };
