// Diagnostics for what the layout stage mended: brackets, forgotten blocks, leading operators, reserved words as names.
import type { IToken } from "chevrotain";
import type { LayoutProblem } from "../../../../grammar/layout.ts";
import { type Diagnostic, diagnose } from "../../diagnostics/diagnostic.ts";
import { leadingOperator } from "../../diagnostics/records/syntax/leading-operator.ts";
import { missingBlock } from "../../diagnostics/records/syntax/missing-block.ts";
import { reservedWord } from "../../diagnostics/records/syntax/reserved-word.ts";
import { strayBracket } from "../../diagnostics/records/syntax/stray-bracket.ts";
import { unclosedBracket } from "../../diagnostics/records/syntax/unclosed-bracket.ts";
import type { Span } from "../../source/span.ts";

const closerOf: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

export function layoutDiagnostic(path: string, text: string, problem: LayoutProblem): Diagnostic {
  const spanOf = (token: IToken): Span => ({ file: path, start: token.startOffset, end: token.startOffset + token.image.length });
  const pointAt = (offset: number): Span => ({ file: path, start: offset, end: offset });
  switch (problem.kind) {
    case "unclosed": {
      const opener = problem.opener.image;
      const closer = closerOf[opener] ?? "";
      const at = pointAt(Math.max(problem.opener.startOffset + 1, text.slice(0, problem.at).trimEnd().length));
      const lineStart = text.lastIndexOf("\n", problem.opener.startOffset) + 1;
      const indent = /^[ \t]*/.exec(text.slice(lineStart))?.[0] ?? "";
      const insertion = opener === "{" ? `\n${indent}${closer}` : closer;
      return diagnose(unclosedBracket, { span: spanOf(problem.opener), opener, closer, at, insertion });
    }
    case "stray":
      return diagnose(strayBracket, { span: spanOf(problem.closer), closer: problem.closer.image, opener: undefined });
    case "wrong-closer": {
      const sign = problem.opener.image;
      const opener = { span: spanOf(problem.opener), sign, closer: closerOf[sign] ?? "" };
      return diagnose(strayBracket, { span: spanOf(problem.closer), closer: problem.closer.image, opener });
    }
    case "missing-block":
      return diagnose(missingBlock, { span: pointAt(problem.at), keyword: problem.keyword.image });
    case "leading-operator": {
      const above = problem.previous;
      return diagnose(leadingOperator, {
        span: spanOf(problem.operator),
        operator: problem.operator.image,
        lineAbove: above === undefined ? undefined : pointAt(above.startOffset + above.image.length),
      });
    }
    case "reserved-name":
      return diagnose(reservedWord, { span: spanOf(problem.word), word: problem.word.image });
  }
}
