// The error of an operation written in TypeScript: the fault lies in the user's file, so the message names it and its line.
import { ExecutionError } from "../executors/feeds.ts";

/** An `ExecutionError`, so that executors hand it on as it is. */
export class ExtensionError extends ExecutionError {
  override readonly name = "ExtensionError";
  constructor(
    message: string,
    /** What to do about it. */
    readonly remedy: string,
  ) {
    super(message);
  }
}
