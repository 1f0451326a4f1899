// The layout stage: where line ends remain, and that brackets always match in what it returns.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { layOut } from "../../grammar/layout.ts";
import { createLexer } from "../../grammar/lexer.ts";

const lexer = createLexer(true);

/** The stream with `;` for each line end that counts and added signs in angle brackets. */
function show(text: string): string {
  return layOut(lexer.tokenize(text).tokens)
    .tokens.map((token) => {
      const sign = token.tokenType.name === "LineEnd" ? ";" : token.image;
      if (token.image !== "" || sign === ";") return sign;
      return `<${token.tokenType.name}>`;
    })
    .join(" ");
}

describe("layout", () => {
  it.each([
    ["a = 1\nb = 2", "a = 1 ; b = 2 ;"],
    ["\n\na = 1\n\n\nb = 2\n\n", "a = 1 ; b = 2 ;"],
    ["a = f(\n 1,\n 2,\n)\n", "a = f ( 1 , 2 ) ;"],
    ["a = 1 +\n 2\n", "a = 1 + 2 ;"],
    ["a = x\n |> f()\n |> g()\n", "a = x |> f ( ) |> g ( ) ;"],
    ["a = x\n else y\n for m\n in M\n", "a = x else y for m in M ;"],
    ["s { a: 1\n b: 2 }\n", "s { a : 1 ; b : 2 ; } ;"],
    ["s {\n a: 1,\n b: 2,\n}\n", "s { a : 1 , b : 2 , } ;"],
    ["s { a: 1 }", "s { a : 1 ; } ;"],
    ["s\n{ a: 1 }", "s { a : 1 ; } ;"],
    ["a = [\n {s, t}\n]\n", "a = [ { s , t ; } ] ;"],
    ["a = // why\n 1\n", "a = 1 ;"],
    ["a =\nb = 2\n", "a = ; b = 2 ;"],
    ["s { a: 1 +\n b: 2 }\n", "s { a : 1 + ; b : 2 ; } ;"],
    ["a = f(1\nb = 2\n", "a = f ( 1 <RightParen> ; b = 2 ;"],
    [
      "model A(x: c) {\n y = f(x\ntrain A on c { e: 1 }\n",
      "model A ( x : c ) { y = f ( x <RightParen> ; <RightCurly> ; train A on c { e : 1 ; } ;",
    ],
    ["model A(x: c)\n  y = 1\n}\n", "model A ( x : c ) <LeftCurly> y = 1 ; } ;"],
    ["", ""],
  ])("of %j", (text, expected) => {
    expect(show(text)).toBe(expected);
  });

  it("takes any word as a key or member", () => {
    const { tokens, problems } = layOut(lexer.tokenize("a = { train: data.model }\n").tokens);
    expect(problems).toEqual([]);
    expect(tokens.filter((token) => /^[a-z]+$/.test(token.image)).map((token) => token.tokenType.name)).toEqual([
      "Identifier",
      "Identifier",
      "Data",
      "Identifier",
    ]);
  });

  it("always gives matching brackets, each entry ended", () => {
    const part = fc.constantFrom(
      "(",
      ")",
      "[",
      "]",
      "{",
      "}",
      "\n",
      ",",
      "a",
      "=",
      "model A",
      "|>",
      "->",
      "stage b",
      "1",
      ":",
      "data",
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        const pairs: Readonly<Record<string, string>> = {
          LeftParen: "RightParen",
          LeftSquare: "RightSquare",
          LeftCurly: "RightCurly",
        };
        const awaited: string[] = [];
        const { tokens } = layOut(lexer.tokenize(parts.join(" ")).tokens);
        for (const [index, token] of tokens.entries()) {
          const closer = pairs[token.tokenType.name];
          if (closer !== undefined) awaited.push(closer);
          else if (token.tokenType.name.startsWith("Right")) {
            expect(token.tokenType.name).toBe(awaited.pop());
            if (token.tokenType.name === "RightCurly") {
              expect(["LeftCurly", "LineEnd", "Comma"]).toContain(tokens[index - 1]?.tokenType.name);
            }
          }
        }
        expect(awaited).toEqual([]);
        if (tokens.length > 0) expect(tokens.at(-1)?.tokenType.name).toBe("LineEnd");
      }),
      { numRuns: 500 },
    );
  });
});
