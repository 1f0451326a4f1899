// `mmx predict`: a run's predictions for every sample of a data file, which needs no targets, as npz or csv.
import { extname, resolve } from "node:path";
import { type Command, Option } from "commander";
import type { CompiledModel, CompiledSpec } from "../../compiler/compiled.ts";
import type { BackendRequest } from "../../runtime/backends/index.ts";
import type { Dataset } from "../../runtime/data/dataset.ts";
import type { Column } from "../../runtime/data/formats/format.ts";
import type { Prediction } from "../../runtime/train/predictions.ts";
import { backendOption, openBackend } from "../backend.ts";
import type { Act, Context } from "../context.ts";
import { examples } from "../context.ts";
import { loadDatasets } from "../datasets.ts";
import type { ExitCode } from "../failure.ts";
import { exitCode, usageError } from "../failure.ts";
import { openedRun } from "../run.ts";
import { collectPairs, wholeNumber } from "../settings.ts";
import { counted } from "../text.ts";
import { dataSizes } from "./eval.ts";

interface PredictOptions {
  readonly data: Record<string, string>;
  readonly out: string;
  readonly seed?: number;
  readonly checkpoint: "last" | "best";
  readonly backend: BackendRequest;
}

export function addPredict(program: Command, act: Act): void {
  program
    .command("predict")
    .summary("predict with a trained run")
    .description(
      "Writes a prediction for every sample of the data, in their order: values; classes with their probabilities. The file needs\n" +
        "no target columns. It is scaled with the statistics of the training. Identifiers of the data are copied.",
    )
    .argument("<run>", "a run directory")
    .option(
      "--data <name=path>",
      "the data to predict for (default: those of the training)",
      collectPairs("--data", "clips=new.npz"),
      {},
    )
    .option("--out <file>", "where to write, .csv or .npz", "predictions.csv")
    .option("--seed <number>", "the seed whose weights to take (default: the first)", wholeNumber("--seed", 0))
    .addOption(
      new Option("--checkpoint <which>", "the weights kept at the end, or the best of the last stage")
        .choices(["last", "best"])
        .default("last"),
    )
    .addOption(backendOption())
    .addHelpText("after", examples("mmx predict runs/first --data clips=new.npz --out predictions.csv"))
    .action((run: string, options: PredictOptions, command: Command) =>
      act(command, (context) => predict(run, options, context)),
    );
}

async function predict(folder: string, options: PredictOptions, context: Context): Promise<ExitCode> {
  if (![".csv", ".npz"].includes(extname(options.out)))
    throw usageError(`--out ${options.out}: predictions are written as .csv or .npz.`);
  const { run, spec, data } = await openedRun(folder, options.checkpoint, options.data, context);
  const { statistics, config } = run;
  const parameters = readParameters(spec.compiled);
  const blocks = [...new Set(parameters.map(({ data: block }) => block))];
  const settings = { given: data, blocks, statistics, sizes: dataSizes(config.sizes), targets: "optional" } as const;
  const datasets = await loadDatasets(spec, settings, context);
  const { wholePart } = await import("../../runtime/data/dataset.ts");
  const { predictRun } = await import("../../runtime/train/trained-run.ts");
  const { executor } = await openBackend(options.backend, spec.compiled, "test");
  const sources = parameters.flatMap(({ name, data: block, without }) => {
    const dataset = datasets[block];
    return dataset === undefined ? [] : [{ parameter: name, parts: [{ dataset, part: wholePart }], without }];
  });
  const predictions = await predictRun({ run, spec: spec.compiled, sources, executor, seed: options.seed });
  const first = datasets[parameters[0]?.data ?? ""];
  const columns = [...identifiers(first, predictions), ...predictions.flatMap(columnsOf)];
  const { writeColumns } = await import("../../runtime/data/formats/write.ts");
  await writeColumns(resolve(context.terminal.folder, options.out), new Map(columns.map((column) => [column.name, column])));
  const { terminal } = context;
  const names = columns.map(({ name }) => name);
  if (context.json)
    terminal.write(`${JSON.stringify({ event: "predicted", file: options.out, samples: first?.count, columns: names })}\n`);
  else terminal.write(`Wrote ${options.out}: ${names.join(", ")} for ${counted(first?.count ?? 0, "sample")}\n`);
  return exitCode.ok;
}

/** The model's parameters that its predictions read, each with the data block that it is tested (else trained) on. */
function readParameters({
  train,
  evaluate,
  models,
}: CompiledSpec): readonly { name: string; data: string; without: readonly string[] }[] {
  const model: CompiledModel | undefined = models.find(({ name }) => name === train?.model);
  const read = new Set(
    model?.prediction.nodes.flatMap(({ op, attributes }) =>
      op === "input" ? [String(attributes.name).split(/[.#]/, 1)[0]] : [],
    ),
  );
  return (model?.parameters ?? [])
    .filter(({ name }) => read.has(name))
    .map(({ name, data, without }) => ({ name, without, data: evaluate?.on[name]?.data ?? train?.on[name]?.[0] ?? data }));
}

function columnsOf({ columns }: Prediction): Column[] {
  return columns.map(({ name, shape, values }) => ({ name, shape, values, type: typeOf(values) }));
}

const typeOf = (values: Prediction["columns"][number]["values"]): Column["type"] => {
  if (values instanceof Float32Array) return "f32";
  return values instanceof Int32Array ? "i32" : "text";
};

/** Columns that name the samples, where there is one prediction a sample. */
function identifiers(dataset: Dataset | undefined, predictions: readonly Prediction[]): Column[] {
  if (dataset === undefined) return [];
  const whole = predictions.every(({ columns }) => columns.every(({ shape }) => shape[0] === dataset.count));
  if (!whole) return [];
  return [...dataset.fields.values()].flatMap(({ field, values, shape }) =>
    field.role === "id" ? [{ name: field.name, shape, values, type: typeOf(values) }] : [],
  );
}
