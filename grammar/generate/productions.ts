// The grammar's productions as plain data: what the generators of EBNF and of railroad diagrams draw.
import {
  Alternation,
  Alternative,
  type IProduction,
  NonTerminal,
  Option,
  Repetition,
  RepetitionMandatory,
  RepetitionMandatoryWithSeparator,
  RepetitionWithSeparator,
  Terminal,
  type TokenType,
} from "chevrotain";
import { MmxParser } from "../grammar.ts";
import { tokenSpecifications } from "../tokens.ts";

export type Production =
  | { readonly kind: "sequence"; readonly items: readonly Production[] }
  | { readonly kind: "choice"; readonly items: readonly Production[] }
  | { readonly kind: "optional"; readonly item: Production }
  | { readonly kind: "repeat"; readonly item: Production; readonly separator: Production | undefined; readonly least: 0 | 1 }
  | { readonly kind: "rule"; readonly name: string }
  /** `literal`: written as it stands; else the name of a class of tokens. */
  | { readonly kind: "token"; readonly text: string; readonly literal: boolean };

export interface Rule {
  readonly name: string;
  readonly body: Production;
}

/** The rules, the whole file's first. */
export function grammarRules(parser: MmxParser = new MmxParser({ skipValidations: true })): readonly Rule[] {
  const rules = Object.values(parser.getGAstProductions()).map((rule) => ({ name: rule.name, body: sequence(rule.definition) }));
  const start = rules.filter((rule) => rule.name === "specFile");
  return [...start, ...rules.filter((rule) => rule.name !== "specFile")];
}

function sequence(definition: readonly IProduction[]): Production {
  const items = definition.map(convert);
  const [only] = items;
  return items.length === 1 && only !== undefined ? only : { kind: "sequence", items };
}

function convert(node: IProduction): Production {
  if (node instanceof NonTerminal) return { kind: "rule", name: node.nonTerminalName };
  if (node instanceof Terminal) return token(node.terminalType);
  if (node instanceof Option) return { kind: "optional", item: sequence(node.definition) };
  if (node instanceof Alternation) return { kind: "choice", items: node.definition.map(convert) };
  if (node instanceof Alternative) return sequence(node.definition);
  if (node instanceof Repetition) return repeat(node.definition, undefined, 0);
  if (node instanceof RepetitionMandatory) return repeat(node.definition, undefined, 1);
  if (node instanceof RepetitionWithSeparator) return repeat(node.definition, node.separator, 0);
  if (node instanceof RepetitionMandatoryWithSeparator) return repeat(node.definition, node.separator, 1);
  throw new Error("the grammar has a production that the generators do not know");
}

function repeat(definition: readonly IProduction[], separator: TokenType | undefined, least: 0 | 1): Production {
  return { kind: "repeat", item: sequence(definition), separator: separator === undefined ? undefined : token(separator), least };
}

function token({ name }: TokenType): Production {
  const specification = tokenSpecifications.find((candidate) => candidate.name === name);
  if (specification === undefined || typeof specification.pattern !== "string")
    return { kind: "token", text: name, literal: false };
  return { kind: "token", text: specification.pattern, literal: true };
}
