// The lexer and the parser that every use of the syntax shares. Both are made once: building the parser's tables is most of a
// cold start. A test validates the definitions, which is skipped here.
import type { IRecognitionException, IToken } from "chevrotain";
import type { SpecFileCstNode } from "../../../grammar/generated/cst.ts";
import { MmxParser } from "../../../grammar/grammar.ts";
import { createLexer } from "../../../grammar/lexer.ts";

export const lexer = createLexer(true);
const parser = new MmxParser({ skipValidations: true });

export interface Tree {
  readonly root: SpecFileCstNode;
  readonly errors: readonly IRecognitionException[];
  /** Where an entry ended although its line went on. */
  readonly cutEnds: ReadonlySet<number>;
}

/** Parses a laid-out stream; mistakes are in `errors`, never thrown. */
export function readTree(stream: IToken[]): Tree {
  parser.input = stream;
  parser.cutEnds.clear();
  const root = parser.specFile() as SpecFileCstNode;
  return { root, errors: parser.errors, cutEnds: new Set(parser.cutEnds) };
}
