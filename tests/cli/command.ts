// Runs the real command line in the test's own process, with captured streams and a folder of its own.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../src/cli/main.ts";
import type { Terminal } from "../../src/cli/terminal.ts";
import { mmxProcess } from "../runs/mmx.ts";

export interface CommandResult {
  readonly exit: number;
  readonly out: string;
  readonly error: string;
}

export interface CommandOptions {
  readonly folder?: string;
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** `mmx` with these arguments. */
export async function mmx(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  let out = "";
  let error = "";
  const terminal: Terminal = {
    write: (text) => {
      out += text;
    },
    writeError: (text) => {
      error += text;
    },
    readStandardInput: async () => options.input ?? "",
    onInterrupt: () => () => undefined,
    environment: options.environment ?? {},
    folder: options.folder ?? process.cwd(),
    self: [mmxProcess.program, ...mmxProcess.arguments],
    interactive: false,
    columns: 120,
  };
  const exit = await run(argv, terminal);
  return { exit, out, error };
}

/** Calls `use` with an empty folder, which is gone afterwards. */
export async function inFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "mmx-cli-"));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
