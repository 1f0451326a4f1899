// Finds the doc comments of declarations: the `///` lines between one token and the next belong to the next.
import type { IToken } from "chevrotain";
import { tokens } from "../../../grammar/lexer.ts";

/** Gives, for the offset of a declaration's first token, the text of the doc comment before it. */
export function collectDocs(comments: readonly IToken[], stream: readonly IToken[]): (offset: number) => string | undefined {
  const docs = comments.filter((comment) => comment.tokenType === tokens.DocComment);
  const found = new Map<number, string[]>();
  let next = 0;
  for (const doc of docs) {
    while (next < stream.length && !isAfter(stream[next], doc)) next += 1;
    const owner = stream[next];
    if (owner === undefined) break;
    const lines = found.get(owner.startOffset) ?? [];
    lines.push(doc.image.replace(/^\/\/\/ ?/, "").trimEnd());
    found.set(owner.startOffset, lines);
  }
  return (offset) => found.get(offset)?.join("\n");
}

function isAfter(token: IToken | undefined, doc: IToken): boolean {
  return token !== undefined && token.startOffset > doc.startOffset && token.image !== "" && token.tokenType !== tokens.LineEnd;
}
