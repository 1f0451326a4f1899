// Bundles the command-line tool to dist/: one small chunk a verb, so that `mmx check` loads the compiler and nothing else.
// Runs as npm's `prepare`, so plain JavaScript and esbuild only.
import { existsSync } from "node:fs";
import { mkdir, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Big, native or reading files beside themselves: loaded from node_modules at run time. */
const external = ["@tensorflow/*", "@hpcc-js/wasm-graphviz", "ts-morph", "typescript", "vega", "vega-lite", "webgpu"];

await rm(join(root, "dist"), { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { main: "src/cli/main.ts" },
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  external,
  // Bundled CommonJS packages (commander, ajv) still call `require` for Node's own modules.
  banner: {
    js: 'import { createRequire as bundleRequire } from "node:module";\nconst require = bundleRequire(import.meta.url);',
  },
  chunkNames: "chunks/[name]-[hash]",
  sourcemap: "linked",
  logLevel: "warning",
});

// npx looks into node_modules/.bin first; older npm does not find a package's own command otherwise.
const link = join(root, "node_modules", ".bin", "mmx");
if (!existsSync(link) && process.platform !== "win32") {
  await mkdir(dirname(link), { recursive: true });
  await symlink(join("..", "..", "bin", "mmx.js"), link);
}
