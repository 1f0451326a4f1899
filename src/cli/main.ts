// The `mmx` command: reads the command line, runs one verb, gives its exit code. bin/mmx.js calls `run` from the bundle.
import { CommanderError } from "commander";
import { exitCode, tellFailure } from "./failure.ts";
import { mmxProgram } from "./program.ts";
import type { Terminal } from "./terminal.ts";
import { processTerminal } from "./terminal.ts";

/** Runs `mmx` with these arguments (without the command's own name). Never throws; the result is the exit code. */
export async function run(argv: readonly string[], terminal: Terminal = processTerminal()): Promise<number> {
  let exit: number = exitCode.ok;
  const program = mmxProgram(terminal, (code) => {
    exit = code;
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
    return tellFailure(error, terminal, argv.includes("--json"));
  }
}
