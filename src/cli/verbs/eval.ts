// `mmx eval`: repeats a run's test with its saved weights, on the same data or on other data.
import { type Command, Option } from "commander";
import type { BackendRequest } from "../../runtime/backends/index.ts";
import { type TableFormat, tableFormats } from "../../runtime/tables/formats.ts";
import type { SeedResult } from "../../runtime/tables/results.ts";
import { backendOption, openBackend } from "../backend.ts";
import type { Act, Context } from "../context.ts";
import { examples } from "../context.ts";
import { blocksOf, loadDatasets } from "../datasets.ts";
import type { ExitCode } from "../failure.ts";
import { exitCode, usageError } from "../failure.ts";
import { number, testTable } from "../progress.ts";
import { openedRun } from "../run.ts";
import { collectPairs, wholeNumber } from "../settings.ts";

interface EvaluateOptions {
  readonly data: Record<string, string>;
  readonly checkpoint: "last" | "best";
  readonly backend: BackendRequest;
  readonly missing?: readonly string[] | true;
  readonly draws: number;
  readonly format: TableFormat;
}

export function addEvaluate(program: Command, act: Act): void {
  program
    .command("eval")
    .summary("test a trained run again")
    .description(
      "Repeats the evaluate block, missing-modality conditions included, with the weights of every seed of the run. The data are\n" +
        "scaled with the statistics of the training. --missing hides modalities: chosen ones (every set of modalities kept), or\n" +
        "at random at each rate, every sample keeping at least one; whatever the spec's evaluate block says of it.",
    )
    .argument("<run>", "a run directory")
    .option("--data <name=path>", "other data for a block; may be given again", collectPairs("--data", "clips=new.npz"), {})
    .addOption(
      new Option("--checkpoint <which>", "the weights kept at the end, or the best of the last stage")
        .choices(["last", "best"])
        .default("last"),
    )
    .option("--missing [what...]", "rates, rates .1-.7, rates(30%), subsets, subsets({text}); both kinds where nothing follows")
    .option("--draws <count>", "draw what is missing so many times and take means", wholeNumber("--draws", 1), 1)
    .addOption(
      new Option("--format <format>", "how --missing's tables by rate and by subset are written")
        .choices(tableFormats)
        .default("text"),
    )
    .addOption(backendOption())
    .addHelpText(
      "after",
      examples(
        "mmx eval runs/first",
        "mmx eval runs/first --missing rates .1-.7 --draws 5 --format latex",
        "mmx eval runs/first --data clips=new.npz --json",
      ),
    )
    .action((run: string, options: EvaluateOptions, command: Command) =>
      act(command, (context) => evaluate(run, options, context)),
    );
}

async function evaluate(folder: string, options: EvaluateOptions, context: Context): Promise<ExitCode> {
  const asked = options.missing === undefined ? {} : { "evaluate.missing": missingSetting(options.missing) };
  const { run, spec, data } = await openedRun(folder, options.checkpoint, options.data, context, asked);
  const { statistics, config } = run;
  const settings = { given: data, blocks: blocksOf(spec.compiled), statistics, sizes: dataSizes(config.sizes) };
  const datasets = await loadDatasets(spec, settings, context);
  const { evaluateRun } = await import("../../runtime/train/trained-run.ts");
  const { executor } = await openBackend(options.backend, spec.compiled, "test");
  const result = await evaluateRun({ run, spec: spec.compiled, datasets, executor, draws: options.draws });
  const { terminal } = context;
  if (context.json) {
    terminal.write(`${JSON.stringify({ event: "evaluated", run: folder, ...result })}\n`);
    return exitCode.ok;
  }
  if (options.missing !== undefined) {
    terminal.write(await missingTables(folder, result.seeds, options.format));
    return exitCode.ok;
  }
  terminal.write(`${spec.compiled.evaluate?.model} on ${result.split}, ${result.seeds.length === 1 ? "seed" : "seeds"} `);
  terminal.write(`${result.seeds.map(({ seed }) => seed).join(", ")}\n${testTable(result.test, result.missing).join("\n")}\n`);
  for (const [metric, reason] of Object.entries(result.reasons)) terminal.write(`${metric} is ${number(null)}: ${reason}\n`);
  return exitCode.ok;
}

/** What `--missing` says, as the spec's setting: `rates .1-.7 subsets` is `[rates(0.1 .. 0.7), subsets(all)]`. Throws a usage error. */
function missingSetting(given: readonly string[] | true): string {
  if (given === true || given.length === 0) return "[rates(10% .. 70%), subsets(all)]";
  const range = /^(\d*\.?\d+%?)(?:-|\.\.)(\d*\.?\d+%?)$/;
  const protocols: string[] = [];
  for (const [at, word] of given.entries()) {
    const bounds = range.exec(word);
    if (bounds !== null && given[at - 1] === "rates") continue;
    const next = range.exec(given[at + 1] ?? "");
    const decimal = (text: string | undefined): string => (text?.startsWith(".") === true ? `0${text}` : (text ?? ""));
    if (word === "rates")
      protocols.push(next === null ? "rates(10% .. 70%)" : `rates(${decimal(next[1])} .. ${decimal(next[2])})`);
    else if (word === "subsets") protocols.push("subsets(all)");
    else if (/^(?:rates|subsets)\(.*\)$/.test(word)) protocols.push(word);
    else
      throw usageError(
        `--missing ${word}: rates or subsets are wanted.`,
        "For example: --missing rates .1-.7, or --missing subsets",
      );
  }
  return `[${protocols.join(", ")}]`;
}

async function missingTables(run: string, seeds: readonly SeedResult[], format: TableFormat): Promise<string> {
  const { kindsOf, metricNames, tablesOf } = await import("../../runtime/tables/table.ts");
  const { writeTables } = await import("../../runtime/tables/write.ts");
  const groups = [{ name: run, sweep: run, seeds }];
  return writeTables(
    kindsOf(groups).flatMap((kind) => tablesOf(kind, groups, metricNames(groups))),
    format,
  );
}

/** `samples` belongs to the training part; other data bind their own. */
export function dataSizes({ samples: _, ...sizes }: Readonly<Record<string, number>>): Record<string, number> {
  return sizes;
}
