// `mmx doctor`: what this machine can run specs on, what is missing and how to get it; every backend proves itself on a small
// training step.
import { availableParallelism, totalmem } from "node:os";
import type { Command } from "commander";
import pico from "picocolors";
import type { Probe } from "../../runtime/backends/index.ts";
import type { Act, Context } from "../context.ts";
import { examples } from "../context.ts";
import type { ExitCode } from "../failure.ts";
import { exitCode } from "../failure.ts";
import { version } from "../version.ts";

export function addDoctor(program: Command, act: Act): void {
  program
    .command("doctor")
    .summary("say which backends work here, and how to get the others")
    .description(
      "Starts every backend and checks a small training step on it against the reference. Exits with 3 where none is ready.",
    )
    .addHelpText("after", examples("mmx doctor", "mmx doctor --json"))
    .action((_options: unknown, command: Command) => act(command, doctor));
}

async function doctor(context: Context): Promise<ExitCode> {
  const { probeBackends } = await import("../../runtime/backends/index.ts");
  const machine = {
    mmx: version,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    processors: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  };
  const probes = await probeBackends();
  const ready = probes.filter(({ state }) => state === "ready");
  const { terminal } = context;
  if (context.json) {
    terminal.write(`${JSON.stringify({ machine, backends: probes }, undefined, 2)}\n`);
  } else {
    terminal.write(
      `mmx ${machine.mmx}, Node ${machine.node}, ${machine.platform}, ${machine.processors} processors, ${machine.memoryGiB} GiB memory\n\n`,
    );
    for (const probe of probes) terminal.write(`${probeText(probe, context.colour)}\n`);
    terminal.write(ready.length === 0 ? "\nNo backend is ready: nothing can be trained here.\n" : "");
  }
  return ready.length === 0 ? exitCode.failed : exitCode.ok;
}

/** One backend: its state, what it runs on, how its self-test went; what to do on a second line. */
export function probeText(probe: Probe, colour: boolean): string {
  const paint = pico.createColors(colour);
  const brush = { ready: paint.green, missing: paint.yellow, broken: paint.red }[probe.state];
  const test = probe.selfTest === undefined ? "" : ` (self-test ${Math.round(probe.selfTest.milliseconds)} ms)`;
  const line = `${probe.name.padEnd(9)} ${brush(probe.state.padEnd(8))} ${probe.doc}: ${probe.detail}${test}`;
  return probe.remedy === undefined ? line : `${line}\n${" ".repeat(19)}${probe.remedy}`;
}
