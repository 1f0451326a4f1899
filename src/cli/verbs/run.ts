// `mmx run`: runs a pipeline of services on an input and writes its outputs and a trace.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { Command } from "commander";
import type { CompiledPipeline } from "../../compiler/pipeline/graph.ts";
import type { Bindings } from "../../runtime/services/kinds/index.ts";
import type { OpenPipeline } from "../../runtime/services/open.ts";
import type { WireRecord } from "../../runtime/services/service.ts";
import type { Act, Context } from "../context.ts";
import { examples } from "../context.ts";
import type { ExitCode } from "../failure.ts";
import { exitCode, usageError } from "../failure.ts";
import { collectPairs, wholeNumber } from "../settings.ts";
import { type CheckedSpec, checkedSpec } from "../spec.ts";

interface RunOptions {
  readonly input: string;
  readonly out: string;
  readonly services?: string;
  readonly pipeline?: string;
  readonly seed: number;
  readonly set: Record<string, string>;
  readonly only?: readonly string[];
  readonly first?: number;
}

export function addRun(program: Command, act: Act): void {
  program
    .command("run")
    .summary("run a pipeline of services")
    .description(
      "Runs the spec's pipeline on an input, a JSON object with a member for every parameter (or, where there is one parameter,\n" +
        "its value), and writes a file for each output and trace.json: what every service was given and gave, with checksums. The\n" +
        "services are bound by a JSON file: services.json beside the spec, or --services. All files are written or none.\n" +
        "An input that ends in .jsonl is many inputs, a line each; --out is then a .jsonl file that gets a line an input with its\n" +
        "texts and labels (files by their checksums). Stopped and started again, it goes on where it was.",
    )
    .argument("<spec>", "the spec")
    .requiredOption("--input <file>", "the input, JSON; paths in it are relative to it")
    .requiredOption("--out <folder>", "where to write; for many inputs a .jsonl file")
    .option("--only <names>", "many inputs: these outputs alone, apart by commas", (text: string) => text.split(","))
    .option("--first <count>", "many inputs: no more than so many", wholeNumber("--first", 1))
    .option("--services <file>", "what the services are bound to (default: services.json beside the spec)")
    .option("--pipeline <name>", "the pipeline, where the spec has several")
    .option("--seed <number>", "the seed of every service and draw", wholeNumber("--seed", 0), 1)
    .option("--set <name=value>", "override a constant of the spec; may be given again", collectPairs("--set", "shots=3"), {})
    .addHelpText("after", examples("mmx run reply.mmx --input dialogue.json --out replies/first"))
    .action((path: string, options: RunOptions, command: Command) => act(command, (context) => run(path, options, context)));
}

async function run(path: string, options: RunOptions, context: Context): Promise<ExitCode> {
  const { folder } = context.terminal;
  const spec = await checkedSpec(path, options.set, context);
  const pipeline = chosenPipeline(spec, options.pipeline);
  const specFolder = dirname(resolve(folder, path));
  const { bindings, bindingsPath } = await readBindings(options.services, specFolder, folder);
  const many = options.input.endsWith(".jsonl");
  if (many !== options.out.endsWith(".jsonl")) {
    throw usageError("--input and --out are both .jsonl files, or neither is.", "One input gives a folder, many give lines.");
  }
  for (const name of options.only ?? []) {
    if (many && pipeline.outputs.some((output) => output.name === name)) continue;
    const names = pipeline.outputs.map((output) => output.name).join(", ");
    throw usageError(`--only ${name}: ${many ? `the outputs are ${names}` : "one input gives all its outputs"}.`);
  }
  const inputs = await readInputs(pipeline, options.input, folder, many);
  const { openPipeline } = await import("../../runtime/services/open.ts");
  const { openClassifier } = await import("../classifier.ts");
  const open = await openPipeline({
    pipeline,
    bindings,
    bindingsPath,
    folder: specFolder,
    openClassifier: (trained) => openClassifier(trained, context),
  });
  try {
    const files = spec.compiled.files.map((file) => ({ ...file, path: relative(specFolder, resolve(folder, file.path)) }));
    const [input] = inputs;
    return many || input === undefined
      ? await runLines(open, inputs, files, options, context)
      : await runOnce(open, input, files, options, context);
  } finally {
    await open.close();
  }
}

type SpecFiles = readonly { readonly path: string; readonly text: string }[];

