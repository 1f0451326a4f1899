// The command line as a process of its own: for tests that end it from outside, or start many.
import type { Command } from "../../scripts/kill-test/training.ts";
import { builtCommand } from "../build.ts";

export const mmxProcess: Command = { program: process.execPath, arguments: [builtCommand] };
