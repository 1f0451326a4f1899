// What the command line talks to: streams, colours, width and the working folder, as one record, so that tests run the real
// verbs in their own process.

export interface Terminal {
  /** Results: what a pipe should carry on. */
  write(text: string): void;
  /** Everything said to a person beside the result. */
  writeError(text: string): void;
  readStandardInput(): Promise<string>;
  /** Calls `stop` at Ctrl-C; the function given back takes the handler away again. */
  onInterrupt(stop: () => void): () => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  /** Program and arguments that run this command again, for work in processes of their own. */
  readonly self: readonly string[];
  /** Standard output is a terminal that a line can be redrawn on. */
  readonly interactive: boolean;
  readonly columns: number;
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  for (const stream of [process.stdout, process.stderr]) {
    // Whoever read the output has gone (`mmx train … | head`): nothing is left to say and nobody to say it to.
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(0);
      throw error;
    });
  }
  return {
    write: (text) => void process.stdout.write(text),
    writeError: (text) => void process.stderr.write(text),
    async readStandardInput() {
      // Node builds a whole streams library for this, which few commands need.
      const { text } = await import("node:stream/consumers");
      return text(process.stdin);
    },
    onInterrupt(stop) {
      process.on("SIGINT", stop);
      return () => process.off("SIGINT", stop);
    },
    environment: process.env,
    folder: process.cwd(),
    self: [process.execPath, ...process.execArgv, ...process.argv.slice(1, 2)],
    interactive: process.stdout.isTTY === true && process.env.TERM !== "dumb",
    columns: process.stdout.columns ?? 120,
  };
}

/** Whether to colour, by the conventions of no-color.org and force-color.org; `asked` is `--color` or `--no-color`. */
export function wantsColour(terminal: Terminal, asked: boolean): boolean {
  if (!asked || terminal.environment.NO_COLOR) return false;
  const forced = terminal.environment.FORCE_COLOR;
  if (forced !== undefined && forced !== "" && forced !== "0") return true;
  return terminal.interactive;
}
