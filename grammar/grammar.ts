// The grammar of a file: its declarations. Blocks are in statements.ts, expressions and types in expressions.ts, recovery from
// mistakes in recovery.ts; each extends the next.
// One token of lookahead decides everywhere; where a contextual word could also be a name, a gate looks one token further.
import type { Rule } from "./expressions.ts";
import { Name, Separator, tokens as t } from "./lexer.ts";
import { StatementParser } from "./statements.ts";

export class MmxParser extends StatementParser {
  constructor(options: { readonly skipValidations: boolean }) {
    super(options.skipValidations);
    this.performSelfAnalysis();
  }

  /** The whole file. */
  readonly specFile: Rule = this.RULE("specFile", () => {
    this.MANY(() => {
      this.SUBRULE(this.item);
      this.SUBRULE(this.itemEnd);
    });
  });

  private readonly itemEnd: Rule = this.RULE("itemEnd", () => {
    this.ACTION(() => this.skipToLineEnd(t.LineEnd));
    this.CONSUME(t.LineEnd);
  });

  private readonly item: Rule = this.RULE("item", () => {
    this.OR([
      { GATE: () => !this.follows(2, t.Equals), ALT: () => this.SUBRULE(this.header) },
      { ALT: () => this.SUBRULE(this.useItem) },
      { ALT: () => this.SUBRULE(this.dimItem) },
      { ALT: () => this.SUBRULE(this.labelsItem) },
      { ALT: () => this.SUBRULE(this.dataItem) },
      { ALT: () => this.SUBRULE(this.modalitiesItem) },
      { ALT: () => this.SUBRULE(this.moduleItem) },
      { ALT: () => this.SUBRULE(this.modelItem) },
      { ALT: () => this.SUBRULE(this.trainItem) },
      { ALT: () => this.SUBRULE(this.evaluateItem) },
      { ALT: () => this.SUBRULE(this.constantItem) },
    ]);
  });

  private readonly header: Rule = this.RULE("header", () => {
    this.CONSUME(t.Mmx);
    this.CONSUME(t.NumberLiteral);
  });

  private readonly useItem: Rule = this.RULE("useItem", () => {
    this.CONSUME(t.Use);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.useTarget) });
  });

  private readonly useTarget: Rule = this.RULE("useTarget", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.StringLiteral) },
      { ALT: () => this.AT_LEAST_ONE_SEP({ SEP: t.Dot, DEF: () => this.CONSUME(Name) }) },
    ]);
  });

  private readonly constantItem: Rule = this.RULE("constantItem", () => {
    this.CONSUME(Name);
    this.CONSUME(t.Equals);
    this.SUBRULE(this.expression);
  });

  private readonly dimItem: Rule = this.RULE("dimItem", () => {
    this.CONSUME(t.Dim);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.dimDeclaration) });
  });

  private readonly dimDeclaration: Rule = this.RULE("dimDeclaration", () => {
    this.CONSUME(Name, { LABEL: "name" });
    this.OPTION(() => {
      this.CONSUME(t.LeftSquare);
      this.CONSUME1(Name, { LABEL: "index" });
      this.CONSUME(t.RightSquare);
    });
    this.OPTION1(() => {
      this.OR([
        {
          ALT: () => {
            this.CONSUME(t.Equals);
            this.SUBRULE(this.expression, { LABEL: "size" });
          },
        },
        {
          ALT: () => {
            this.CONSUME(t.LessEqual);
            this.SUBRULE1(this.expression, { LABEL: "bound" });
          },
        },
      ]);
    });
    this.OPTION2(() => this.CONSUME(t.Ragged));
    this.OPTION3(() => this.SUBRULE(this.forClause));
  });

  private readonly labelsItem: Rule = this.RULE("labelsItem", () => {
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

  private readonly modalitiesItem: Rule = this.RULE("modalitiesItem", () => {
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

  private readonly dataItem: Rule = this.RULE("dataItem", () => {
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
    this.OR([{ ALT: () => this.CONSUME(t.StringLiteral) }, { ALT: () => this.CONSUME(Name) }]);
  });

  private readonly moduleItem: Rule = this.RULE("moduleItem", () => {
    this.OR([{ ALT: () => this.CONSUME(t.Module) }, { ALT: () => this.CONSUME(t.Fn) }]);
    this.CONSUME(Name);
    this.SUBRULE(this.parameters);
    this.OPTION(() => {
      this.CONSUME(t.Arrow);
      this.SUBRULE(this.type);
    });
    this.OR1([
      { ALT: () => this.SUBRULE(this.block) },
      {
        ALT: () => {
          this.CONSUME(t.Equals);
          this.SUBRULE(this.expression);
        },
      },
    ]);
  });

  private readonly modelItem: Rule = this.RULE("modelItem", () => {
    this.CONSUME(t.Model);
    this.CONSUME(Name);
    this.SUBRULE(this.parameters);
    this.SUBRULE(this.block);
  });

  private readonly parameters: Rule = this.RULE("parameters", () => {
    this.CONSUME(t.LeftParen);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.parameter) });
    this.CONSUME(t.RightParen);
  });

  private readonly parameter: Rule = this.RULE("parameter", () => {
    this.CONSUME(Name);
    this.OPTION(() => {
      this.CONSUME(t.Colon);
      this.SUBRULE(this.type);
    });
    this.OPTION1(() => {
      this.CONSUME(t.Equals);
      this.SUBRULE(this.expression);
    });
  });

  private readonly trainItem: Rule = this.RULE("trainItem", () => {
    this.CONSUME(t.Train);
    this.CONSUME(Name);
    this.CONSUME(t.On);
    this.SUBRULE(this.expression);
    this.CONSUME(t.LeftCurly);
    this.MANY(() => {
      this.OR([
        { GATE: () => !this.follows(2, t.Colon), ALT: () => this.SUBRULE(this.stage) },
        { ALT: () => this.SUBRULE(this.setting) },
      ]);
      this.SUBRULE(this.entryEnd);
    });
    this.CONSUME(t.RightCurly);
  });

  private readonly stage: Rule = this.RULE("stage", () => {
    this.CONSUME(t.Stage);
    this.CONSUME(Name);
    this.SUBRULE(this.settings);
  });

  private readonly evaluateItem: Rule = this.RULE("evaluateItem", () => {
    this.CONSUME(t.Evaluate);
    this.CONSUME(Name);
    this.CONSUME(t.On);
    this.SUBRULE(this.expression);
    this.OPTION(() => this.SUBRULE(this.settings));
  });

  private readonly settings: Rule = this.RULE("settings", () => {
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
