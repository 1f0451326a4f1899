// Bundles the pipeline as scripts/build.mjs bundles the command-line tool, with its entrances open: what is measured is what ships.
import { mkdirSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** Bundles, models and compiled peers; under node_modules, so that the bundle finds its packages. */
export const cache = join(root, "node_modules", ".cache", "mmx-bench");

const external = ["@tensorflow/*", "@hpcc-js/wasm-graphviz", "ts-morph", "vega", "vega-lite", "webgpu"];

const entrances = `
  export { checkSpec } from "./src/compiler/check/index.ts";
  export { renderAll } from "./src/compiler/diagnostics/render.ts";
  export { evaluateDim } from "./src/compiler/dims/dim.ts";
  export { graphBuilder } from "./src/compiler/ir/builder.ts";
  export { makePlan } from "./src/compiler/ir/make-plan.ts";
  export { sequence } from "./src/compiler/ir/random.ts";
  export { operation } from "./src/compiler/ops/index.ts";
  export { constantDim } from "./src/compiler/dims/dim.ts";
  export { nodeHost } from "./src/cli/host.ts";
  export { controlFeeds } from "./src/runtime/train/control-feeds.ts";
  export { initialise } from "./src/runtime/train/initialise.ts";
  export { bindingFile } from "./src/runtime/executors/tensorflow/binding.ts";
  export { tfjsExecutor } from "./src/runtime/executors/tfjs/index.ts";
`;

/** Executors beside tfjs's, by the folder that holds them. */
const executors = { wasm: "wasmExecutor, useWideVectors", tensorflow: "tensorflowExecutor", webgpu: "webgpuExecutor" };

/** The entrances of the executors that can be bundled. */
async function executorEntrances() {
  const lines = Object.entries(executors).map(
    ([folder, name]) => `export { ${name} } from "./src/runtime/executors/${folder}/index.ts";`,
  );
  const built = await Promise.all(
    lines.map((line) =>
      bundle(line, join(cache, `probe-${process.pid}.mjs`), [], "silent").then(
        () => true,
        () => false,
      ),
    ),
  );
  await rm(join(cache, `probe-${process.pid}.mjs`), { force: true });
  return lines.filter((_, at) => built[at]).join("\n");
}

async function bundle(contents, outfile, plugins = [], logLevel = "warning") {
  const stdin = { contents, resolveDir: root, loader: "ts" };
  const options = { bundle: true, format: "esm", platform: "node", target: "node20", external, logLevel };
  await build({ absWorkingDir: root, stdin, outfile, ...options, plugins });
  return outfile;
}

/** The standard library's trees, which the tool ships parsed, in the place of src/compiler/std/parsed.ts. */
async function parsedLibrary() {
  const contents =
    'export { parse } from "./src/compiler/syntax/parse.ts"; export { standardLibrary } from "./src/compiler/std/sources.ts";';
  const outfile = await bundle(contents, join(cache, `library-${process.pid}.mjs`));
  const { parse, standardLibrary } = await import(pathToFileURL(outfile).href);
  await rm(outfile);
  const trees = Object.entries(standardLibrary).map(([path, text]) => {
    const tree = JSON.stringify(JSON.stringify(parse({ path, text }).ast));
    return `get ${JSON.stringify(path)}() { return JSON.parse(${tree}); }`;
  });
  const parsed = `export const parsedTrees = { ${trees.join(", ")} };`;
  return {
    name: "parsed library",
    setup: ({ onLoad }) => onLoad({ filter: /[\\/]std[\\/]parsed\.ts$/ }, () => ({ contents: parsed })),
  };
}

/** Writes the bundle and gives its path. It is this process's own, so that what is measured stays the same to the end, and goes with it. */
export async function bundlePipeline() {
  mkdirSync(cache, { recursive: true });
  const file = join(cache, `pipeline-${process.pid}.mjs`);
  process.once("exit", () => rmSync(file, { force: true }));
  const plugins = [await parsedLibrary()];
  return bundle(`${entrances}\n${await executorEntrances()}`, file, plugins);
}
