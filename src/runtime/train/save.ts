// Saves a seed's variables and position as its `last` or `best` checkpoint.
import type { StageProgram } from "../../compiler/compiled.ts";
import type { HostTensor } from "../executors/executor.ts";
import { saveCheckpoint, type TrainPosition } from "./checkpoint.ts";
import type { CheckpointSaved } from "./events.ts";
import type { SeedContext } from "./run-context.ts";

/** Writes the checkpoint and gives the position with the log's length noted. `stage` names the slots to keep; none between stages. */
export async function save(
  context: SeedContext,
  stage: StageProgram | undefined,
  position: TrainPosition,
  reason: CheckpointSaved["reason"],
): Promise<TrainPosition> {
  const { seed, session, model, paths, planHash, executor, datasets } = context;
  const noted: TrainPosition = { ...position, metricsBytes: await context.log.flush() };
  // the best weights are only ever read back as weights, so they go without optimiser state
  const declared = [...model.variables, ...(reason === "best" ? [] : (stage?.slots ?? []))];
  const variables = new Map<string, HostTensor>();
  for (const { name } of declared) variables.set(name, await session.read(name));
  const statistics = Object.fromEntries(Object.entries(datasets).map(([name, dataset]) => [name, dataset.statistics]));
  const path = paths.checkpoint(seed, reason === "best" ? "best" : "last");
  const header = {
    format: "mmx-checkpoint",
    version: 1,
    model: model.name,
    seed,
    planHash,
    executor,
    position: noted,
    statistics,
  } as const;
  await saveCheckpoint(path, { header, variables });
  context.emit({ event: "checkpoint", seed, path, reason });
  return noted;
}
