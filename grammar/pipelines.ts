// The grammar of pipelines of services: records, label projections, services, memories and the pipelines over them.
import { DataParser } from "./data.ts";
import type { Rule } from "./expressions.ts";
import { Name, tokens as t } from "./lexer.ts";

export abstract class PipelineParser extends DataParser {
  protected readonly recordItem: Rule = this.RULE("recordItem", () => {
    this.CONSUME(t.Record);
    this.CONSUME(Name);
    this.CONSUME(t.LeftCurly);
    this.MANY(() => {
      this.SUBRULE(this.wire);
      this.SUBRULE(this.entryEnd);
    });
    this.CONSUME(t.RightCurly);
  });

  protected readonly projectionItem: Rule = this.RULE("projectionItem", () => {
    this.CONSUME(t.Projection);
    this.CONSUME(Name, { LABEL: "name" });
    this.CONSUME(t.Arrow);
    this.CONSUME1(Name, { LABEL: "onto" });
    this.CONSUME(t.LeftCurly);
    this.MANY(() => {
      this.SUBRULE(this.projectionEntry);
      this.SUBRULE(this.entryEnd);
    });
    this.CONSUME(t.RightCurly);
  });

  private readonly projectionEntry: Rule = this.RULE("projectionEntry", () => {
    this.CONSUME(Name, { LABEL: "label" });
    this.CONSUME(t.Colon);
    this.AT_LEAST_ONE_SEP({ SEP: t.Bar, DEF: () => this.CONSUME1(Name, { LABEL: "word" }) });
  });

  protected readonly serviceItem: Rule = this.RULE("serviceItem", () => {
    this.CONSUME(t.Service);
    this.CONSUME(Name);
    this.SUBRULE(this.wires);
    this.CONSUME(t.Arrow);
    this.SUBRULE(this.wireType);
  });

  protected readonly memoryItem: Rule = this.RULE("memoryItem", () => {
    this.CONSUME(t.Memory);
    this.CONSUME(Name, { LABEL: "name" });
    this.CONSUME(t.Colon);
    this.SUBRULE(this.wireType);
    this.OPTION(() => {
      this.CONSUME(t.By);
      this.CONSUME1(Name, { LABEL: "embedder" });
      this.CONSUME(t.LeftParen);
      this.CONSUME2(Name, { LABEL: "field" });
      this.CONSUME(t.RightParen);
    });
  });

  protected readonly pipelineItem: Rule = this.RULE("pipelineItem", () => {
    this.CONSUME(t.Pipeline);
    this.CONSUME(Name);
    this.SUBRULE(this.wires);
    this.CONSUME(t.Arrow);
    this.CONSUME(t.LeftCurly);
    this.MANY(() => {
      this.SUBRULE(this.wire);
      this.SUBRULE(this.entryEnd);
    });
    this.CONSUME(t.RightCurly);
    this.SUBRULE(this.block);
  });

  private readonly wires: Rule = this.RULE("wires", () => {
    this.CONSUME(t.LeftParen);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.wire) });
    this.CONSUME(t.RightParen);
  });

  private readonly wire: Rule = this.RULE("wire", () => {
    this.CONSUME(Name);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.wireType);
  });

  private readonly wireType: Rule = this.RULE("wireType", () => {
    this.OR([
      { ALT: () => this.CONSUME(Name) },
      {
        ALT: () => {
          this.CONSUME(t.LeftSquare);
          this.SUBRULE(this.wireType);
          this.CONSUME(t.RightSquare);
        },
      },
    ]);
    this.OPTION(() => this.CONSUME(t.Question));
  });
}
