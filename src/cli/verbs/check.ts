// `mmx check`: parses and checks specs, and their data files' headers where those are there; trains nothing.
import type { Command } from "commander";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import type { Act, Context } from "../context.ts";
import { examples, renderOptions } from "../context.ts";
import type { ExitCode } from "../failure.ts";
import { exitCode } from "../failure.ts";
import { expandFiles } from "../files.ts";
import { nodeHost } from "../host.ts";
import { collectPairs } from "../settings.ts";
import { type CheckedSpec, checkHeaders, dataPaths } from "../spec.ts";
import { counted } from "../text.ts";

interface CheckOptions {
  readonly set: Record<string, string>;
  readonly data: Record<string, string>;
}

export function addCheck(program: Command, act: Act): void {
  program
    .command("check")
    .summary("check specs without running anything")
    .description(
      "Checks names, sizes, shapes, masks, losses and training recipes. FILE is a spec, a folder (searched for *.mmx) or a\n" +
        "quoted glob. Where a data block's file is there, its head is compared with the block; no value is read.\n" +
        "Exits with 1 where a spec has an error; warnings alone exit with 0.",
    )
    .argument("<file...>", "specs, folders or globs")
    .option("--set <name=value>", "override a constant of the spec; may be given again", collectPairs("--set", "D=64"), {})
    .option("--data <name=path>", "the file of a data block; may be given again", collectPairs("--data", "clips=clips.npz"), {})
    .addHelpText("after", examples("mmx check model.mmx", 'mmx check "examples/**/*.mmx" --json'))
    .action((files: string[], options: CheckOptions, command: Command) =>
      act(command, (context) => check(files, options, context)),
    );
}

async function check(patterns: readonly string[], options: CheckOptions, context: Context): Promise<ExitCode> {
  const files = expandFiles(patterns, context.terminal.folder);
  const { checkSpec } = await import("../../compiler/check/index.ts");
  const host = nodeHost(context.terminal.folder);
  const all: Diagnostic[] = [];
  const json: unknown[] = [];
  for (const file of files) {
    const { diagnostics: found, sources, compiled } = checkSpec(host, file, { overrides: options.set, runnable: false });
    const diagnostics =
      compiled === undefined ? found : [...found, ...(await headerFindings({ path: file, compiled, sources }, options, context))];
    all.push(...diagnostics);
    if (diagnostics.length === 0) continue;
    const { render } = await import("../../compiler/diagnostics/render.ts");
    const { renderJson } = await import("../../compiler/diagnostics/json.ts");
    for (const diagnostic of diagnostics) {
      if (context.json) json.push(renderJson(diagnostic, sources));
      else context.terminal.write(`${render(diagnostic, sources, renderOptions(context))}\n\n`);
    }
  }
  const errors = all.filter(({ severity }) => severity === "error").length;
  const warnings = all.length - errors;
  if (context.json) {
    context.terminal.write(`${JSON.stringify({ files: files.length, errors, warnings, diagnostics: json }, undefined, 2)}\n`);
  } else {
    context.terminal.write(`${summary(files.length, errors, warnings)}\n`);
  }
  return errors > 0 ? exitCode.faulty : exitCode.ok;
}

/** What the heads of the spec's data files say against it. */
async function headerFindings(spec: CheckedSpec, options: CheckOptions, context: Context): Promise<readonly Diagnostic[]> {
  const { folder } = context.terminal;
  const paths = await dataPaths(spec, options.data, folder);
  return (await checkHeaders(spec, paths, { folder })).diagnostics;
}

function summary(files: number, errors: number, warnings: number): string {
  const where = counted(files, "file");
  if (errors + warnings === 0) return `${where} checked, nothing wrong.`;
  const parts = [errors > 0 ? counted(errors, "error") : "", warnings > 0 ? counted(warnings, "warning") : ""];
  return `${parts.filter((part) => part !== "").join(", ")} in ${where}.`;
}
