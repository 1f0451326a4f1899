// How a verb ends: the exit codes, and what a person is told when it fails. No stack trace unless MMX_DEBUG is set.
import type { Terminal } from "./terminal.ts";

/** Documented in docs/cli.md; scripts rely on them. */
export const exitCode = {
  ok: 0,
  /** The spec or the data has errors. */
  faulty: 1,
  /** The command line was not understood. */
  usage: 2,
  /** The work itself failed: a file that cannot be written, a value that is not finite, a broken checkpoint. */
  failed: 3,
  /** Stopped by Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** Something the user asked for cannot be done; `remedy` says what to do about it. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly remedy?: string,
    readonly exit: ExitCode = exitCode.failed,
  ) {
    super(message);
  }
}

/** A command line that makes no sense. */
export function usageError(message: string, remedy?: string): CommandError {
  return new CommandError(message, remedy, exitCode.usage);
}

/** Faults that mean a mistake in mmx and not in what it was given. */
function isOwnFault(error: unknown): boolean {
  return (
    error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError || !(error instanceof Error)
  );
}

/** Tells the failure and gives the exit code. */
export function tellFailure(error: unknown, terminal: Terminal, json: boolean): ExitCode {
  const exit = exitOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const remedy = remedyOf(error);
  if (json) terminal.write(`${JSON.stringify({ event: "error", message, ...(remedy === undefined ? {} : { remedy }) })}\n`);
  else terminal.writeError(`error: ${message}\n${remedy === undefined ? "" : `  ${remedy.replaceAll("\n", "\n  ")}\n`}`);
  if (terminal.environment.MMX_DEBUG) {
    terminal.writeError(`${error instanceof Error ? (error.stack ?? "") : ""}\n`);
  } else if (isOwnFault(error) && !json) {
    terminal.writeError("  This is a fault in mmx itself. Run again with MMX_DEBUG=1 to see where, and please report it.\n");
  }
  return exit;
}

/** Errors of these classes say that the data are at fault; named, so that no verb loads the runtime to compare. */
const dataFaults = new Set(["FormatError", "DataProblem"]);

function exitOf(error: unknown): ExitCode {
  if (error instanceof CommandError) return error.exit;
  return error instanceof Error && dataFaults.has(error.name) ? exitCode.faulty : exitCode.failed;
}

function remedyOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("remedy" in error && typeof error.remedy === "string")
    return error.message.includes(error.remedy) ? undefined : error.remedy;
  return systemRemedy(error);
}

function systemRemedy(error: Error): string | undefined {
  if (!("code" in error)) return undefined;
  switch (error.code) {
    case "ENOENT":
      return "Check the path; relative paths start at the folder you are in.";
    case "EACCES":
    case "EPERM":
      return "You may not read or write there; choose another place or change its permissions.";
    case "ENOSPC":
      return "The disk is full; free some space or choose another place with --out.";
    default:
      return undefined;
  }
}
