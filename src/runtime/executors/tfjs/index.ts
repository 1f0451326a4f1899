// The tfjs executor: runs any plan on any tfjs backend, one operation after another.
import type { Executor } from "../executor.ts";
import { type Extensions, extensionLookup } from "../extensions.ts";
import { loadBackend, type TfjsBackend } from "./load.ts";
import { openSession } from "./session.ts";

export type { TfjsBackend } from "./load.ts";

export interface TfjsOptions {
  readonly extensions?: Extensions;
}

/** Throws what the backend's package throws where it is absent or cannot start. */
export async function tfjsExecutor(backend: TfjsBackend, options: TfjsOptions = {}): Promise<Executor> {
  const loaded = await loadBackend(backend);
  const extension = extensionLookup(options.extensions ?? {});
  const name = `tfjs-${backend}`;
  return { name, open: async () => openSession(name, loaded, extension) };
}
