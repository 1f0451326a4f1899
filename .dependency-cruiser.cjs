// The layers of the house, checked: grammar <- compiler <- {runtime, lsp, cli}; nothing imports cli.

/** Type-only imports vanish when the program is built; they may cross where values may not. */
const valuesOnly = { dependencyTypesNot: ["type-only"] };

module.exports = {
  forbidden: [
    {
      name: "grammar-stands-alone",
      comment: "The grammar is the language's definition; it knows of source places and nothing else of the compiler.",
      severity: "error",
      from: { path: "^grammar/" },
      to: { path: "^src/", pathNot: "^src/compiler/source/", ...valuesOnly },
    },
    {
      name: "compiler-sees-no-one",
      comment: "The compiler runs in the command line, the editor and the browser: it imports only the grammar and itself.",
      severity: "error",
      from: { path: "^src/compiler/" },
      to: { path: "^src/(runtime|cli|lsp)/" },
    },
    {
      name: "compiler-loads-no-tfjs",
      comment: "Lowerings name tfjs types; the executor hands them the library.",
      severity: "error",
      from: { path: "^(src/compiler|grammar)/" },
      to: { path: "node_modules/@tensorflow/", ...valuesOnly },
    },
    {
      name: "compiler-loads-no-node-module",
      comment: "Files are read through the Host interface, so that the compiler also runs where there is no disk.",
      severity: "error",
      from: { path: "^(src/compiler|grammar)/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "ts-morph-in-two-places",
      comment: "It costs 200 ms to load. One writes TypeScript, the other reads extension files.",
      severity: "error",
      from: { path: "^(src|grammar)/", pathNot: "^src/(compiler/emit|runtime/extensions)/" },
      to: { path: "node_modules/ts-morph/" },
    },
    {
      name: "runtime-sees-plans",
      comment: "The runtime knows what a compiled spec is, not how it came about.",
      severity: "error",
      from: { path: "^src/runtime/" },
      to: {
        path: "^(grammar|src/(compiler|cli|lsp))/",
        pathNot: "^src/compiler/(ir|ops|dims|loops|emit/(wasm|wgsl|graphdef)|schemas|source|data|diagnostics|pipeline/graph|compiled\\.ts)",
        ...valuesOnly,
      },
    },
    {
      name: "nothing-imports-cli",
      comment: "The command line is the outermost layer.",
      severity: "error",
      from: { pathNot: "^(src/cli|tests|scripts|bench)/" },
      to: { path: "^src/cli/" },
    },
    {
      name: "no-circles-between-folders",
      comment: "Files of one folder may call each other in turn, as an evaluator's do; folders may not.",
      severity: "error",
      from: { path: "^(src/[^/]+/[^/]+|grammar)/" },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] }, via: { pathNot: "^$1/" } },
    },
    {
      name: "nothing-unresolved",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "no-development-package-in-the-product",
      severity: "error",
      from: { path: "^(src|grammar)/" },
      to: { dependencyTypes: ["npm-dev"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|runs)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"] },
  },
};
