// The grammar of what describes data: labels, modalities and data sets.
import type { Rule } from "./expressions.ts";
import { Name, Separator, tokens as t } from "./lexer.ts";
import { StatementParser } from "./statements.ts";

export abstract class DataParser extends StatementParser {
  protected readonly labelsItem: Rule = this.RULE("labelsItem", () => {
    this.CONSUME(t.Labels);
    this.CONSUME(Name);
    this.CONSUME(t.Equals);
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.NumberLiteral, { LABEL: "low" });
          this.CONSUME(t.DotDot);
          this.CONSUME1(t.NumberLiteral, { LABEL: "high" });
        },
      },
      { ALT: () => this.AT_LEAST_ONE_SEP({ SEP: t.Bar, DEF: () => this.SUBRULE(this.label) }) },
    ]);
  });

  private readonly label: Rule = this.RULE("label", () => {
    this.OR([
      { ALT: () => this.CONSUME(Name) },
      { ALT: () => this.CONSUME(t.StringLiteral) },
      { ALT: () => this.CONSUME(t.True) },
      { ALT: () => this.CONSUME(t.False) },
    ]);
  });

  protected readonly modalitiesItem: Rule = this.RULE("modalitiesItem", () => {
    this.CONSUME(t.Modalities);
    this.CONSUME(Name, { LABEL: "name" });
    this.CONSUME(t.Equals);
    this.OR([
      {
        GATE: () => this.follows(2, t.Bar) || this.follows(2, t.LineEnd),
        ALT: () => this.AT_LEAST_ONE_SEP({ SEP: t.Bar, DEF: () => this.CONSUME1(Name, { LABEL: "member" }) }),
      },
      { ALT: () => this.SUBRULE(this.expression) },
    ]);
  });

  protected readonly dataItem: Rule = this.RULE("dataItem", () => {
    this.CONSUME(t.Data);
    this.CONSUME(Name);
    this.CONSUME(t.LeftCurly);
    this.MANY(() => {
      this.SUBRULE(this.dataEntry);
      this.SUBRULE(this.entryEnd);
    });
    this.CONSUME(t.RightCurly);
  });

  private readonly dataEntry: Rule = this.RULE("dataEntry", () => {
    this.OR([
      { GATE: () => !this.namesField(), ALT: () => this.SUBRULE(this.fileEntry) },
      { GATE: () => !this.namesField(), ALT: () => this.SUBRULE(this.splitEntry) },
      { GATE: () => !this.namesField(), ALT: () => this.SUBRULE(this.standardiseEntry) },
      { ALT: () => this.SUBRULE(this.field) },
    ]);
  });

  private readonly fileEntry: Rule = this.RULE("fileEntry", () => {
    this.CONSUME(t.File);
    this.CONSUME(t.StringLiteral);
  });

  private readonly standardiseEntry: Rule = this.RULE("standardiseEntry", () => {
    this.CONSUME(t.Standardise);
    this.CONSUME(Name);
    this.MANY({
      GATE: () => this.follows(2, Name) && (this.follows(3, Separator) || this.follows(3, t.RightCurly)),
      DEF: () => {
        this.CONSUME(t.Comma);
        this.CONSUME1(Name);
      },
    });
  });

  private readonly splitEntry: Rule = this.RULE("splitEntry", () => {
    this.CONSUME(t.Split);
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.By);
          this.CONSUME(Name, { LABEL: "column" });
        },
      },
      { ALT: () => this.CONSUME(t.Random) },
    ]);
    this.SUBRULE(this.settings);
    this.MANY(() => {
      this.OR1([
        {
          ALT: () => {
            this.CONSUME(t.Seed);
            this.SUBRULE(this.expression, { LABEL: "seed" });
          },
        },
        {
          ALT: () => {
            this.CONSUME(t.Stratify);
            this.CONSUME1(Name, { LABEL: "stratify" });
          },
        },
        {
          ALT: () => {
            this.CONSUME(t.Group);
            this.CONSUME2(Name, { LABEL: "group" });
          },
        },
      ]);
    });
  });

  private readonly field: Rule = this.RULE("field", () => {
    this.CONSUME(Name, { LABEL: "name" });
    this.CONSUME(t.Colon);
    this.OPTION({
      GATE: () => this.follows(2, Name),
      DEF: () => {
        this.OR([{ ALT: () => this.CONSUME(t.Target) }, { ALT: () => this.CONSUME(t.Id) }]);
      },
    });
    this.SUBRULE(this.type);
    this.MANY(() => {
      this.OR1([
        { ALT: () => this.CONSUME(t.Optional) },
        { ALT: () => this.SUBRULE(this.fieldRange) },
        { ALT: () => this.SUBRULE(this.fieldColumn) },
      ]);
    });
  });

  private readonly fieldRange: Rule = this.RULE("fieldRange", () => {
    this.CONSUME(t.In);
    this.SUBRULE(this.operation);
  });

  private readonly fieldColumn: Rule = this.RULE("fieldColumn", () => {
    this.CONSUME(t.From);
    this.OR([
      { ALT: () => this.CONSUME(t.StringLiteral) },
      {
        ALT: () => {
          this.CONSUME(Name);
          this.OPTION(() => this.SUBRULE(this.call));
        },
      },
    ]);
  });

  protected readonly settings: Rule = this.RULE("settings", () => {
    this.CONSUME(t.LeftCurly);
    this.MANY(() => {
      this.SUBRULE(this.setting);
      this.SUBRULE(this.entryEnd);
    });
    this.CONSUME(t.RightCurly);
  });

  private namesField(): boolean {
    return this.follows(2, t.Colon);
  }
}
