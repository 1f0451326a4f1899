// `mmx fmt`: the one layout of a spec. Prints it, writes it back, or says which files lack it.
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { Act, Context } from "../context.ts";
import { examples, renderOptions } from "../context.ts";
import type { ExitCode } from "../failure.ts";
import { exitCode, usageError } from "../failure.ts";
import { expandFiles } from "../files.ts";

interface FormatOptions {
  readonly write?: boolean;
  readonly check?: boolean;
}

export function addFormat(program: Command, act: Act): void {
  program
    .command("fmt")
    .summary("lay out specs in the one canonical way")
    .description(
      "Prints the laid-out text. With --write the files are changed in place; with --check nothing is changed and the exit\n" +
        "code is 1 where a file is laid out otherwise. `-` reads standard input. Comments are kept.",
    )
    .argument("<file...>", "specs, folders or globs; - for standard input")
    .option("--write", "change the files in place")
    .option("--check", "only say which files would change")
    .addHelpText("after", examples("mmx fmt --write model.mmx", "mmx fmt --check examples", "mmx fmt - < model.mmx"))
    .action((files: string[], options: FormatOptions, command: Command) =>
      act(command, (context) => formatFiles(files, options, context)),
    );
}

async function formatFiles(patterns: readonly string[], options: FormatOptions, context: Context): Promise<ExitCode> {
  if (options.write && options.check) throw usageError("--write and --check exclude each other.");
  const { terminal } = context;
  if (patterns.includes("-")) {
    if (patterns.length > 1 || options.write) throw usageError("- stands alone, and standard input cannot be written back.");
    const text = await terminal.readStandardInput();
    return formatted("standard input", text, context, (laidOut) => {
      if (!options.check) terminal.write(laidOut);
      return options.check && laidOut !== text ? exitCode.faulty : exitCode.ok;
    });
  }
  const files = expandFiles(patterns, terminal.folder);
  if (files.length > 1 && !options.write && !options.check) throw usageError("Several files need --write or --check.");
  let exit: ExitCode = exitCode.ok;
  const changed: string[] = [];
  for (const file of files) {
    const path = resolve(terminal.folder, file);
    const text = readFileSync(path, "utf8");
    const result = await formatted(file, text, context, (laidOut) => {
      if (!options.write && !options.check && !context.json) terminal.write(laidOut);
      if (laidOut === text) return exitCode.ok;
      changed.push(file);
      if (options.write) writeFileSync(path, laidOut);
      return options.check ? exitCode.faulty : exitCode.ok;
    });
    if (result !== exitCode.ok) exit = result;
  }
  if (context.json) terminal.write(`${JSON.stringify({ files: files.length, changed })}\n`);
  else if (options.check) for (const file of changed) terminal.write(`${file} is laid out otherwise: mmx fmt --write ${file}\n`);
  else if (options.write) for (const file of changed) terminal.write(`${file} laid out\n`);
  return exit;
}

/** A text with syntax errors is left alone, and its errors are shown. */
async function formatted(path: string, text: string, context: Context, use: (laidOut: string) => ExitCode): Promise<ExitCode> {
  const { parse } = await import("../../compiler/syntax/parse.ts");
  const { diagnostics } = parse({ path, text });
  if (diagnostics.some(({ severity }) => severity === "error")) {
    const { renderAll } = await import("../../compiler/diagnostics/render.ts");
    context.terminal.writeError(`${renderAll(diagnostics, new Map([[path, text]]), renderOptions(context))}\n`);
    return exitCode.faulty;
  }
  const { format } = await import("../../compiler/syntax/format.ts");
  return use(format(text));
}
