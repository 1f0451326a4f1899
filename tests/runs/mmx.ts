// The command line as a process of its own, run from the sources: for tests that end it from outside.
import { fileURLToPath } from "node:url";
import type { Command } from "../../scripts/kill-test/training.ts";

const root = new URL("../..", import.meta.url);
const path = (file: string): string => fileURLToPath(new URL(file, root));

export const mmxProcess: Command = {
  program: process.execPath,
  arguments: ["--import", import.meta.resolve("tsx"), path("tests/runs/command.ts")],
};
