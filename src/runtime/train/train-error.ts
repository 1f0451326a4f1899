// The one error of training that a user is meant to read: what happened, where, why, and how to mend it.

export class TrainError extends Error {
  override readonly name = "TrainError";
  constructor(
    message: string,
    /** What to do about it; printed under the message. */
    readonly remedy: string | undefined = undefined,
  ) {
    super(remedy === undefined ? message : `${message}\n  ${remedy}`);
  }
}
