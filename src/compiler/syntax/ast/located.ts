// What every node of the syntax tree has.
import type { Span } from "../../source/span.ts";

export interface Located {
  readonly span: Span;
}

/** An identifier as written. */
export interface Name extends Located {
  readonly text: string;
}
