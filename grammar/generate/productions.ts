// The grammar's productions as plain data, for the generators of EBNF and railroad diagrams. Chevrotain's serialised form,
// reduced to what both draw: layout tokens that the reader never writes are given their meaning in words.
import type { ISerializedGast } from "chevrotain";
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
  const rules = parser.getSerializedGastProductions().map((rule) => {
    if (rule.type !== "Rule") throw new Error(`expected a rule, found ${rule.type}`);
    return { name: rule.name, body: sequence(rule.definition) };
  });
  const start = rules.filter((rule) => rule.name === "specFile");
  return [...start, ...rules.filter((rule) => rule.name !== "specFile")];
}

function sequence(definition: readonly ISerializedGast[]): Production {
  const items = definition.map(convert);
  const [only] = items;
  return items.length === 1 && only !== undefined ? only : { kind: "sequence", items };
}

function convert(node: ISerializedGast): Production {
  switch (node.type) {
    case "NonTerminal":
      return { kind: "rule", name: node.name };
    case "Terminal":
      return token(node.name);
    case "Option":
      return { kind: "optional", item: sequence(node.definition) };
    case "Alternation":
      return { kind: "choice", items: node.definition.map(convert) };
    case "Alternative":
    case "Rule":
      return sequence(node.definition);
    case "Repetition":
      return { kind: "repeat", item: sequence(node.definition), separator: undefined, least: 0 };
    case "RepetitionMandatory":
      return { kind: "repeat", item: sequence(node.definition), separator: undefined, least: 1 };
    case "RepetitionWithSeparator":
      return { kind: "repeat", item: sequence(node.definition), separator: convert(node.separator), least: 0 };
    case "RepetitionMandatoryWithSeparator":
      return { kind: "repeat", item: sequence(node.definition), separator: convert(node.separator), least: 1 };
    default:
      throw new Error(`the grammar has a production that the generators do not know: ${node.type}`);
  }
}

function token(name: string): Production {
  const specification = tokenSpecifications.find((candidate) => candidate.name === name);
  if (specification === undefined || typeof specification.pattern !== "string") return { kind: "token", text: name, literal: false };
  return { kind: "token", text: specification.pattern, literal: true };
}
