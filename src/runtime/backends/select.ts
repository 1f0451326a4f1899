// Picks the backend for a run: the one asked for, or the fastest that is there.
import type { Executor } from "../executors/executor.ts";
import type { Extensions } from "../executors/extensions.ts";
import { type Backend, type BackendName, backends } from "./backend.ts";

export type BackendRequest = "auto" | BackendName;

export const backendRequests: readonly BackendRequest[] = ["auto", ...backends.map((backend) => backend.name)];

export interface SelectedBackend {
  readonly executor: Executor;
  readonly chosen: BackendName;
  /** Why this one, in one sentence for the user. */
  readonly why: string;
}

/** What was asked for cannot be had; the message says what is missing and how to get it. */
export class BackendUnavailable extends Error {
  constructor(
    readonly backend: string,
    reason: string,
    readonly remedy: string,
  ) {
    super(`the backend ${backend} is not available: ${reason}\n${remedy}`);
  }
}

/**
 * `auto` takes the first of node-gpu, webgpu, wasm, node, tfjs, cpu that is installed, starts and has real hardware behind it.
 * Throws `BackendUnavailable` where the backend asked for, or every one, is missing or does not start.
 */
export async function selectBackend(request: BackendRequest, extensions: Extensions = {}): Promise<SelectedBackend> {
  if (request !== "auto") {
    const backend = backends.find(({ name }) => name === request);
    if (backend === undefined) {
      throw new BackendUnavailable(request, "there is no backend of this name", `choose one of ${backendRequests.join(", ")}`);
    }
    return { executor: await openAsked(backend, extensions), chosen: backend.name, why: `${backend.doc}; asked for` };
  }
  const passed: string[] = [];
  for (const backend of backends) {
    const missing = backend.missing();
    if (missing.length > 0) {
      passed.push(`${backend.name} is not installed`);
      continue;
    }
    try {
      const drawback = await backend.drawback?.();
      if (drawback === undefined) {
        const executor = await backend.open(extensions);
        return { executor, chosen: backend.name, why: [backend.doc, ...passed].join("; ") };
      }
      passed.push(drawback);
    } catch (error) {
      passed.push(`${backend.name} does not start (${reasonOf(error)})`);
    }
  }
  throw new BackendUnavailable("auto", passed.join("; "), "reinstall the packages with: npm ci");
}

async function openAsked(backend: Backend, extensions: Extensions): Promise<Executor> {
  const missing = backend.missing();
  if (missing.length > 0) throw new BackendUnavailable(backend.name, notInstalled(missing), backend.remedy);
  try {
    return await backend.open(extensions);
  } catch (error) {
    throw new BackendUnavailable(backend.name, `it does not start (${reasonOf(error)})`, backend.remedy);
  }
}

export const notInstalled = (packages: readonly string[]): string =>
  `${packages.join(" and ")} ${packages.length === 1 ? "is" : "are"} not installed`;

/** The first line of an error: native loaders put paths and stacks after it. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n")[0] ?? text;
}
