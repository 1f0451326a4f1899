// How the parser goes on after a mistake. Chevrotain's own recovery looks for the next token that could follow; ours never
// crosses a bracket pair while looking (layout.ts makes them match), so a slip in a header leaves its block in one piece, and
// a slip in a statement ends with the statement.
import { CstParser, type IParserConfig, type IToken, MismatchedTokenException, type TokenType, tokenMatcher } from "chevrotain";
import { Separator, tokens, vocabulary } from "./lexer.ts";
import { lazyLookahead } from "./lookahead.ts";
import { isName, itemKeywords, statementKeywords, zeroWidth } from "./words.ts";

const openers = new Set<TokenType>([tokens.LeftParen, tokens.LeftSquare, tokens.LeftCurly]);
const closers = new Set<TokenType>([tokens.RightParen, tokens.RightSquare, tokens.RightCurly]);
/** Signs that people write for one another; the found one is taken for the expected one after the error is noted. */
const substitutes = new Map<TokenType, readonly TokenType[]>([
  [tokens.Equals, [tokens.Colon, tokens.EqualEqual]],
  [tokens.Colon, [tokens.Equals]],
  [tokens.Arrow, [tokens.Colon]],
  [tokens.In, [tokens.Colon, tokens.Equals]],
]);

/** What the parser expected where it stopped, carried in the message of chevrotain's error. */
export interface Expectation {
  /** The token that had to come; undefined where several could. */
  readonly token: string | undefined;
  /** The grammar rule that stopped. */
  readonly rule: string;
}

export function expectationOf(message: string): Expectation {
  return JSON.parse(message) as Expectation;
}

function encode(token: TokenType | undefined, rule: string): string {
  return JSON.stringify({ token: token?.name, rule });
}

const maxLookahead = 1;

export const parserConfiguration: IParserConfig = {
  recoveryEnabled: true,
  maxLookahead,
  lookaheadStrategy: lazyLookahead(maxLookahead),
  nodeLocationTracking: "onlyOffset",
  errorMessageProvider: {
    buildMismatchTokenMessage: ({ expected, ruleName }) => encode(expected, ruleName),
    buildNoViableAltMessage: ({ ruleName }) => encode(undefined, ruleName),
    buildEarlyExitMessage: ({ ruleName }) => encode(undefined, ruleName),
    buildNotAllInputParsedMessage: ({ ruleName }) => encode(undefined, ruleName),
  },
};

/** Chevrotain methods (version 11) that recovery is made of and that its type declarations leave out. */
interface Internals {
  SAVE_ERROR(error: Error): Error;
  consumeToken(): void;
  exportLexerState(): number;
  importLexerState(state: number): void;
  flattenFollowSet(): TokenType[];
  getCurrRuleFullName(): string;
}

export abstract class RecoveringParser extends CstParser {
  constructor(skipValidations: boolean) {
    super(vocabulary, { ...parserConfiguration, skipValidations });
  }

  /** Where an entry ended although its line went on; what was read of such an entry is not what was meant. */
  readonly cutEnds = new Set<number>();

  /** Before a `Separator`: notes anything left on the line as one mistake and skips it, up to the start of another entry. */
  protected skipToLineEnd(expected: TokenType): void {
    const found = this.LA(1);
    if (tokenMatcher(found, expected) || closers.has(found.tokenType) || this.startsEntry()) return;
    this.noteMismatch(expected, found);
    this.cutEnds.add(this.previousEnd());
    while (!this.atEnd() && !tokenMatcher(this.LA(1), Separator)) this.skipGroup();
  }

  protected override getTokenToInsert(type: TokenType): IToken {
    return { ...zeroWidth(type, this.previousEnd()), isInsertedInRecovery: true };
  }

  protected override canTokenTypeBeInsertedInRecovery(type: TokenType): boolean {
    return type !== tokens.LineEnd && type !== Separator;
  }

  protected override canTokenTypeBeDeletedInRecovery(): boolean {
    const type = this.LA(1).tokenType;
    return !tokenMatcher(this.LA(1), Separator) && !openers.has(type) && !closers.has(type);
  }

