// Between lexer and parser: decides which line ends end a statement, and hands the parser a stream whose brackets always
// match. What was wrong with the brackets is reported here, at the bracket, so that one slip never disturbs the lines after it.
import type { IToken, TokenType } from "chevrotain";
import { startsItem, startsSetting, startsStatement } from "./heads.ts";
import { tokens } from "./lexer.ts";
import { blockKeywords, closerOf, closers, infix, leading, trailing } from "./signs.ts";
import { isName, itemKeywords, markNames, retyped, zeroWidth } from "./words.ts";

/** A slip that the layout stage has already mended in the stream it returns. */
export type LayoutProblem =
  /** `opener` is never closed; `at` is where the stream closes it. */
  | { readonly kind: "unclosed"; readonly opener: IToken; readonly at: number }
  /** `closer` closes nothing and is left out. */
  | { readonly kind: "stray"; readonly closer: IToken }
  /** `closer` stands where `opener` needs another sign. */
  | { readonly kind: "wrong-closer"; readonly opener: IToken; readonly closer: IToken }
  /** The block of the declaration that begins with `keyword` has no `{`; `at` is where it belongs. */
  | { readonly kind: "missing-block"; readonly keyword: IToken; readonly at: number }
  /** A line begins with a sign that continues an expression; it is read as part of the line above. */
  | { readonly kind: "leading-operator"; readonly operator: IToken; readonly previous: IToken | undefined }
  /** A reserved word where a name is declared; it is read as a name. */
  | { readonly kind: "reserved-name"; readonly word: IToken };

export interface LaidOut {
  readonly tokens: IToken[];
  readonly problems: readonly LayoutProblem[];
}

/**
 * Applies the layout rules of docs/language.md to a lexed file.
 * In the result every opening bracket has its closing one, every entry of a `{ }` block and every declaration ends with a
 * `Separator` token (a comma or `LineEnd`), and a reserved word before `:` or after `.` is a plain name.
 * Tokens that the stage adds are zero characters wide.
 */
export function layOut(lexed: readonly IToken[]): LaidOut {
  const marked = markNames(lexed);
  const laidOut = new Layout(marked.tokens, marked.misused, false).run();
  const isOpen = laidOut.problems.some((problem) => problem.kind === "unclosed" && problem.opener.tokenType === tokens.LeftCurly);
  return isOpen ? new Layout(marked.tokens, marked.misused, true).run() : laidOut;
}

interface Opener {
  readonly token: IToken;
  readonly closer: TokenType;
  /** Added by this stage; its absence has been reported. */
  readonly added: boolean;
  /** Columns before the first token of its line. */
  readonly indent: number;
}

class Layout {
  private readonly input: readonly IToken[];
  private readonly output: IToken[] = [];
  private readonly problems: LayoutProblem[];
  private readonly openers: Opener[] = [];
  /** Where the current top-level entry begins in the output. */
  private entryStart = 0;
  /** Columns before the first token of the line. */
  private indent = 0;
  /** A brace is known to be missing: a closing one belongs to the line of its own indentation. */
  private readonly trustsIndents: boolean;

  constructor(input: readonly IToken[], misused: readonly IToken[], trustsIndents: boolean) {
    this.input = input;
    this.trustsIndents = trustsIndents;
    this.problems = misused.map((word) => ({ kind: "reserved-name", word }));
  }

  run(): LaidOut {
    for (let index = 0; index < this.input.length; index += 1) {
      const token = this.input[index] as IToken;
      if (token.tokenType === tokens.LineEnd) this.lineEnd(token, index);
      else if (closerOf.has(token.tokenType)) {
        if (this.beginsBody(token, index)) this.closeParameters();
        this.open(token, false);
      } else if (closers.has(token.tokenType)) {
        if (this.trustsIndents && this.input[index - 1]?.tokenType === tokens.LineEnd) this.closeDeeper();
        this.close(token);
      } else {
        if (token.tokenType === tokens.Arrow) this.closeParameters();
        this.output.push(token);
      }
    }
    const end = this.input.length === 0 ? 0 : endOf(this.input[this.input.length - 1] as IToken);
    this.closeDownTo(0, this.lastEnd(end));
    this.endEntry(this.lastEnd(end), false);
    return { tokens: this.output, problems: this.problems };
  }

