// `mmx data inspect` and `mmx data synth`: from a file to a data block, and from a data block to a file.
import { existsSync } from "node:fs";
import { relative, resolve } from "node:path";
import type { Command } from "commander";
import type { Act, Context } from "../context.ts";
import { examples } from "../context.ts";
import type { ExitCode } from "../failure.ts";
import { CommandError, exitCode, usageError } from "../failure.ts";
import { collectPairs, numbers, wholeNumber } from "../settings.ts";
import { checkedSpec, dataPaths, onlyData } from "../spec.ts";

interface SynthOptions {
  readonly block?: string;
  readonly out?: string;
  readonly samples: number;
  readonly seed: number;
  readonly size: Record<string, string>;
  readonly set: Record<string, string>;
}

export function addData(program: Command, act: Act): void {
  const data = program
    .command("data")
    .summary("describe a data file, or make data up")
    .description("Data files and data blocks.");
  data
    .command("inspect")
    .summary("print a data block for a file")
    .description("Prints a `data` block ready to paste, for an npz, npy or csv file. Guesses are marked by comments.")
    .argument("<file>", "the data file")
    .addHelpText("after", examples("mmx data inspect clips.npz"))
    .action((file: string, _options: unknown, command: Command) => act(command, (context) => inspectFile(file, context)));
  data
    .command("synth")
    .summary("make data up for a spec")
    .description(
      "Writes an npz file (or csv, by --out) of the right types and shapes, whose targets depend on the inputs, so that a spec\n" +
        "can be tried without data. Goes to the block's own `file` unless --out says otherwise; never overwrites.",
    )
    .argument("<spec>", "the spec")
    .option("--block <name>", "the data block, where the spec has several")
    .option("--out <file>", "where to write")
    .option("--samples <count>", "number of samples", wholeNumber("--samples", 1), 200)
    .option("--seed <number>", "of the randomness", wholeNumber("--seed", 0), 1)
    .option("--size <name=number>", "a size that the data decide; may be given again", collectPairs("--size", "Ft=300"), {})
    .option("--set <name=value>", "override a constant of the spec; may be given again", collectPairs("--set", "D=64"), {})
    .addHelpText(
      "after",
      examples("mmx data synth model.mmx", "mmx data synth model.mmx --samples 1000 --size Ft=300 --out clips.npz"),
    )
    .action((spec: string, options: SynthOptions, command: Command) => act(command, (context) => synth(spec, options, context)));
}

async function inspectFile(file: string, context: Context): Promise<ExitCode> {
  const { inspect } = await import("../../runtime/data/inspect.ts");
  const block = await inspect(resolve(context.terminal.folder, file));
  context.terminal.write(context.json ? `${JSON.stringify({ file, block })}\n` : block);
  return exitCode.ok;
}

async function synth(path: string, options: SynthOptions, context: Context): Promise<ExitCode> {
  const { terminal } = context;
  const spec = await checkedSpec(path, options.set, context);
  const schema = onlyData(spec, options.block);
  const own = (await dataPaths(spec, {}, terminal.folder))[schema.name];
  const target = options.out === undefined ? own : resolve(terminal.folder, options.out);
  if (target === undefined) throw usageError(`data ${schema.name} has no file line.`, "Say where to write: --out clips.npz");
  const shown = relative(terminal.folder, target);
  if (existsSync(target))
    throw new CommandError(
      `${shown} is there already, and made-up data overwrite nothing.`,
      "Write elsewhere with --out, or remove it first.",
    );
  const { synthesise } = await import("../../runtime/data/synth.ts");
  const { writeColumns } = await import("../../runtime/data/formats/write.ts");
  const { samples, seed } = options;
  const columns = synthesise(schema, numbers("--size", options.size), { samples, seed, dimensions: spec.compiled.dimensions });
  await writeColumns(target, columns);
  const written = [...columns.values()].map(({ name, type, shape }) => `${name} ${type}[${shape.join(", ")}]`);
  if (context.json) terminal.write(`${JSON.stringify({ file: shown, samples, columns: written })}\n`);
  else terminal.write(`Wrote ${shown}: ${written.join(", ")}\n`);
  return exitCode.ok;
}
