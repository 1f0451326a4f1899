// The bench's command lines.
import { parseArgs } from "node:util";

/** Options and words as `parseArgs` gives them. Where they are wrong it says so, with the usage, and ends the process with 2. */
export function readArguments(config, usage) {
  try {
    return parseArgs(config);
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${usage}\n`);
    process.exit(2);
  }
}
