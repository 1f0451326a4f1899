// The TextMate grammar, run by the engine that editors use.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { beforeAll, describe, expect, it } from "vitest";
import oniguruma from "vscode-oniguruma";
import textmate from "vscode-textmate";

let grammar: textmate.IGrammar;

beforeAll(async () => {
  const wasm = createRequire(import.meta.url).resolve("vscode-oniguruma/release/onig.wasm");
  await oniguruma.loadWASM(readFileSync(wasm));
  const path = new URL("../../grammar/generated/mmx.tmLanguage.json", import.meta.url);
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => textmate.parseRawGrammar(readFileSync(path, "utf8"), path.pathname),
  });
  const loaded = await registry.loadGrammar("source.mmx");
  if (loaded === null) throw new Error("the grammar did not load");
  grammar = loaded;
});

/** Text and innermost scope of what is coloured in the lines. */
function colours(...lines: readonly string[]): readonly string[] {
  const found: string[] = [];
  let state = textmate.INITIAL;
  for (const line of lines) {
    const result = grammar.tokenizeLine(line, state);
    state = result.ruleStack;
    for (const token of result.tokens) {
      const scope = token.scopes.at(-1) ?? "";
      if (scope !== "source.mmx") found.push(`${line.slice(token.startIndex, token.endIndex)} ${scope.replace(".mmx", "")}`);
    }
  }
  return found;
}

describe("the TextMate grammar", () => {
  it("colours a declaration", () => {
    expect(colours("dim T <= 500 ragged // time")).toEqual([
      "dim keyword.declaration",
      "T variable.other",
      "<= keyword.operator",
      "500 constant.numeric",
      "ragged keyword.other",
      "// time comment.line.double-slash",
    ]);
  });

  it("knows a contextual word from a name", () => {
    expect(colours("loss task = mae(loss, x)")).toContain("loss keyword.other");
    expect(colours("loss = 3")).toContain("loss variable.other");
    expect(colours("f(over: T)")).toContain("over variable.other");
    expect(colours("mosi.train")).toContain("train variable.other");
  });

  it("takes the longer sign", () => {
    expect(colours("x |> F()")).toContain("|> keyword.operator");
    expect(colours("f32[..., D]")).toContain("... keyword.operator");
    expect(colours("0 .. 9")).toContain(".. keyword.operator");
  });

  it("colours strings over several lines, escapes and doc comments", () => {
    expect(colours('a = """one', 'dim two"""').join("|")).toContain("dim two string.quoted.triple");
    expect(colours('a = "x\\n"')).toContain("\\n constant.character.escape");
    expect(colours("/// what it is")).toEqual(["/// what it is comment.line.documentation"]);
  });

  it("colours no name inside a word", () => {
    expect(colours("training = format")).toEqual(["training variable.other", "= keyword.operator", "format variable.other"]);
  });
});
