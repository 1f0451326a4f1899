// A training in a process of its own, run as a user runs it, that can be ended at a chosen moment. While it runs, every
// checkpoint that it announces is read, so that optimiser state can be compared too: the finished run keeps none.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** When to end the process. */
export interface Moment {
  /** Events seen before. */
  readonly events: number;
  /** Milliseconds after that. */
  readonly delay: number;
  /** Then wait until a checkpoint is being written (at most two seconds). */
  readonly whileSaving: boolean;
  readonly signal: "SIGKILL" | "SIGINT";
}

export interface Ending {
  readonly how: "done" | "killed" | "interrupted";
  readonly events: readonly string[];
  /** Whether a half-written checkpoint was left behind. */
  readonly leftPartial: boolean;
  readonly checkpoints: readonly Uint8Array[];
}

export interface Command {
  readonly program: string;
  readonly arguments: readonly string[];
}

const lastOf = (run: string): string => join(run, "checkpoints", "last.safetensors");
const partialOf = (run: string): string => `${lastOf(run)}.partial`;

/** Runs `mmx train …` to its end, or to the moment given. Throws where it ends in another way, with what it printed. */
export async function runTraining(
  mmx: Command,
  verb: readonly string[],
  place: { readonly folder: string; readonly run: string },
  moment?: Moment,
): Promise<Ending> {
  const child = spawn(mmx.program, [...mmx.arguments, ...verb, "--json"], {
    cwd: place.folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const events: string[] = [];
  const checkpoints: Uint8Array[] = [];
  let open = "";
  let printed = "";
  let ending: Promise<void> | undefined;
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (open + text).split("\n");
    open = lines.pop() ?? "";
    for (const line of lines) {
      const event = JSON.parse(line) as { readonly event: string; readonly reason?: string; readonly message?: string };
      events.push(event.reason === undefined ? event.event : `${event.event} ${event.reason}`);
      if (event.event === "error") printed += `${event.message}\n`;
      if (event.event === "checkpoint" && event.reason !== "best") checkpoints.push(readFileSync(lastOf(place.run)));
    }
    if (moment !== undefined && events.length >= moment.events) ending ??= endAt(child, moment, partialOf(place.run));
  });
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exit, by) => resolve([exit, by]));
  });
  await ending;
  const how = signal === "SIGKILL" ? "killed" : code === 0 ? "done" : code === 130 ? "interrupted" : undefined;
  if (how === undefined) throw new Error(`mmx ${verb.join(" ")} ended with ${code ?? signal}:\n${printed}`);
  if (existsSync(lastOf(place.run))) checkpoints.push(readFileSync(lastOf(place.run)));
  return { how, events, leftPartial: existsSync(partialOf(place.run)), checkpoints };
}

async function endAt(child: ChildProcess, { delay, whileSaving, signal }: Moment, partial: string): Promise<void> {
  await wait(delay);
  const latest = performance.now() + 2000;
  while (whileSaving && child.exitCode === null && !existsSync(partial) && performance.now() < latest)
    await new Promise(setImmediate);
  child.kill(signal);
}
