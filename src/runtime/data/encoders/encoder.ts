// What every frozen encoder offers, and the error for what keeps one from working. One file beside this one a kind of sample.

/** What a model makes of one sample, row-major [length, width]; `pooled` says that the model itself left one row. */
export interface Encoded {
  readonly values: Float32Array;
  readonly length: number;
  readonly width: number;
  readonly pooled: boolean;
}

export interface Encoder {
  /** One sample: a text, or the path of a file. Throws `EncoderError`. */
  encode(sample: string): Promise<Encoded>;
  /** Frees the model's memory. */
  close(): Promise<void>;
}

/** A sample, a model or a package that an encoding needs and that is not there or not fit. The texts are for the user. */
export class EncoderError extends Error {
  override readonly name = "EncoderError";
  constructor(
    readonly reason: string,
    readonly remedy: string,
  ) {
    super(`${reason}. ${remedy}`);
  }
}
