// Bundles the command-line tool to dist/: one script, and beside it V8's compiled form of it (bin/bundle.js says why). Runs as
// npm's `prepare`, so plain JavaScript and esbuild only.
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { loadBundle } from "../bin/bundle.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Big, native or reading files beside themselves: loaded from node_modules when they are needed. */
const external = ["@tensorflow/*", "@hpcc-js/wasm-graphviz", "ts-morph", "vega", "vega-lite", "webgpu"];

/** Commander loads this module for commands that are programs of their own, which mmx has none of. */
const lazyChildProcess = {
  name: "lazy child_process",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ path, importer }) =>
      importer.includes("commander") ? { path, namespace: "lazy" } : undefined,
    );
    onLoad({ filter: /.*/, namespace: "lazy" }, ({ path }) => ({
      contents: `module.exports = { get spawn() { return require(${JSON.stringify(path)}).spawn; } };`,
    }));
  },
};

// Made beside dist/ and put in its place at the end, so that a command started meanwhile finds a whole bundle.
const folder = await mkdtemp(join(root, "dist-"));
// mkdtemp makes a private folder; what is installed is for everyone.
await chmod(folder, 0o755);
try {
  await bundleInto(folder);
  await compileIn(folder);
  await rm(join(root, "dist"), { recursive: true, force: true });
  await rename(folder, join(root, "dist"));
} finally {
  await rm(folder, { recursive: true, force: true });
}

// npx looks into node_modules/.bin first; older npm does not find a package's own command otherwise.
const link = join(root, "node_modules", ".bin", "mmx");
if (!existsSync(link) && process.platform !== "win32") {
  await mkdir(dirname(link), { recursive: true });
  await symlink(join("..", "..", "bin", "mmx.js"), link);
}

/** Writes the tree of every file of the standard library beside the bundle, as JSON; gives the files' names. */
async function parseLibrary(folder) {
  const outfile = join(folder, "library.mjs");
  const contents =
    'export { parse } from "./src/compiler/syntax/parse.ts"; export { standardLibrary } from "./src/compiler/std/sources.ts";';
  const stdin = { contents, resolveDir: root, loader: "ts" };
  await build({ absWorkingDir: root, stdin, outfile, bundle: true, format: "esm", platform: "node", logLevel: "warning" });
  const { parse, standardLibrary } = await import(pathToFileURL(outfile).href);
  await rm(outfile);
  for (const [path, text] of Object.entries(standardLibrary)) {
    const { ast, diagnostics } = parse({ path, text });
    if (diagnostics.length > 0) throw new Error(`${path}: ${diagnostics[0].message}`);
    await writeFile(join(folder, `${path}.json`), JSON.stringify(ast));
  }
  return Object.keys(standardLibrary);
}

/** Puts the trees in the place of src/compiler/std/parsed.ts, each read when it is asked for. */
function parsedLibrary(names) {
  const getters = names.map((name) => `get "${name}"() { return tree("${name}"); }`);
  const contents = `import { readFileSync } from "node:fs";
    import { dirname, join } from "node:path";
    const tree = (name) => JSON.parse(readFileSync(join(dirname(__filename), name + ".json"), "utf8"));
    export const parsedTrees = { ${getters.join(", ")} };`;
  return {
    name: "parsed library",
    setup: ({ onLoad }) => onLoad({ filter: /[\\/]std[\\/]parsed\.ts$/ }, () => ({ contents })),
  };
}

async function bundleInto(folder) {
  const bundle = join(folder, "mmx.cjs");
  await build({
    absWorkingDir: root,
    entryPoints: ["src/cli/main.ts"],
    outfile: bundle,
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node20",
    external,
    define: { "import.meta.url": "bundleUrl" },
    banner: { js: 'const bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
    // Names stay, for stack traces; a third of the text is layout and comments, all of it read at every start.
    minifyWhitespace: true,
    legalComments: "none",
    plugins: [lazyChildProcess, parsedLibrary(await parseLibrary(folder))],
    logLevel: "warning",
  });
  // A script with a code cache cannot import by itself; the loader does it for it.
  const text = await readFile(bundle, "utf8");
  await writeFile(bundle, text.replaceAll(/(?<![\w$.`"'])import\(/g, "bundleImport("));
  // `mmx/extension`, for people who run a file that declares operations themselves, in a test of their own.
  const extension = { entryPoints: ["src/runtime/extensions/operation.ts"], outfile: join(folder, "extension.js") };
  await build({ absWorkingDir: root, ...extension, format: "esm", target: "node20", logLevel: "warning" });
}

/** Compiles what a check needs now, so that it is not compiled again at every start. */
async function compileIn(folder) {
  const { run, script } = loadBundle(folder);
  const silent = {
    write: () => undefined,
    writeError: (text) => process.stderr.write(text),
    readStandardInput: async () => "",
    onInterrupt: () => () => undefined,
    environment: {},
    folder: root,
    self: [],
    interactive: false,
    columns: 120,
  };
  for (const spec of ["examples/digits/digits.mmx", "examples/mmcl/mmcl.mmx"]) {
    const exit = await run(["check", spec], silent);
    if (exit !== 0) throw new Error(`the bundle finds errors in ${spec}`);
  }
  await writeFile(join(folder, "mmx.cache"), script.createCachedData());
}
