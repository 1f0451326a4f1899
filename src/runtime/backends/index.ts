// Backends for the command line: choose one, or examine them all.
export type { BackendName } from "./backend.ts";
export { type Probe, probeBackends } from "./probes.ts";
export { type BackendRequest, BackendUnavailable, backendRequests, type SelectedBackend, selectBackend } from "./select.ts";
export type { SelfTest } from "./self-test.ts";
