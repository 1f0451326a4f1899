// Loads the bundled command from dist/ together with V8's compiled form of it. Half the time of a cold `mmx check` would go
// into parsing and compiling JavaScript; with the cache that the build left beside the bundle it does not. Another version of
// Node refuses the cache and compiles afresh.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Script } from "node:vm";

/** The bundle's `run`, and its script for making the cache. Throws where the folder holds no bundle. */
export function loadBundle(folder) {
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
