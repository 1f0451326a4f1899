// docs/cli.md, from the command line's own help texts.
import type { Command } from "commander";
import { exitCode } from "../../src/cli/failure.ts";
import { mmxProgram } from "../../src/cli/program.ts";
import type { Terminal } from "../../src/cli/terminal.ts";
import { fenced, generatedBy, page, table } from "./markdown.ts";

const exitMeanings: Readonly<Record<keyof typeof exitCode, string>> = {
  ok: "done; warnings are allowed",
  faulty: "the spec or the data has errors, or `fmt --check` found a file laid out otherwise",
  usage: "the command line was not understood",
  failed: "the work itself failed: no such backend, a broken checkpoint, a value that is not finite",
  interrupted: "stopped by Ctrl-C; everything was saved",
};

export function cliPage(): string {
  const program = mmxProgram(silentTerminal, () => undefined);
  return page(
    generatedBy("scripts/docs/cli-page.ts"),
    "# The command line",
    "In the repository, `npx mmx` runs the command that `npm ci` built.",
    fenced(helpOf(program), "text"),
    "## Exit codes",
    table(
      ["code", "meaning"],
      Object.entries(exitMeanings).map(([name, meaning]) => [String(exitCode[name as keyof typeof exitCode]), meaning]),
    ),
    ...program.commands.flatMap((command) => verbSections(command, "")),
  );
}

function verbSections(command: Command, parent: string): string[] {
  const name = `${parent}${command.name()}`;
  return [
    `## mmx ${name}`,
    fenced(helpOf(command), "text"),
    ...command.commands.flatMap((inner) => verbSections(inner, `${name} `)),
  ];
}

/** The help as `--help` prints it, with the examples behind it. */
function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => silentTerminal.columns,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text;
}

/** Says nothing and knows nothing of this machine. */
export const silentTerminal: Terminal = {
  write: () => undefined,
  writeError: () => undefined,
  readStandardInput: async () => "",
  onInterrupt: () => () => undefined,
  environment: {},
  folder: ".",
  self: [],
  interactive: false,
  columns: 120,
};
