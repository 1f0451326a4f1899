// `mmx eval`: repeats a run's test with its saved weights, on the same data or on other data.
import { type Command, Option } from "commander";
import type { BackendRequest } from "../../runtime/backends/index.ts";
import { backendOption, openBackend } from "../backend.ts";
import type { Act, Context } from "../context.ts";
import { examples } from "../context.ts";
import { blocksOf, loadDatasets } from "../datasets.ts";
import type { ExitCode } from "../failure.ts";
import { exitCode } from "../failure.ts";
import { number, testTable } from "../progress.ts";
import { openedRun } from "../run.ts";
import { collectPairs } from "../settings.ts";

interface EvaluateOptions {
  readonly data: Record<string, string>;
  readonly checkpoint: "last" | "best";
  readonly backend: BackendRequest;
}

export function addEvaluate(program: Command, act: Act): void {
  program
    .command("eval")
    .summary("test a trained run again")
    .description(
      "Repeats the evaluate block, missing-modality conditions included, with the weights of every seed of the run. The data are\n" +
        "scaled with the statistics of the training.",
    )
    .argument("<run>", "a run directory")
    .option("--data <name=path>", "other data for a block; may be given again", collectPairs("--data", "clips=new.npz"), {})
    .addOption(
      new Option("--checkpoint <which>", "the weights kept at the end, or the best of the last stage")
        .choices(["last", "best"])
        .default("last"),
    )
    .addOption(backendOption())
    .addHelpText("after", examples("mmx eval runs/first", "mmx eval runs/first --data clips=new.npz --json"))
    .action((run: string, options: EvaluateOptions, command: Command) =>
      act(command, (context) => evaluate(run, options, context)),
    );
}

async function evaluate(folder: string, options: EvaluateOptions, context: Context): Promise<ExitCode> {
  const { run, spec, data } = await openedRun(folder, options.checkpoint, options.data, context);
  const { statistics, config } = run;
  const settings = { given: data, blocks: blocksOf(spec.compiled), statistics, sizes: dataSizes(config.sizes) };
  const datasets = await loadDatasets(spec, settings, context);
  const { evaluateRun } = await import("../../runtime/train/trained-run.ts");
  const { executor } = await openBackend(options.backend, spec.compiled, "test");
  const result = await evaluateRun({ run, spec: spec.compiled, datasets, executor });
  const { terminal } = context;
  if (context.json) {
    terminal.write(`${JSON.stringify({ event: "evaluated", run: folder, ...result })}\n`);
    return exitCode.ok;
  }
  terminal.write(`${spec.compiled.evaluate?.model} on ${result.split}, ${result.seeds.length === 1 ? "seed" : "seeds"} `);
  terminal.write(`${result.seeds.map(({ seed }) => seed).join(", ")}\n${testTable(result.test, result.missing).join("\n")}\n`);
  for (const [metric, reason] of Object.entries(result.reasons)) terminal.write(`${metric} is ${number(null)}: ${reason}\n`);
  return exitCode.ok;
}

/** `samples` belongs to the training part; other data bind their own. */
export function dataSizes({ samples: _, ...sizes }: Readonly<Record<string, number>>): Record<string, number> {
  return sizes;
}
