// The formatter: canonical where the author left no choice, faithful where they did, idempotent and meaning-preserving throughout.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { format } from "../../src/compiler/syntax/format.ts";
import { parse } from "../../src/compiler/syntax/parse.ts";
import { repositorySpecs, withoutSpans } from "./helpers.ts";

function tree(text: string): unknown {
  return withoutSpans(parse({ path: "", text }).ast);
}

function isClean(text: string): boolean {
  return parse({ path: "", text }).diagnostics.length === 0;
}

const nasty = `   /// A spec.
mmx   1   // the version
use std.attention ,"./swish.ts"
dim D=128,Z = 64// sizes
dim T<=500 ragged , S[m]<=6 ragged for m in M


labels L=a|
  "b c"|   true
tau=-0.1
data   mosi
// where it is
{ file "x.npz"
  text:f32[B,T,3*D],  audio :  f32[B]?   // two fields
  longer_name: target f32[ B ] in -3..3 from "label" // the target


  id: id text[B]
  split by fold {train:0,valid: [1,2] ,} seed 3
  standardise text,audio
  // the end
}
module F( x:f32[...,D] , over:dim=T, rate:float=.1,)->{a:f32[],b:size}
{


  // first
  h[m]=x[m]|>Coder( ) for m in {audio,text}
  tr[{s,t}] = Translate() for s,t in pairs(M)  // pairs
  z = (a+b)^-2*-c - -d
    |> f(k:1,
       // inside
       l : [1,2,
         3],
    )
      else to[*,m]
  s = scan x,r over T carry h=zeros(B),c=0 { next h = f(h), next c=r, h }
  t = scan x over T carry h = 0 {
  next h = x,
  h }
  u = if a and not(b) then {a:1} else {}
  { a : h,
    b:"""two
   lines""" }
}
train A on {source:a+b,target: c.train} { seed:1, stage one { epochs:5,minimize:x }
  group:[{match:h.text,lr:1e-5}]
}
// last`;

describe("format", () => {
  it("lays a nasty spec out", () => {
    expect(format(nasty)).toBe(`/// A spec.
mmx 1  // the version
use std.attention, "./swish.ts"
dim D = 128, Z = 64  // sizes
dim T <= 500 ragged, S[m] <= 6 ragged for m in M

labels L = a |
  "b c" | true
tau = -0.1
data mosi {
  // where it is
  file "x.npz"
  text:        f32[B, T, 3 * D]
  audio:       f32[B]?                                // two fields
  longer_name: target f32[B] in -3 .. 3 from "label"  // the target

  id: id text[B]
  split by fold { train: 0, valid: [1, 2] } seed 3
  standardise text, audio
  // the end
}

module F(x: f32[..., D], over: dim = T, rate: float = .1) -> { a: f32[], b: size } {
  // first
  h[m] = x[m] |> Coder() for m in {audio, text}
  tr[{s, t}] = Translate() for s, t in pairs(M)  // pairs
  z = (a + b) ^ -2 * -c - -d
    |> f(k: 1,
      // inside
      l: [1, 2,
        3]
    )
    else to[*, m]
  s = scan x, r over T carry h = zeros(B), c = 0 { next h = f(h), next c = r, h }
  t = scan x over T carry h = 0 {
    next h = x
    h
  }
  u = if a and not (b) then { a: 1 } else {}
  {
    a: h
    b: """two
   lines"""
  }
}

train A on { source: a + b, target: c.train } {
  seed: 1
  stage one { epochs: 5, minimize: x }
  group: [{ match: h.text, lr: 1e-5 }]
}

// last
`);
  });

  it("keeps what a canonical spec says", () => {
    const canonical = format(nasty);
    expect(format(canonical)).toBe(canonical);
    expect(tree(canonical)).toEqual(tree(nasty));
  });

  it("moves a header's brace up, ahead of its comment", () => {
    expect(format("mmx 1\nmodel A(c: d)  // why\n{\n  x = 1\n}\n")).toBe("mmx 1\nmodel A(c: d) {  // why\n  x = 1\n}\n");
  });

  it("reads any line end and writes one kind", () => {
    expect(format("mmx 1\r\ntau = 1\r\n\r\n\r\nrho = 2")).toBe("mmx 1\ntau = 1\n\nrho = 2\n");
  });

  it("keeps every comment, in order", () => {
    const comments = (text: string) => [...text.matchAll(/\/\/.*/g)].map((match) => match[0].trimEnd());
    expect(comments(format(nasty))).toEqual(comments(nasty));
  });

  it("refuses a spec with mistakes", () => {
    expect(() => format("mmx 1\ntau = (1\n")).toThrow(/cannot format a spec with syntax errors: line 2: /);
  });
});

describe("formatting any spec", () => {
  const specs = repositorySpecs().filter(({ text }) => isClean(text));

  it("finds the repository's specs", () => {
    expect(specs.length).toBeGreaterThan(10);
  });

  it.each(specs)("$path: same tree, same comments, stable", ({ text }) => {
    const formatted = format(text);
    expect(tree(formatted)).toEqual(tree(text));
    expect(format(formatted)).toBe(formatted);
    expect(formatted.replace(/[\s,]/g, "")).toBe(text.replace(/[\s,]/g, ""));
  });

  it("that was shaken: breaks and spaces moved at random", () => {
    const source = fc.constantFrom(...specs.map(({ text }) => text), nasty);
    fc.assert(
      fc.property(source, fc.infiniteStream(fc.nat(9)), (text, stream) => {
        const shaken = text.replace(/[,([{](?!.*\/\/)|\n|[-+*/=|<>](?=[ \w])| (?=[}\])]).*/g, (sign) => {
          const choice = stream.next().value ?? 0;
          if (sign === "\n") return ["\n", "\n\n\n", "\n // note\n", "  // why\n", "\n\t"][choice] ?? "\n";
          return sign + (["\n", "  ", " // here\n"][choice] ?? "");
        });
        fc.pre(isClean(shaken));
        const formatted = format(shaken);
        expect(tree(formatted)).toEqual(tree(shaken));
        expect(format(formatted)).toBe(formatted);
      }),
      { numRuns: 60 },
    );
  });
});