  /** Chevrotain's hook for a token that does not match; a known confusion is read as what was meant. */
  protected tryInRuleRecovery(expected: TokenType, follows: TokenType[]): IToken {
    const found = this.LA(1);
    if (substitutes.get(expected)?.includes(found.tokenType)) {
      this.internals().consumeToken();
      return found;
    }
    if ((expected === Separator || expected === tokens.LineEnd) && this.startsEntry()) return this.getTokenToInsert(expected);
    return inherited.tryInRuleRecovery.call(this, expected, follows);
  }

  /**
   * Chevrotain's hook for where to go on: the nearest token, outside brackets that open on the way, that an open rule
   * awaits; the innermost rule has the first choice.
   */
  protected findReSyncTokenType(): TokenType {
    const awaited = this.internals().flattenFollowSet().reverse();
    let depth = 0;
    for (let ahead = 1; ; ahead += 1) {
      const token = this.LA(ahead);
      if (token.tokenType.name === "EOF") return token.tokenType;
      const match = depth === 0 ? awaited.find((type) => tokenMatcher(token, type)) : undefined;
      if (match !== undefined) return match;
      if (openers.has(token.tokenType)) depth += 1;
      else if (closers.has(token.tokenType)) depth = Math.max(0, depth - 1);
    }
  }

  /** Chevrotain's hook that goes there. */
  protected reSyncTo(type: TokenType): IToken[] {
    const skipped: IToken[] = [];
    while (!tokenMatcher(this.LA(1), type) && !this.atEnd()) skipped.push(...this.skipGroup());
    return skipped;
  }

  /** Chevrotain's hook for a repetition that stops before what must follow it: skips an entry and tries again. */
  protected tryInRepetitionRecovery(
    repetition: (...args: unknown[]) => void,
    repetitionArguments: unknown[],
    continues: () => boolean,
    expected: TokenType,
  ): void {
    const parser = this.internals();
    const start = parser.exportLexerState();
    const found = this.LA(1);
    const byLine = expected === tokens.RightCurly || expected.name === "EOF";
    while (!this.atEnd() && !closers.has(this.LA(1).tokenType)) {
      if (!byLine && tokenMatcher(this.LA(1), tokens.LineEnd)) break;
      const skipped = this.skipGroup();
      const last = skipped[skipped.length - 1];
      const atHead = !byLine || (last !== undefined && tokenMatcher(last, Separator));
      if (tokenMatcher(this.LA(1), expected)) {
        this.noteMismatch(expected, found);
        return;
      }
      if (atHead && continues.call(this)) {
        this.noteMismatch(expected, found);
        repetition.apply(this, repetitionArguments);
        return;
      }
    }
    if (byLine && tokenMatcher(this.LA(1), expected)) {
      if (parser.exportLexerState() !== start) this.noteMismatch(expected, found);
      return;
    }
    parser.importLexerState(start);
  }

  /** Whether what follows can only be the next entry, begun on the same line. */
  private startsEntry(): boolean {
    const [first, second] = [this.LA(1), this.LA(2)];
    if (statementKeywords.has(first.tokenType) || itemKeywords.has(first.tokenType)) return isName(second);
    return isName(first) && (second.tokenType === tokens.Equals || second.tokenType === tokens.Colon);
  }

  private previousEnd(): number {
    const previous = this.LA(0);
    return Number.isNaN(previous.startOffset) ? 0 : (previous.endOffset ?? previous.startOffset) + 1;
  }

  private noteMismatch(expected: TokenType, found: IToken): void {
    const parser = this.internals();
    const message = encode(expected, parser.getCurrRuleFullName());
    parser.SAVE_ERROR(new MismatchedTokenException(message, found, this.LA(0)));
  }

  /** Skips one token, or a bracket with all that it holds. */
  private skipGroup(): IToken[] {
    const skipped: IToken[] = [];
    let depth = 0;
    do {
      const token = this.LA(1);
      if (this.atEnd()) break;
      if (openers.has(token.tokenType)) depth += 1;
      else if (closers.has(token.tokenType)) depth -= 1;
      skipped.push(token);
      this.internals().consumeToken();
    } while (depth > 0);
    return skipped;
  }

  private atEnd(): boolean {
    return this.LA(1).tokenType.name === "EOF";
  }

  private internals(): Internals {
    return this as unknown as Internals;
  }
}

/** Chevrotain mixes its recovery into the parser's prototype at run time. */
const inherited = CstParser.prototype as unknown as {
  tryInRuleRecovery(this: RecoveringParser, expected: TokenType, follows: TokenType[]): IToken;
};