  private lineEnd(token: IToken, index: number): void {
    const next = this.input[index + 1];
    if (next?.tokenType === tokens.LineEnd) return;
    if (next !== undefined) this.indent = next.startOffset - endOf(token);
    if (next !== undefined && this.openers.length > 0) this.closeForgotten(next, index + 1);
    if (this.insideBrackets()) return;
    const last = this.last();
    if (last === undefined || last.tokenType === tokens.LineEnd || last.tokenType === tokens.LeftCurly) return;
    if (next !== undefined && this.continues(last, next, index + 1)) return;
    if (next !== undefined && this.lacksBlock(token, next, index + 1)) {
      this.openBlock();
      return;
    }
    if (last.tokenType === tokens.Comma && this.openers.length > 0) return;
    this.output.push(token);
    if (this.openers.length === 0) this.entryStart = this.output.length;
  }

  /** Whether the statement goes on over the line end between `last` and `next`. */
  private continues(last: IToken, next: IToken, index: number): boolean {
    if (leading.has(next.tokenType)) return true;
    if (next.tokenType === tokens.Comma) return true;
    if (next.tokenType === tokens.LeftCurly && (this.openers.length === 0 || this.isStageHeader())) return true;
    if (infix.has(next.tokenType)) {
      this.problems.push({ kind: "leading-operator", operator: next, previous: last });
      return true;
    }
    return trailing.has(last.tokenType) && !startsStatement(this.input, index) && !startsSetting(this.input, index);
  }

  /** Whether a header without its `{` ends here: the next line is indented, and nothing else needs an indented line. */
  private lacksBlock(lineEnd: IToken, next: IToken, index: number): boolean {
    const last = this.last();
    if (next.startOffset === endOf(lineEnd) || last === undefined || last.tokenType === tokens.RightCurly) return false;
    if (itemKeywords.has(next.tokenType) && startsItem(this.input, index)) return false;
    if (this.openers.length > 0) return this.isStageHeader();
    const keyword = this.output[this.entryStart]?.tokenType;
    if (keyword === tokens.Evaluate) return startsSetting(this.input, index);
    return keyword !== undefined && blockKeywords.has(keyword) && !this.hasValue();
  }

  private isStageHeader(): boolean {
    return this.output[this.output.length - 2]?.tokenType === tokens.Stage && isName(this.last());
  }

  /** Whether the entry, a header without brackets open, has an `=` outside its brackets: `fn f(x) = …`. */
  private hasValue(): boolean {
    let depth = 0;
    return this.output.slice(this.entryStart).some(({ tokenType }) => {
      if (closerOf.has(tokenType)) depth += 1;
      else if (closers.has(tokenType)) depth -= 1;
      return depth === 0 && tokenType === tokens.Equals;
    });
  }

  private openBlock(): void {
    const at = this.lastEnd(0);
    const keyword = this.openers.length > 0 ? this.output[this.output.length - 2] : this.output[this.entryStart];
    this.problems.push({ kind: "missing-block", keyword: keyword as IToken, at });
    this.open(zeroWidth(tokens.LeftCurly, at), true);
  }

  /** Whether a `{` inside brackets ends its line and the brackets are never closed: then it begins the header's body. */
  private beginsBody(token: IToken, index: number): boolean {
    if (token.tokenType !== tokens.LeftCurly || this.input[index + 1]?.tokenType !== tokens.LineEnd) return false;
    return this.insideBrackets() && this.openers.length === 1 && !this.closesLater(index);
  }

  /** A sign that only stands behind parameters ends parameters that were left open. */
  private closeParameters(): void {
    if (this.insideBrackets() && this.openers.every((opener) => opener.closer !== tokens.RightCurly)) {
      this.closeDownTo(0, this.lastEnd(0));
    }
  }

  private open(token: IToken, added: boolean): void {
    this.output.push(token);
    this.openers.push({ token, closer: closerOf.get(token.tokenType) as TokenType, added, indent: this.indent });
  }

