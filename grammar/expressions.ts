// The grammar of expressions and types. An operation is a flat run of operands and operators, grouped later by operators.ts;
// an operand may be piped through functions with `|>`, and each value may be followed by `.name`, `[index]` and `(arguments)`.
import { type CstNode, type ParserMethod, type TokenType, tokenMatcher } from "chevrotain";
import { BinaryOperator, Name, Separator, tokens as t } from "./lexer.ts";
import { RecoveringParser } from "./recovery.ts";

export type Rule = ParserMethod<[], CstNode>;

export abstract class ExpressionParser extends RecoveringParser {
  /** A scan's body; statements.ts has it. */
  protected abstract readonly block: Rule;

  protected readonly expression: Rule = this.RULE("expression", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.conditional) },
      {
        ALT: () => {
          this.SUBRULE(this.operation);
          this.OPTION(() => {
            this.CONSUME(t.Else);
            this.SUBRULE(this.expression);
          });
        },
      },
    ]);
  });

  private readonly conditional: Rule = this.RULE("conditional", () => {
    this.CONSUME(t.If);
    this.SUBRULE(this.operation, { LABEL: "condition" });
    this.CONSUME(t.Then);
    this.SUBRULE1(this.operation, { LABEL: "then" });
    this.CONSUME(t.Else);
    this.SUBRULE(this.expression, { LABEL: "otherwise" });
  });

  /** Grouped by operators.ts. */
  protected readonly operation: Rule = this.RULE("operation", () => {
    this.SUBRULE(this.operand);
    this.MANY(() => {
      this.CONSUME(BinaryOperator);
      this.SUBRULE1(this.operand);
    });
  });

  private readonly operand: Rule = this.RULE("operand", () => {
    this.MANY(() => {
      this.OR([
        { ALT: () => this.CONSUME(t.Minus, { LABEL: "prefix" }) },
        { ALT: () => this.CONSUME(t.Not, { LABEL: "prefix" }) },
      ]);
    });
    this.SUBRULE(this.postfix);
    this.MANY1(() => {
      this.CONSUME(t.PipeArrow);
      this.SUBRULE1(this.postfix);
    });
  });

  private readonly postfix: Rule = this.RULE("postfix", () => {
    this.SUBRULE(this.primary);
    this.MANY(() => {
      this.OR([
        { ALT: () => this.SUBRULE(this.member) },
        { ALT: () => this.SUBRULE(this.index) },
        { ALT: () => this.SUBRULE(this.call) },
      ]);
    });
  });

  private readonly member: Rule = this.RULE("member", () => {
    this.CONSUME(t.Dot);
    this.CONSUME(Name);
  });

  private readonly index: Rule = this.RULE("index", () => {
    this.CONSUME(t.LeftSquare);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.indexItem) });
    this.CONSUME(t.RightSquare);
  });

  private readonly indexItem: Rule = this.RULE("indexItem", () => {
    this.OR([{ ALT: () => this.CONSUME(t.Star) }, { ALT: () => this.SUBRULE(this.expression) }]);
  });

  protected readonly call: Rule = this.RULE("call", () => {
    this.CONSUME(t.LeftParen);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.argument) });
    this.CONSUME(t.RightParen);
  });

  private readonly argument: Rule = this.RULE("argument", () => {
    this.OPTION({
      GATE: () => this.follows(2, t.Colon) || this.follows(2, t.Equals),
      DEF: () => {
        this.CONSUME(Name);
        this.CONSUME(t.Colon);
      },
    });
    this.SUBRULE(this.expression);
    this.MANY(() => this.SUBRULE(this.forClause));
  });

  protected readonly forClause: Rule = this.RULE("forClause", () => {
    this.CONSUME(t.For);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.CONSUME(Name) });
    this.CONSUME(t.In);
    this.SUBRULE(this.operation);
  });

  private readonly primary: Rule = this.RULE("primary", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.NumberLiteral) },
      { ALT: () => this.CONSUME(t.StringLiteral) },
      { ALT: () => this.CONSUME(t.TripleString) },
      { ALT: () => this.CONSUME(t.True) },
      { ALT: () => this.CONSUME(t.False) },
      { ALT: () => this.CONSUME(Name) },
      { ALT: () => this.SUBRULE(this.group) },
      { ALT: () => this.SUBRULE(this.list) },
      { ALT: () => this.SUBRULE(this.braces) },
      { ALT: () => this.SUBRULE(this.scan) },
    ]);
  });

  private readonly group: Rule = this.RULE("group", () => {
    this.CONSUME(t.LeftParen);
    this.SUBRULE(this.expression);
    this.CONSUME(t.RightParen);
  });

  private readonly list: Rule = this.RULE("list", () => {
    this.CONSUME(t.LeftSquare);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.expression) });
    this.CONSUME(t.RightSquare);
  });

  /** A record where its entries have keys, else a set. */
  private readonly braces: Rule = this.RULE("braces", () => {
    this.CONSUME(t.LeftCurly);
    this.MANY(() => {
      this.OR([
        { GATE: () => this.follows(2, t.Colon) || this.follows(2, t.Equals), ALT: () => this.SUBRULE(this.setting) },
        { ALT: () => this.SUBRULE(this.expression) },
      ]);
      this.SUBRULE(this.entryEnd);
    });
    this.CONSUME(t.RightCurly);
  });

  protected readonly setting: Rule = this.RULE("setting", () => {
    this.CONSUME(Name);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.expression);
  });

  /** Ends an entry of a `{ }` block; the layout stage adds one before `}`. */
  protected readonly entryEnd: Rule = this.RULE("entryEnd", () => {
    this.ACTION(() => this.skipToLineEnd(Separator));
    this.CONSUME(Separator);
  });

  private readonly scan: Rule = this.RULE("scan", () => {
    this.CONSUME(t.Scan);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.CONSUME(Name, { LABEL: "sequence" }) });
    this.CONSUME(t.Over);
    this.CONSUME1(Name, { LABEL: "dimension" });
    this.OPTION(() => this.CONSUME(t.Backward));
    this.CONSUME(t.Carry);
    this.AT_LEAST_ONE_SEP1({ SEP: t.Comma, DEF: () => this.SUBRULE(this.carry) });
    this.SUBRULE(this.block);
  });

  private readonly carry: Rule = this.RULE("carry", () => {
    this.CONSUME(Name);
    this.CONSUME(t.Equals);
    this.SUBRULE(this.expression);
  });

  protected readonly type: Rule = this.RULE("type", () => {
    this.OR([{ ALT: () => this.SUBRULE(this.recordType) }, { ALT: () => this.SUBRULE(this.simpleType) }]);
  });

  private readonly recordType: Rule = this.RULE("recordType", () => {
    this.CONSUME(t.LeftCurly);
    this.MANY(() => {
      this.SUBRULE(this.recordTypeField);
      this.SUBRULE(this.entryEnd);
    });
    this.CONSUME(t.RightCurly);
  });

  private readonly recordTypeField: Rule = this.RULE("recordTypeField", () => {
    this.CONSUME(Name);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.type);
  });

  private readonly simpleType: Rule = this.RULE("simpleType", () => {
    this.OR([
      { ALT: () => this.CONSUME(Name, { LABEL: "name" }) },
      { ALT: () => this.CONSUME(t.Dim, { LABEL: "name" }) },
      { ALT: () => this.CONSUME(t.Module, { LABEL: "name" }) },
    ]);
    this.OPTION(() => this.SUBRULE(this.axes));
    this.OPTION1(() => {
      this.CONSUME(t.Without);
      this.CONSUME1(Name, { LABEL: "without" });
      this.MANY({
        GATE: () => this.follows(2, Name) && !this.follows(3, t.Colon),
        DEF: () => {
          this.CONSUME(t.Comma);
          this.CONSUME2(Name, { LABEL: "without" });
        },
      });
    });
  });

  private readonly axes: Rule = this.RULE("axes", () => {
    this.CONSUME(t.LeftSquare);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.axis) });
    this.CONSUME(t.RightSquare);
    this.OPTION(() => this.CONSUME(t.Question));
  });

  private readonly axis: Rule = this.RULE("axis", () => {
    this.OR([{ ALT: () => this.CONSUME(t.Ellipsis) }, { ALT: () => this.SUBRULE(this.operation) }]);
  });

  /** Whether the token `ahead` places on (1: the next) is of the type. */
  protected follows(ahead: number, type: TokenType): boolean {
    return tokenMatcher(this.LA(ahead), type);
  }
}
