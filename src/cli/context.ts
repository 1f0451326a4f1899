// What every verb is given: the terminal and the options that hold for all verbs.
import type { Command } from "commander";
import type { RenderOptions } from "../compiler/diagnostics/render.ts";
import type { ExitCode } from "./failure.ts";
import type { Terminal } from "./terminal.ts";
import { wantsColour } from "./terminal.ts";

export interface Context {
  readonly terminal: Terminal;
  /** `--json`: results as JSON on standard output. */
  readonly json: boolean;
  readonly colour: boolean;
}

/** Runs a verb in its context; its exit code becomes the command's. */
export type Act = (command: Command, verb: (context: Context) => Promise<ExitCode>) => Promise<void>;

export function contextOf(command: Command, terminal: Terminal): Context {
  const options: { readonly json?: boolean; readonly color?: boolean } = command.optsWithGlobals();
  return { terminal, json: options.json === true, colour: wantsColour(terminal, options.color !== false) };
}

/** How diagnostics are drawn here. */
export function renderOptions(context: Context): RenderOptions {
  return { colour: context.colour, width: Math.max(60, context.terminal.columns) };
}

/** `text` with an example block behind a verb's help. */
export function examples(...lines: readonly string[]): string {
  return `\nExample${lines.length > 1 ? "s" : ""}:\n${lines.map((line) => `  $ ${line}`).join("\n")}\n`;
}
