// The whole command line as data: the verbs in the order in which help lists them. Every verb loads what it needs when it
// runs and not before, so that `mmx check` starts fast.
import { Command } from "commander";
import type { Act } from "./context.ts";
import { contextOf, examples } from "./context.ts";
import type { ExitCode } from "./failure.ts";
import type { Terminal } from "./terminal.ts";
import { addCheck } from "./verbs/check.ts";
import { addCompare } from "./verbs/compare.ts";
import { addCompile } from "./verbs/compile.ts";
import { addData } from "./verbs/data.ts";
import { addDoctor } from "./verbs/doctor.ts";
import { addEvaluate } from "./verbs/eval.ts";
import { addExplain } from "./verbs/explain.ts";
import { addFormat } from "./verbs/fmt.ts";
import { addInit } from "./verbs/init.ts";
import { addPredict } from "./verbs/predict.ts";
import { addRun } from "./verbs/run.ts";
import { addShow } from "./verbs/show.ts";
import { addSweep } from "./verbs/sweep.ts";
import { addTrain } from "./verbs/train.ts";
import { version } from "./version.ts";

const verbs = [
  addInit,
  addCheck,
  addFormat,
  addExplain,
  addShow,
  addData,
  addTrain,
  addSweep,
  addEvaluate,
  addCompare,
  addPredict,
  addRun,
  addCompile,
  addDoctor,
];

/** The program; `finish` receives the exit code of the verb that ran. */
export function mmxProgram(terminal: Terminal, finish: (exit: ExitCode) => void): Command {
  const program = new Command("mmx");
  program
    .description("A small declarative language for multimodal learning: specs are checked, compiled and trained.")
    .version(version, "-V, --version")
    .option("--json", "results as JSON on standard output")
    .option("--no-color", "no colours (also: the environment variable NO_COLOR)")
    .helpCommand(true)
    .showHelpAfterError("(mmx --help lists the verbs; mmx help VERB explains one)")
    .configureOutput({
      writeOut: (text) => terminal.write(text),
      writeErr: (text) => terminal.writeError(text),
      getOutHelpWidth: () => terminal.columns,
      getErrHelpWidth: () => terminal.columns,
    })
    .exitOverride()
    .addHelpText("after", examples("mmx check model.mmx", "mmx train model.mmx --data clips=clips.npz", "mmx explain MMX2001"))
    .addHelpText(
      "after",
      "\nExit codes: 0 done; 1 the spec or the data has errors; 2 the command line was not understood;\n" +
        "3 the work failed; 130 stopped by Ctrl-C. MMX_DEBUG=1 shows stack traces.",
    );
  const act: Act = async (command, verb) => finish(await verb(contextOf(command, terminal)));
  for (const add of verbs) add(program, act);
  return program;
}
