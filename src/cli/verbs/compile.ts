// `mmx compile --to ts`: a spec's model as a module of another language.
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import type { Act, Context } from "../context.ts";
import { examples } from "../context.ts";
import type { ExitCode } from "../failure.ts";
import { exitCode } from "../failure.ts";
import { collectPairs } from "../settings.ts";
import { checkedSpec, chosenModel } from "../spec.ts";
import { version } from "../version.ts";

interface CompileOptions {
  readonly to: "ts";
  readonly model?: string;
  readonly set: Record<string, string>;
  readonly out?: string;
}

export function addCompile(program: Command, act: Act): void {
  program
    .command("compile")
    .summary("write a model as TypeScript")
    .description("Prints a readable, typed TypeScript module over tfjs: the model's predictions and losses in evaluation mode.")
    .argument("<spec>", "the spec")
    .addOption(new Option("--to <language>", "the language").choices(["ts"]).default("ts"))
    .option("--model <name>", "the model, where the spec has several")
    .option("--set <name=value>", "override a constant of the spec; may be given again", collectPairs("--set", "D=64"), {})
    .option("--out <file>", "write there instead of to standard output")
    .addHelpText("after", examples("mmx compile --to ts model.mmx --out model.ts"))
    .action((spec: string, options: CompileOptions, command: Command) =>
      act(command, (context) => compile(spec, options, context)),
    );
}

async function compile(path: string, options: CompileOptions, context: Context): Promise<ExitCode> {
  const spec = await checkedSpec(path, options.set, context);
  const { emitTypescript } = await import("../../compiler/emit/typescript/module.ts");
  const text = await emitTypescript(chosenModel(spec, options.model), { version, sources: spec.sources });
  if (options.out === undefined) context.terminal.write(text);
  else {
    writeFileSync(resolve(context.terminal.folder, options.out), text);
    context.terminal.writeError(`wrote ${options.out}\n`);
  }
  return exitCode.ok;
}
