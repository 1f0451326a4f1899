// The error of an operation written in TypeScript: the fault lies in the user's file, so the message names it and its line.

export class ExtensionError extends Error {
  override readonly name = "ExtensionError";
  constructor(
    message: string,
    /** What to do about it. */
    readonly remedy: string,
  ) {
    super(message);
  }
}
