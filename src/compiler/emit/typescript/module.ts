// `mmx compile --to ts`: a model as a readable, typed TypeScript module over tfjs: its predictions and losses in evaluation mode.
// ts-morph builds and lays out the text; it is loaded when it is needed, since that takes a while.
import type { CompiledModel } from "../../compiled.ts";
import type { Dim } from "../../dims/dim.ts";
import type { Node } from "../../ir/graph.ts";
import { eliminateDead } from "../../passes/dead.ts";
import { positionAt } from "../../source/span.ts";
import { fieldCode, reservedNames, writeBody } from "./body.ts";
import { type HelperName, helperTexts } from "./helpers.ts";
import { relax } from "./relax.ts";
import { shapeCode, symbolsIn } from "./size-code.ts";

export interface TypescriptOptions {
  readonly version: string;
  /** Texts by path, so that comments can name lines. */
  readonly sources: ReadonlyMap<string, string>;
}

const hooksText = `{
  /** Numbers of \`distribution\`; \`counters\` are the run's seed and the step. */
  random(distribution: string, key: number, shape: number[], strides: number[], counters: tf.Tensor[]): tf.Tensor;
  /** An operation written in TypeScript. */
  extension(name: string, inputs: tf.Tensor[], shape: number[], gradientOf: number | null): tf.Tensor;
}`;

/** The module's text. Deterministic. */
export async function emitTypescript(model: CompiledModel, options: TypescriptOptions): Promise<string> {
  const { IndentationText, NewLineKind, Project, QuoteKind } = await import("ts-morph");
  const project = new Project({
    useInMemoryFileSystem: true,
    manipulationSettings: {
      indentationText: IndentationText.TwoSpaces,
      quoteKind: QuoteKind.Double,
      newLineKind: NewLineKind.LineFeed,
    },
  });
  const file = project.createSourceFile("model.ts");
  const { nodes } = model.evaluation;
  const inputs = distinct(nodes.filter(({ op }) => op === "input"));
  const variables = distinct(nodes.filter(({ op }) => op === "variable"));
  const helpers = new Set<HelperName>();
  const body = writeBody(eliminateDead(relax(model.evaluation)), {
    names: new Set(reservedNames),
    helpers,
    outside: (node) => fieldCode(node.op === "input" ? "batch" : "weights", String(node.attributes.name)),
    comment: (node) => lineComment(node, options.sources),
  });
  const hooked = body.lines.some((line) => line.includes("hooks."));
  const symbols = symbolsIn(
    nodes.flatMap(({ shape, body: inner }) => [shape, ...(inner?.nodes ?? []).map((node) => node.shape)]),
  );

  file.addImportDeclaration({ namespaceImport: "tf", moduleSpecifier: "@tensorflow/tfjs-core" });
  file.addInterface({
    name: "Sizes",
    isExported: true,
    docs: ["What the data decide: B is the batch."],
    properties: symbols.map((name) => ({ name: propertyName(name), type: "number", isReadonly: true })),
  });
  file.addInterface({
    name: "Batch",
    isExported: true,
    docs: ["One batch."],
    properties: inputs.map((node) => tensorProperty(node)),
  });
  file.addInterface({
    name: "Weights",
    isExported: true,
    docs: ["Weights and banks by path, as checkpoints have them."],
    properties: variables.map((node) => tensorProperty(node)),
  });
  if (hooked) file.addStatements(`export interface Hooks ${hooksText}`);
  const results = { predictions: outputsOf(body.outputs, "predict."), losses: outputsOf(body.outputs, "loss.") };
  file.addInterface({
    name: "Results",
    isExported: true,
    properties: Object.entries(results).map(([name, entries]) => ({
      name,
      isReadonly: true,
      type: `{ ${entries.map(([key]) => `readonly ${propertyName(key)}: tf.Tensor`).join("; ")} }`,
    })),
  });
  file.addFunction({
    name: "forward",
    isExported: true,
    docs: [model.doc ?? `The model ${model.name}.`],
    parameters: [
      { name: "batch", type: "Batch" },
      { name: "weights", type: "Weights" },
      { name: "sizes", type: "Sizes" },
      ...(hooked ? [{ name: "hooks", type: "Hooks" }] : []),
    ],
    returnType: "Results",
    statements: [
      ...body.lines,
      "",
      "return {",
      ...Object.entries(results).map(
        ([name, entries]) => `  ${name}: { ${entries.map(([key, code]) => `${propertyName(key)}: ${code}`).join(", ")} },`,
      ),
      "};",
    ],
  });
  for (const helper of helpers) file.addStatements(`\n${helperTexts[helper]}`);
  const header = [
    `// ${model.name}: predictions and losses in evaluation mode, written by mmx ${options.version}. Batches are as mmx feeds them:`,
    "// absent and padded entries are 0, with lengths and presence beside them. Call it inside tf.tidy.",
  ];
  return [...header, ...file.getFullText().split("\n")].map((line) => line.trimEnd()).join("\n");
}

/** Inputs and variables once each, in order of first use. */
function distinct(nodes: readonly Node<Dim>[]): Node<Dim>[] {
  return [...new Map(nodes.map((node) => [String(node.attributes.name), node])).values()];
}

function tensorProperty(node: Node<Dim>) {
  const type = node.dtype === "i32" ? "int32" : "float32";
  return {
    name: propertyName(String(node.attributes.name)),
    type: "tf.Tensor",
    isReadonly: true,
    docs: [`${type} ${shapeCode(node.shape).replaceAll("sizes.", "")}`],
  };
}

const propertyName = (name: string): string => (/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name));

function outputsOf(outputs: Readonly<Record<string, string>>, prefix: string): [string, string][] {
  return Object.entries(outputs).flatMap(([name, code]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), code]] : []));
}

/** The line of the spec that made a node: `tri.mmx:12  h = x |> Linear(D)`. */
function lineComment({ origin }: Node<Dim>, sources: ReadonlyMap<string, string>): string | undefined {
  const { span } = origin;
  const text = span === undefined ? undefined : sources.get(span.file);
  if (span === undefined || text === undefined) return undefined;
  const { line } = positionAt(text, span.start);
  return `${span.file.split("/").at(-1)}:${line}  ${(text.split("\n")[line - 1] ?? "").trim()}`;
}
