// `mmx explain CODE`: why mmx refuses something, with a wrong and a right spec; without a code, the list of all.
import type { Command } from "commander";
import type { AnyDiagnosticRecord } from "../../compiler/diagnostics/explain.ts";
import type { Act, Context } from "../context.ts";
import { examples, renderOptions } from "../context.ts";
import type { ExitCode } from "../failure.ts";
import { exitCode, usageError } from "../failure.ts";

export function addExplain(program: Command, act: Act): void {
  program
    .command("explain")
    .summary("say why mmx refuses something, and how to mend it")
    .description("Explains a diagnostic by its code or its name. Without one, lists all.")
    .argument("[code]", "MMX2001, or name-unknown")
    .addHelpText("after", examples("mmx explain MMX2001", "mmx explain widths-differ", "mmx explain"))
    .action((code: string | undefined, _options: unknown, command: Command) =>
      act(command, (context) => explainCode(code, context)),
    );
}

async function explainCode(code: string | undefined, context: Context): Promise<ExitCode> {
  const { allDiagnostics } = await import("../../compiler/diagnostics/records/index.ts");
  const { explain, findDiagnostic } = await import("../../compiler/diagnostics/explain.ts");
  const { terminal } = context;
  if (code === undefined) {
    if (context.json)
      terminal.write(`${JSON.stringify(allDiagnostics.map(({ code, slug, severity }) => ({ code, slug, severity })))}\n`);
    else for (const record of allDiagnostics) terminal.write(`${record.code}  ${record.severity.padEnd(7)}  ${record.slug}\n`);
    return exitCode.ok;
  }
  const record = findDiagnostic(allDiagnostics, code);
  if (record === undefined) {
    const { closest } = await import("../../compiler/diagnostics/suggest.ts");
    const meant = closest(
      code,
      allDiagnostics.flatMap((known) => [known.slug, known.code]),
    );
    throw usageError(
      `${code} is no diagnostic of mmx.`,
      meant === undefined ? "mmx explain, without a code, lists all of them." : `Did you mean ${meant}?`,
    );
  }
  const says = await sayingsOf(record, context);
  if (context.json) {
    const { slug, severity, why, bad, good } = record;
    terminal.write(`${JSON.stringify({ code: record.code, slug, severity, why, bad, good, says })}\n`);
  } else {
    terminal.write(`${explain(record, says === "" ? undefined : says, context.colour)}\n`);
  }
  return exitCode.ok;
}

/** What the checker says about a record's bad spec; empty where only a data file brings it out. */
async function sayingsOf({ bad, around }: AnyDiagnosticRecord, context: Context): Promise<string> {
  const { checkSpec } = await import("../../compiler/check/index.ts");
  const { renderAll } = await import("../../compiler/diagnostics/render.ts");
  const { memoryHost } = await import("../../compiler/host.ts");
  const host = memoryHost({ ...around?.files, "spec.mmx": bad });
  const { diagnostics, sources } = checkSpec(host, "spec.mmx", { overrides: around?.overrides ?? {} });
  return renderAll(diagnostics, sources, context.json ? {} : renderOptions(context));
}
