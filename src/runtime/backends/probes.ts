// What `mmx doctor` reports: for every backend whether it is there, whether it computes correctly, and how to get it.
import { type Backend, type BackendName, backends } from "./backend.ts";
import { notInstalled, reasonOf } from "./select.ts";
import { type SelfTest, selfTest } from "./self-test.ts";

export interface Probe {
  readonly name: BackendName;
  /** What it runs on. */
  readonly doc: string;
  /** `missing`: not installed. `broken`: installed, but does not start or computes wrongly. */
  readonly state: "ready" | "missing" | "broken";
  readonly detail: string;
  /** How to get or mend it; where it is ready, how it could be faster, if it could. */
  readonly remedy: string | undefined;
  /** Absent where it could not be run. */
  readonly selfTest?: SelfTest;
}

/** One after the other: tfjs has one current backend a process. Never throws. */
export async function probeBackends(): Promise<readonly Probe[]> {
  const probes: Probe[] = [];
  for (const backend of backends) probes.push(await probeBackend(backend));
  return probes;
}

async function probeBackend(backend: Backend): Promise<Probe> {
  const { name, doc, remedy } = backend;
  const missing = backend.missing();
  if (missing.length > 0) return { name, doc, state: "missing", detail: notInstalled(missing), remedy };
  try {
    const result = await selfTest(await backend.open({}));
    if (!result.ok) {
      const detail = `a training step differs from the reference by ${result.difference.toExponential(1)} (relative)`;
      return { name, doc, state: "broken", detail, remedy, selfTest: result };
    }
    const drawback = await backend.drawback?.();
    return { name, doc, state: "ready", detail: drawback ?? "computes correctly", remedy: backend.advice?.(), selfTest: result };
  } catch (error) {
    return { name, doc, state: "broken", detail: reasonOf(error), remedy };
  }
}
