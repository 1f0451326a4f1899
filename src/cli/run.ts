// Opens a run directory for `mmx eval` and `mmx predict`: its checkpoints, and its spec compiled from the texts it recorded.
import { resolve } from "node:path";
import type { OpenRun } from "../runtime/train/trained-run.ts";
import type { Context } from "./context.ts";
import { recordedHost } from "./host.ts";
import { type CheckedSpec, checkedOn } from "./spec.ts";

export interface OpenedRun {
  readonly run: OpenRun;
  readonly spec: CheckedSpec;
  /** The data files that the run was trained on, replaced by those given. */
  readonly data: Readonly<Record<string, string>>;
}

/** `settings` are set beside the run's own: `evaluate.missing`, say. */
export async function openedRun(
  folder: string,
  which: "last" | "best",
  given: Readonly<Record<string, string>>,
  context: Context,
  settings: Readonly<Record<string, string>> = {},
): Promise<OpenedRun> {
  const { openRun } = await import("../runtime/train/trained-run.ts");
  const run = await openRun(resolve(context.terminal.folder, folder), which);
  const { spec: recorded, overrides, data } = run.config;
  const host = recordedHost(recorded.files, context.terminal.folder);
  const spec = await checkedOn(host, recorded.path, { ...overrides, ...settings }, context);
  const files = Object.fromEntries(Object.entries(data).map(([name, { path }]) => [name, path]));
  return { run, spec, data: { ...files, ...given } };
}