async function runOnce(
  open: OpenPipeline,
  input: WireRecord,
  files: SpecFiles,
  options: RunOptions,
  { terminal, json }: Context,
): Promise<ExitCode> {
  const { runPipeline } = await import("../../runtime/services/run-pipeline.ts");
  const { writeRun } = await import("../../runtime/services/write-run.ts");
  const { seed, set: overrides, out } = options;
  const run = await runPipeline(open, input, seed);
  const written = await writeRun(resolve(terminal.folder, out), { open, run, input, seed, overrides, files });
  const texts = [...run.outputs].flatMap(([name, value]) => (typeof value === "string" ? [`${name}: ${value}`] : []));
  if (json) terminal.write(`${JSON.stringify({ event: "ran", pipeline: open.pipeline.name, out, files: written })}\n`);
  else terminal.write(`${[...texts, `wrote ${written.join(", ")} to ${out}`].join("\n")}\n`);
  return exitCode.ok;
}

async function runLines(
  open: OpenPipeline,
  inputs: readonly WireRecord[],
  files: SpecFiles,
  { seed, only, out, first, set }: RunOptions,
  { terminal, json }: Context,
): Promise<ExitCode> {
  const { runMany } = await import("../../runtime/services/run-many.ts");
  const wanted = inputs.slice(0, first);
  const texts = [...files.map(({ text }) => text), ...Object.entries(set).map((pair) => pair.join("="))];
  const done = (count: number): void => {
    if (count % 10 === 0 && !json) terminal.writeError(`${count}/${wanted.length}\n`);
  };
  const lines = await runMany({ open, inputs: wanted, seed, only, out: resolve(terminal.folder, out), texts, done });
  if (json) terminal.write(`${JSON.stringify({ event: "ran", pipeline: open.pipeline.name, out, lines })}\n`);
  else terminal.write(`${out} has ${lines} answers\n`);
  return exitCode.ok;
}

function chosenPipeline({ compiled, path }: CheckedSpec, asked: string | undefined): CompiledPipeline {
  const names = compiled.pipelines.map(({ name }) => name).join(", ");
  const found = asked === undefined ? compiled.pipelines[0] : compiled.pipelines.find(({ name }) => name === asked);
  if (found === undefined) {
    throw usageError(
      `${path} has no pipeline${asked === undefined ? "" : ` ${asked}`}; it has ${names === "" ? "none" : names}.`,
    );
  }
  if (asked === undefined && compiled.pipelines.length > 1) {
    throw usageError(`${path} has several pipelines: ${names}.`, "Choose one with --pipeline NAME.");
  }
  return found;
}

async function readBindings(
  given: string | undefined,
  specFolder: string,
  folder: string,
): Promise<{ readonly bindings: Bindings; readonly bindingsPath: string }> {
  const bindingsPath = given === undefined ? join(specFolder, "services.json") : resolve(folder, given);
  if (!existsSync(bindingsPath)) {
    throw usageError(
      `${relative(folder, bindingsPath)}: there is no such bindings file.`,
      'It says what each service is: { "services": { "speak": { "kind": "espeak" } } }.',
    );
  }
  const { parseJson } = await import("../../compiler/schemas/validate.ts");
  const { bindingsSchema } = await import("../../runtime/services/kinds/index.ts");
  const bindings = await parseJson<Bindings>(bindingsSchema, readFileSync(bindingsPath, "utf8"), relative(folder, bindingsPath));
  return { bindings, bindingsPath };
}

/** Checked against the types of the pipeline's parameters. */
async function readInputs(
  pipeline: CompiledPipeline,
  given: string,
  folder: string,
  many: boolean,
): Promise<readonly WireRecord[]> {
  const path = resolve(folder, given);
  if (!existsSync(path)) throw usageError(`--input ${given}: there is no such file.`);
  const { parseJson } = await import("../../compiler/schemas/validate.ts");
  const { fieldsSchema, readFields } = await import("../../runtime/services/wire-json.ts");
  const [only] = pipeline.parameters;
  const record = pipeline.parameters.length === 1 && only?.type.base.kind === "record" ? only.type.base.name : undefined;
  const fields =
    record === undefined ? pipeline.parameters : (pipeline.records.find(({ name }) => name === record)?.fields ?? []);
  const schema = fieldsSchema(fields, pipeline);
  const inputs: WireRecord[] = [];
  const text = readFileSync(path, "utf8");
  for (const [at, line] of (many ? text.split("\n") : [text]).entries()) {
    if (many && line.trim() === "") continue;
    const value = await parseJson<Readonly<Record<string, unknown>>>(schema, line, given, at + 1);
    const values = readFields(value, fields, pipeline, dirname(path));
    inputs.push(record === undefined || only === undefined ? values : new Map([[only.name, values]]));
  }
  return inputs;
}
