// The trial: one training through, then the same training ended at chosen moments and resumed until it is done.
import { spawnSync } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sequence } from "../../src/compiler/ir/random.ts";
import { byPosition, comparePositions, compareRuns, type Positions } from "./compare.ts";
import { type Command, type Ending, type Moment, runTraining } from "./training.ts";

export interface Reference {
  readonly folder: string;
  readonly mmx: Command;
  /** Events of the uninterrupted training, in order. */
  readonly events: readonly string[];
  readonly positions: Positions;
}

export interface Trial {
  readonly endings: readonly Ending[];
  /** Checkpoints compared on the way, optimiser values included. */
  readonly compared: number;
  readonly differences: readonly string[];
}

const spec = "trial.mmx";
const data = "clips.npz";

/** Makes data in the folder and trains once without interruption. */
export async function trainReference(folder: string, mmx: Command): Promise<Reference> {
  cpSync(fileURLToPath(new URL(spec, import.meta.url)), join(folder, spec));
  const sizes = ["--samples", "200", "--size", "Ft=6", "--size", "Fa=5"];
  const made = spawnSync(mmx.program, [...mmx.arguments, "data", "synth", spec, "--out", data, ...sizes], {
    cwd: folder,
    encoding: "utf8",
  });
  if (made.status !== 0) throw new Error(`mmx data synth ended with ${made.status}:\n${made.stdout}${made.stderr}`);
  const { events, checkpoints } = await runTraining(mmx, start("through"), { folder, run: join(folder, "through") });
  return { folder, mmx, events, positions: await byPosition(checkpoints) };
}

/** Trains in a run of this name, ended at every moment in turn and resumed after each, then to its end; compares it. */
export async function endAndResume(reference: Reference, name: string, moments: readonly Moment[]): Promise<Trial> {
  const { folder, mmx } = reference;
  const place = { folder, run: join(folder, name) };
  const endings: Ending[] = [];
  for (const moment of [...moments, undefined]) {
    const verb = endings.length === 0 ? start(name) : ["train", "--resume", name, "--backend", "cpu"];
    const ending = await runTraining(mmx, verb, place, moment);
    endings.push(ending);
    if (ending.how === "done") break;
  }
  const checkpoints = endings.flatMap((ending) => ending.checkpoints);
  const { compared, differences } = await comparePositions(checkpoints, reference.positions);
  return { endings, compared, differences: [...differences, ...(await compareRuns(place.run, join(folder, "through")))] };
}

const start = (run: string): readonly string[] => ["train", spec, "--data", `clips=${data}`, "--backend", "cpu", "--out", run];

/**
 * Moments spread evenly over the whole training, each at a random place of its share: every third waits for a checkpoint to
 * be half written, one stands between the stages.
 */
export function spreadMoments(events: readonly string[], count: number, seed: number): readonly Moment[] {
  const random = sequence(seed, "kill test");
  const first = events.indexOf("run") + 1;
  const betweenStages = events.indexOf("checkpoint stage");
  return Array.from({ length: count }, (_, index): Moment => {
    const at = first + Math.floor(((index + random.uniform()) / count) * (events.length - 1 - first));
    const share = (betweenStages - first) / (events.length - first);
    const between = Math.floor(share * count) === index;
    return {
      events: between ? betweenStages : at,
      delay: random.uniform() * 10,
      whileSaving: !between && index % 3 === 1,
      signal: "SIGKILL",
    };
  });
}

/** Moments for one training that is ended again and again: shortly after each start, every third time by Ctrl-C. */
export function repeatedMoments(count: number, seed: number): readonly Moment[] {
  const random = sequence(seed, "repeated kills");
  return Array.from({ length: count }, (_, index): Moment => {
    const signal = index % 3 === 2 ? "SIGINT" : "SIGKILL";
    return { events: 8 + random.integer(20), delay: random.uniform() * 10, whileSaving: index % 3 === 1, signal };
  });
}
