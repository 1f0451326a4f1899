// `mmx compare`: tables over runs and sweeps, as papers print them; and their curves over the share of modalities missing.
import { join, resolve } from "node:path";
import { type Command, Option } from "commander";
import { type TableFormat, tableFormats } from "../../runtime/tables/formats.ts";
import type { Table, TableKind } from "../../runtime/tables/table.ts";
import type { Act, Context } from "../context.ts";
import { examples } from "../context.ts";
import type { ExitCode } from "../failure.ts";
import { CommandError, exitCode, usageError } from "../failure.ts";

const kinds = ["metric", "rate", "subset", "sweep"] as const;

interface CompareOptions {
  readonly by?: TableKind;
  readonly metrics?: string;
  readonly format: TableFormat | "svg";
  readonly out?: string;
}

export function addCompare(program: Command, act: Act): void {
  program
    .command("compare")
    .summary("tables over runs and sweeps")
    .description(
      "Takes runs of one configuration together, whatever their seeds, and prints a row for each configuration: mean and standard\n" +
        "deviation over the seeds. RUN is a run directory or a sweep's folder. Columns are the metrics on all inputs; with --by\n" +
        "rate or subset the missing-modality conditions that the runs were tested under, with their mean; with --by sweep the\n" +
        "sweeps, with their mean. Without --by all tables are printed for which there are results.",
    )
    .argument("<run...>", "run directories and sweeps' folders")
    .addOption(new Option("--by <what>", "what the columns are").choices(kinds))
    .option("--metrics <names>", "the metrics, with commas between them (default: all of the results)")
    .addOption(
      new Option("--format <format>", "csv has full precision; latex is for booktabs; svg draws curves over the rates")
        .choices([...tableFormats, "svg"])
        .default("text"),
    )
    .option("--out <dir>", "write every table in every format, and the curves, into this folder")
    .addHelpText(
      "after",
      examples(
        "mmx compare runs/ablation",
        "mmx compare runs/zero-fill runs/cyin --by rate --metrics accuracy --format latex",
        "mmx compare runs/ablation --out tables",
      ),
    )
    .action((runs: string[], options: CompareOptions, command: Command) =>
      act(command, (context) => compare(runs, options, context)),
    );
}

async function compare(runs: readonly string[], options: CompareOptions, context: Context): Promise<ExitCode> {
  const { terminal } = context;
  const { readResults } = await import("../../runtime/tables/results.ts");
  const { kindsOf, metricNames, tablesOf } = await import("../../runtime/tables/table.ts");
  const { groups, notes } = await readResults(runs.map((run) => resolve(terminal.folder, run)));
  for (const note of notes) terminal.writeError(`note: ${note}\n`);
  if (groups.length === 0)
    throw new CommandError(
      "none of these runs has been tested yet.",
      "Finish them: mmx train --resume RUN, or the sweep's command again.",
    );
  const metrics = options.metrics?.split(",").map((name) => name.trim()) ?? metricNames(groups);
  const kinds = options.by === undefined ? (options.format === "svg" ? (["rate"] as const) : kindsOf(groups)) : [options.by];
  const tables = kinds.flatMap((kind) => tablesOf(kind, groups, metrics));
  if (options.out !== undefined) await writeAll(tables, options.out, context);
  else if (context.json) terminal.write(`${JSON.stringify({ event: "compared", groups, tables })}\n`);
  else terminal.write(await render(tables, options.format));
  return exitCode.ok;
}

async function render(tables: readonly Table[], format: CompareOptions["format"]): Promise<string> {
  if (format !== "svg") {
    const { writeTables } = await import("../../runtime/tables/write.ts");
    return writeTables(tables, format);
  }
  const [table, second] = tables;
  if (second !== undefined)
    throw usageError("--format svg draws one metric.", "Choose it: --metrics accuracy; or write all with --out DIR.");
  const { drawMissingCurve } = await import("../../runtime/report/missing-curves.ts");
  const svg = table === undefined ? undefined : await drawMissingCurve(table);
  if (svg === undefined)
    throw usageError("--format svg draws curves over the rates missing.", "Leave --by out, or give --by rate.");
  return `${svg}\n`;
}

/** `tables.txt`, `.md`, `.csv`, `.tex`, and a curve for each metric that has one. */
async function writeAll(tables: readonly Table[], out: string, context: Context): Promise<void> {
  const folder = resolve(context.terminal.folder, out);
  const { writeAtomically } = await import("../../runtime/files/atomic-file.ts");
  const { writeTables } = await import("../../runtime/tables/write.ts");
  const { drawMissingCurve } = await import("../../runtime/report/missing-curves.ts");
  const endings = { text: "txt", markdown: "md", csv: "csv", latex: "tex" } as const;
  const files = new Map(tableFormats.map((format) => [`tables.${endings[format]}`, writeTables(tables, format)]));
  for (const table of tables) {
    const svg = await drawMissingCurve(table);
    if (svg !== undefined) files.set(`${(table.columns[0]?.metric ?? "curve").replaceAll(/[^\w.-]/g, "_")}-by-rate.svg`, svg);
  }
  for (const [name, text] of files) await writeAtomically(join(folder, name), text);
  if (context.json) context.terminal.write(`${JSON.stringify({ event: "compared", files: [...files.keys()] })}\n`);
  else context.terminal.write(`${[...files.keys()].map((name) => join(out, name)).join("\n")}\n`);
}
