// The grammar of a file: its declarations. What describes pipelines of services is in pipelines.ts, data in data.ts, blocks in
// statements.ts, expressions and types in expressions.ts, recovery from mistakes in recovery.ts; each extends the next.
// One token of lookahead decides everywhere; where a contextual word could also be a name, a gate looks one token further.
import type { Rule } from "./expressions.ts";
import { Name, tokens as t } from "./lexer.ts";
import { PipelineParser } from "./pipelines.ts";

export class MmxParser extends PipelineParser {
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
    const declares = () => this.follows(2, Name);
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
      { GATE: declares, ALT: () => this.SUBRULE(this.recordItem) },
      { GATE: declares, ALT: () => this.SUBRULE(this.projectionItem) },
      { GATE: declares, ALT: () => this.SUBRULE(this.serviceItem) },
      { GATE: declares, ALT: () => this.SUBRULE(this.memoryItem) },
      { GATE: declares, ALT: () => this.SUBRULE(this.pipelineItem) },
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
}
