// The grammar of blocks: what stands between the braces of modules, models and scans.

import { ExpressionParser, type Rule } from "./expressions.ts";
import { Name, tokens as t } from "./lexer.ts";

export abstract class StatementParser extends ExpressionParser {
  protected readonly block: Rule = this.RULE("block", () => {
    this.CONSUME(t.LeftCurly);
    this.MANY(() => {
      this.SUBRULE(this.statement);
      this.SUBRULE(this.entryEnd);
    });
    this.CONSUME(t.RightCurly);
  });

  private readonly statement: Rule = this.RULE("statement", () => {
    const declares = () => this.follows(2, Name);
    this.OR([
      { GATE: declares, ALT: () => this.SUBRULE(this.loss) },
      { GATE: declares, ALT: () => this.SUBRULE(this.predict) },
      { GATE: declares, ALT: () => this.SUBRULE(this.param) },
      { GATE: declares, ALT: () => this.SUBRULE(this.bank) },
      { GATE: declares, ALT: () => this.SUBRULE(this.update) },
      { GATE: declares, ALT: () => this.SUBRULE(this.next) },
      { GATE: () => this.startsBinding(), ALT: () => this.SUBRULE(this.binding) },
      { ALT: () => this.SUBRULE(this.expression) },
    ]);
  });

  private readonly binding: Rule = this.RULE("binding", () => {
    this.CONSUME(Name);
    this.OPTION(() => this.SUBRULE(this.pattern));
    this.CONSUME(t.Equals);
    this.SUBRULE(this.expression);
    this.MANY(() => this.SUBRULE(this.forClause));
  });

  private readonly pattern: Rule = this.RULE("pattern", () => {
    this.CONSUME(t.LeftSquare);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.patternItem) });
    this.CONSUME(t.RightSquare);
  });

  private readonly patternItem: Rule = this.RULE("patternItem", () => {
    this.OR([
      { ALT: () => this.CONSUME(Name) },
      {
        ALT: () => {
          this.CONSUME(t.LeftCurly);
          this.MANY(() => {
            this.CONSUME1(Name);
            this.SUBRULE(this.entryEnd);
          });
          this.CONSUME(t.RightCurly);
        },
      },
    ]);
  });

  private readonly loss: Rule = this.RULE("loss", () => {
    this.CONSUME(t.Loss);
    this.CONSUME(Name);
    this.CONSUME(t.Equals);
    this.SUBRULE(this.expression);
  });

  private readonly predict: Rule = this.RULE("predict", () => {
    this.CONSUME(t.Predict);
    this.CONSUME(Name);
    this.CONSUME(t.Equals);
    this.SUBRULE(this.expression);
  });

  private readonly param: Rule = this.RULE("param", () => {
    this.CONSUME(t.Param);
    this.CONSUME(Name);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.type);
    this.CONSUME(t.Equals);
    this.SUBRULE(this.expression);
  });

  private readonly bank: Rule = this.RULE("bank", () => {
    this.CONSUME(t.Bank);
    this.CONSUME(Name);
    this.OPTION(() => this.SUBRULE(this.pattern));
    this.CONSUME(t.Colon);
    this.SUBRULE(this.type);
    this.OPTION1(() => {
      this.CONSUME(t.Equals);
      this.SUBRULE(this.expression);
    });
    this.MANY(() => this.SUBRULE(this.forClause));
  });

  private readonly update: Rule = this.RULE("update", () => {
    this.CONSUME(t.Update);
    this.CONSUME(Name);
    this.OPTION(() => this.SUBRULE(this.pattern));
    this.CONSUME(t.Equals);
    this.SUBRULE(this.expression, { LABEL: "value" });
    this.MANY(() => this.SUBRULE(this.forClause));
    this.OPTION1(() => {
      this.CONSUME(t.From);
      this.CONSUME(t.Epoch);
      this.SUBRULE1(this.expression, { LABEL: "fromEpoch" });
    });
  });

  private readonly next: Rule = this.RULE("next", () => {
    this.CONSUME(t.Next);
    this.CONSUME(Name);
    this.CONSUME(t.Equals);
    this.SUBRULE(this.expression);
  });

  /** Looks over `name[…]` for the `=`; a `:` there is the likely slip and is taken for one. */
  private startsBinding(): boolean {
    let ahead = 2;
    if (this.follows(ahead, t.LeftSquare)) {
      let depth = 0;
      do {
        if (this.follows(ahead, t.LeftSquare)) depth += 1;
        else if (this.follows(ahead, t.RightSquare)) depth -= 1;
        ahead += 1;
      } while (depth > 0);
    }
    return this.follows(ahead, t.Equals) || this.follows(ahead, t.Colon);
  }
}