  private close(closer: IToken): void {
    const depth = this.openers.findLastIndex((opener) => opener.closer === closer.tokenType);
    const top = this.openers[this.openers.length - 1];
    const reachable = depth >= 0 && (closer.tokenType === tokens.RightCurly || this.noBlockAbove(depth));
    if (top === undefined || (!reachable && top.closer === tokens.RightCurly)) {
      this.problems.push({ kind: "stray", closer });
      return;
    }
    if (!reachable) {
      this.problems.push({ kind: "wrong-closer", opener: top.token, closer });
      this.openers.pop();
      this.output.push(retyped(closer, top.closer));
      return;
    }
    this.closeDownTo(depth + 1, this.lastEnd(closer.startOffset));
    this.openers.pop();
    if (closer.tokenType === tokens.RightCurly) this.endEntry(closer.startOffset, true);
    else this.dropTrailingComma();
    this.output.push(closer);
  }

  private noBlockAbove(depth: number): boolean {
    return this.openers.slice(depth + 1).every((opener) => opener.closer !== tokens.RightCurly);
  }

  /** Closes what is open beyond `depth`; the innermost forgotten bracket is the one reported. */
  private closeDownTo(depth: number, at: number): void {
    let reported = false;
    while (this.openers.length > depth) {
      const opener = this.openers.pop() as Opener;
      if (!reported && !opener.added) {
        this.problems.push({ kind: "unclosed", opener: opener.token, at });
        reported = true;
      }
      if (opener.closer === tokens.RightCurly) this.endEntry(at, true);
      this.output.push(zeroWidth(opener.closer, at));
    }
  }

  /** Before a `}` at the head of a line: closes what opened on deeper lines, where a block of the same indentation is open. */
  private closeDeeper(): void {
    const own = this.openers.findLastIndex((opener) => opener.closer === tokens.RightCurly && opener.indent === this.indent);
    if (own >= 0) this.closeDownTo(own + 1, this.lastEnd(0));
  }

  /** At the head of a line: closes brackets that cannot still be open, because a new declaration or statement begins. */
  private closeForgotten(next: IToken, index: number): void {
    if (startsItem(this.input, index)) this.closeDownTo(0, this.lastEnd(next.startOffset));
    else if (this.insideBrackets() && startsStatement(this.input, index) && !this.closesLater(index)) {
      const block = this.openers.findLastIndex((opener) => opener.closer === tokens.RightCurly);
      this.closeDownTo(block + 1, this.lastEnd(next.startOffset));
    }
  }

  /** Whether the innermost bracket finds its closing sign before the block around it ends. */
  private closesLater(from: number): boolean {
    const wanted = this.openers[this.openers.length - 1]?.closer;
    let depth = 0;
    for (let index = from; index < this.input.length; index += 1) {
      const type = (this.input[index] as IToken).tokenType;
      if (closerOf.has(type)) depth += 1;
      else if (closers.has(type)) {
        if (depth === 0) return type === wanted;
        depth -= 1;
      } else if (startsItem(this.input, index)) return false;
    }
    return false;
  }

  private endEntry(at: number, inBraces: boolean): void {
    const last = this.last();
    if (last === undefined || last.tokenType === tokens.LineEnd || last.tokenType === tokens.LeftCurly) return;
    if (last.tokenType === tokens.Comma && inBraces) return;
    this.output.push(zeroWidth(tokens.LineEnd, at));
  }

  private dropTrailingComma(): void {
    if (this.last()?.tokenType === tokens.Comma) this.output.pop();
  }

  private insideBrackets(): boolean {
    const top = this.openers[this.openers.length - 1];
    return top !== undefined && top.closer !== tokens.RightCurly;
  }

  private last(): IToken | undefined {
    return this.output[this.output.length - 1];
  }

  private lastEnd(otherwise: number): number {
    const last = this.last();
    return last === undefined ? otherwise : endOf(last);
  }
}

function endOf(token: IToken): number {
  return (token.endOffset ?? token.startOffset + token.image.length - 1) + 1;
}
