// `mmx run`: runs a pipeline of services on an input and writes its outputs and a trace.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { Command } from "commander";
import type { CompiledPipeline } from "../../compiler/pipeline/graph.ts";
import type { Bindings } from "../../runtime/services/kinds/index.ts";
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
}

export function addRun(program: Command, act: Act): void {
  program
    .command("run")
    .summary("run a pipeline of services")
    .description(
      "Runs the spec's pipeline on an input, a JSON object with a member for every parameter (or, where there is one parameter,\n" +
        "its value), and writes a file for each output and trace.json: what every service was given and gave, with checksums. The\n" +
        "services are bound by a JSON file: services.json beside the spec, or --services. All files are written or none.",
    )
    .argument("<spec>", "the spec")
    .requiredOption("--input <file>", "the input, JSON; paths in it are relative to it")
    .requiredOption("--out <folder>", "where to write")
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
  const input = await readInput(pipeline, options.input, folder);
  const { openPipeline } = await import("../../runtime/services/open.ts");
  const { runPipeline } = await import("../../runtime/services/run-pipeline.ts");
  const { writeRun } = await import("../../runtime/services/write-run.ts");
  const { openClassifier } = await import("../classifier.ts");
  const open = await openPipeline({
    pipeline,
    bindings,
    bindingsPath,
    folder: specFolder,
    openClassifier: (trained) => openClassifier(trained, context),
  });
  try {
    const { seed, set: overrides } = options;
    const done = await runPipeline(open, input, seed);
    const files = spec.compiled.files.map((file) => ({ ...file, path: relative(specFolder, resolve(folder, file.path)) }));
    const written = await writeRun(resolve(folder, options.out), { open, run: done, input, seed, overrides, files });
    const texts = [...done.outputs].flatMap(([name, value]) => (typeof value === "string" ? [`${name}: ${value}`] : []));
    if (context.json)
      context.terminal.write(`${JSON.stringify({ event: "ran", pipeline: pipeline.name, out: options.out, files: written })}\n`);
    else context.terminal.write(`${[...texts, `wrote ${written.join(", ")} to ${options.out}`].join("\n")}\n`);
    return exitCode.ok;
  } finally {
    await open.close();
  }
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

async function readInput(pipeline: CompiledPipeline, given: string, folder: string) {
  const path = resolve(folder, given);
  if (!existsSync(path)) throw usageError(`--input ${given}: there is no such file.`);
  const { parseJson } = await import("../../compiler/schemas/validate.ts");
  const { fieldsSchema, readFields } = await import("../../runtime/services/wire-json.ts");
  const [only] = pipeline.parameters;
  const { base } = only?.type ?? {};
  const record = pipeline.parameters.length === 1 && base?.kind === "record" ? base.name : undefined;
  const text = readFileSync(path, "utf8");
  if (only === undefined || record === undefined) {
    const schema = fieldsSchema(pipeline.parameters, pipeline);
    const value = await parseJson<Readonly<Record<string, unknown>>>(schema, text, given);
    return readFields(value, pipeline.parameters, pipeline, dirname(path));
  }
  const fields = pipeline.records.find(({ name }) => name === record)?.fields ?? [];
  const value = await parseJson<Readonly<Record<string, unknown>>>(fieldsSchema(fields, pipeline), text, given);
  return new Map([[only.name, readFields(value, fields, pipeline, dirname(path))]]);
}
