// The `--backend` option that all verbs which compute share.
import { Option } from "commander";

export const backendOption = (): Option =>
  new Option("--backend <name>", "what to compute with; auto takes the fastest that works here")
    .choices(["auto", "node-gpu", "node", "webgpu", "wasm", "cpu"])
    .default("auto");
