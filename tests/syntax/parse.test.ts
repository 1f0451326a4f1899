// From text to tree: what each construct of the language becomes.
import { describe, expect, it } from "vitest";
import type { Expression, Item, Statement } from "../../src/compiler/syntax/ast.ts";
import { parseBody } from "./helpers.ts";

function item(body: string): Item {
  const { ast, diagnostics } = parseBody(body);
  expect(diagnostics).toEqual([]);
  const [first] = ast.items;
  if (first === undefined) throw new Error("no item");
  return first;
}

function expression(text: string): Expression {
  const constant = item(`x = ${text}\n`);
  if (constant.kind !== "constant") throw new Error(`expected a constant, found ${constant.kind}`);
  return constant.value;
}

function statement(text: string): Statement {
  const model = item(`model A(c: d) {\n${text}\n}\n`);
  if (model.kind !== "model" || model.body.statements[0] === undefined) throw new Error("no statement");
  return model.body.statements[0];
}

/** The expression with all brackets written. */
function show(node: Expression): string {
  switch (node.kind) {
    case "number":
      return String(node.value);
    case "string":
      return JSON.stringify(node.value);
    case "boolean":
      return String(node.value);
    case "name":
      return node.name;
    case "member":
      return `${show(node.object)}.${node.member.text}`;
    case "index":
      return `${show(node.object)}[${node.indices.map((index) => (index === undefined ? "*" : show(index))).join(", ")}]`;
    case "call": {
      const clauses = node.clauses.map(
        (clause) => ` for ${clause.names.map((name) => name.text).join(", ")} in ${show(clause.domain)}`,
      );
      const named = node.named.map((entry) => `${entry.key.text}: ${show(entry.value)}`);
      return `${show(node.callee)}(${[...node.positional.map(show), ...named].join(", ")}${clauses.join("")})`;
    }
    case "pipe":
      return `(${show(node.input)} |> ${show(node.target)})`;
    case "unary":
      return `(${node.operator} ${show(node.operand)})`;
    case "binary":
      return `(${show(node.left)} ${node.operator} ${show(node.right)})`;
    case "range":
      return `(${show(node.low)} .. ${show(node.high)})`;
    case "else":
      return `(${show(node.value)} else ${show(node.fallback)})`;
    case "if":
      return `(if ${show(node.condition)} then ${show(node.then)} else ${show(node.otherwise)})`;
    case "list":
      return `[${node.items.map(show).join(", ")}]`;
    case "set":
      return `{${node.items.map(show).join(", ")}}`;
    case "record":
      return `{ ${node.fields.map((field) => `${field.key.text}: ${show(field.value)}`).join(", ")} }`;
    case "scan":
      return `scan ${node.sequences.map((name) => name.text).join(", ")} over ${node.over.text}`;
    case "missing":
      return "?";
  }
}

describe("expressions", () => {
  it.each([
    ["1 + 2 * 3", "(1 + (2 * 3))"],
    ["1 - 2 - 3", "((1 - 2) - 3)"],
    ["2 ^ 3 ^ 4", "(2 ^ (3 ^ 4))"],
    ["-2 ^ 2", "(- (2 ^ 2))"],
    ["2 ^ -3 * 4", "((2 ^ (- 3)) * 4)"],
    ["-a * b", "((- a) * b)"],
    ["- - a", "(- (- a))"],
    ["a - -b", "(a - (- b))"],
    ["not a == b and c", "((not (a == b)) and c)"],
    ["a or b and not c", "(a or (b and (not c)))"],
    ["a < b + 1", "(a < (b + 1))"],
    ["-3 .. n - 1", "((- 3) .. (n - 1))"],
    ["x |> In + h |> Rec", "((x |> In) + (h |> Rec))"],
    ["x |> f(1) |> g.h[2]", "((x |> f(1)) |> g.h[2])"],
    ["(a + b) |> f()", "((a + b) |> f())"],
    ["a |> f() else b |> g() else 0", "((a |> f()) else ((b |> g()) else 0))"],
    ["if a and b then c + 1 else d else e", "(if (a and b) then (c + 1) else (d else e))"],
    ["sum(x[m] for m in M - text)", "sum(x[m] for m in (M - text))"],
    ["concat(x[m] for m in M, along: D)", "concat(x[m], along: D for m in M)"],
    ["mean(f(s, t) for s, t in M * M)", "mean(f(s, t) for s, t in (M * M))"],
    ["tr[{s, t}]", "tr[{s, t}]"],
    ["to[*, m]", "to[*, m]"],
    ["{ a: 1, b: { c: 2 } }", "{ a: 1, b: { c: 2 } }"],
    ["{s, t}", "{s, t}"],
    ["[.9, 1e-3, 30%,]", "[0.9, 0.001, 0.3]"],
    ["rename(x, T: S)", "rename(x, T: S)"],
    ["split(x, into: h, for: 3)", "split(x, into: h, for: 3)"],
    ["mosi.train", "mosi.train"],
    ['"a\\"b\\n"', '"a\\"b\\n"'],
    ['"""a\n"b\\"""', '"a\\n\\"b\\\\"'],
    ["loss + target", "(loss + target)"],
  ])("%s", (text, expected) => {
    expect(show(expression(text))).toBe(expected);
  });

  it("have the places where they are written", () => {
    const { ast } = parseBody("x = (a + b) |> f(k: 1)\n");
    const constant = ast.items[0];
    if (constant?.kind !== "constant" || constant.value.kind !== "pipe") throw new Error("expected a pipe");
    const text = "mmx 1\nx = (a + b) |> f(k: 1)\n";
    const cut = ({ start, end }: { start: number; end: number }) => text.slice(start, end);
    expect(cut(constant.span)).toBe("x = (a + b) |> f(k: 1)");
    expect(cut(constant.value.input.span)).toBe("(a + b)");
    expect(cut(constant.value.target.span)).toBe("f(k: 1)");
  });
});

describe("statements", () => {
  it("bind families", () => {
    expect(statement("tr[{s, t}] = Translate() for s, t in pairs(M)")).toMatchObject({
      kind: "binding",
      name: { text: "tr" },
      index: [{ names: [{ text: "s" }, { text: "t" }], unordered: true }],
      clauses: [{ names: [{ text: "s" }, { text: "t" }] }],
    });
    expect(statement("to[s, t] = z[s] for s, t in pairs(M)")).toMatchObject({
      index: [
        { names: [{ text: "s" }], unordered: false },
        { names: [{ text: "t" }], unordered: false },
      ],
    });
  });

  it("know contextual words from names", () => {
    expect(statement("loss task = x")).toMatchObject({ kind: "loss", name: { text: "task" } });
    expect(statement("loss = x")).toMatchObject({ kind: "binding", name: { text: "loss" } });
    expect(statement("next[m] = x for m in M")).toMatchObject({ kind: "binding", name: { text: "next" } });
    expect(statement("update |> f()")).toMatchObject({ kind: "result" });
  });

  it("declare weights and state", () => {
    expect(statement("param weight: f32[In, 3 * out] = glorot(In, out)")).toMatchObject({
      kind: "param",
      type: { kind: "tensor" },
    });
    expect(statement("bank seen[m]: f32[samples, D] for m in M")).toMatchObject({ kind: "bank", initial: undefined });
    expect(statement("update a[m] = 0.9 * rows(a[m]) for m in M from epoch 2")).toMatchObject({
      kind: "update",
      fromEpoch: { value: 2 },
      clauses: [{ domain: { name: "M" } }],
    });
  });

  it("scan with several carries", () => {
    const binding = statement("y = scan x, r over T backward carry h = zeros(B), c = 0 {\n next h = x\n next c = r, h\n}");
    expect(binding).toMatchObject({
      value: {
        kind: "scan",
        sequences: [{ text: "x" }, { text: "r" }],
        backward: true,
        carries: [{ name: { text: "h" } }, { name: { text: "c" } }],
        body: { statements: [{ kind: "next" }, { kind: "next" }, { kind: "result" }] },
      },
    });
  });
});

describe("declarations", () => {
  it("of data", () => {
    const data = item(`/// Clips of opinions.
data mosi {
  file "mosi.npz"
  /// Words.
  text: f32[B, T, 3 * D]
  audio: f32[B, T, Fa] optional, video: f32[B]?
  mood: target f32[B] in -3 .. 3 from "label"
  target: id text[B]
  split by fold { train: [0, 1], test: 2 } seed 3 stratify kind group video
  standardise text, audio
  file: f32[B]
}
`);
    expect(data).toMatchObject({
      kind: "data",
      doc: "Clips of opinions.",
      file: { value: "mosi.npz" },
      standardise: [{ text: "text" }, { text: "audio" }],
      split: { by: { text: "fold" }, seed: { value: 3 }, stratify: { text: "kind" }, group: { text: "video" } },
      fields: [
        { name: { text: "text" }, role: "input", optional: false, doc: "Words." },
        { name: { text: "audio" }, optional: true, doc: undefined },
        { name: { text: "video" }, optional: true },
        {
          name: { text: "mood" },
          role: "target",
          range: { low: { kind: "unary" }, high: { value: 3 } },
          from: { text: "label" },
        },
        { name: { text: "target" }, role: "id", type: { element: { text: "text" } } },
        { name: { text: "file" } },
      ],
    });
  });

  it("of sizes and labels", () => {
    expect(parseBody("dim D = 4, T <= 5 ragged, S[m] <= 6 ragged for m in M, N\n").ast.items).toMatchObject([
      { name: { text: "D" }, size: { value: 4 }, ragged: false },
      { name: { text: "T" }, bound: { value: 5 }, ragged: true },
      { name: { text: "S" }, index: { text: "m" }, over: { name: "M" } },
      { name: { text: "N" }, size: undefined, bound: undefined },
    ]);
    expect(item("labels Digit = 0 .. 3\n")).toMatchObject({
      members: [{ text: "0" }, { text: "1" }, { text: "2" }, { text: "3" }],
    });
    expect(item('labels Lie = true | "not sure" | truth\n')).toMatchObject({
      members: [{ text: "true" }, { text: "not sure" }, { text: "truth" }],
    });
  });

  it("of modalities by members or by value", () => {
    expect(item("modalities M = text | audio\n")).toMatchObject({
      members: [{ text: "text" }, { text: "audio" }],
      value: undefined,
    });
    expect(item("modalities N = M - text\n")).toMatchObject({ members: undefined, value: { kind: "binary" } });
    expect(item("modalities One = text\n")).toMatchObject({ members: [{ text: "text" }] });
  });

  it("of modules", () => {
    const module = item(
      "module F(x: f32[..., D]?, over: dim = T, c: clips without lie, mood, f: module) -> { a: f32[], b: size } {\n x\n}\n",
    );
    expect(module).toMatchObject({
      kind: "module",
      parameters: [
        { type: { kind: "tensor", optional: true, axes: [{ size: undefined }, { size: { name: "D" } }] } },
        { type: { name: { text: "dim" } }, defaultValue: { name: "T" } },
        { type: { kind: "named", without: [{ text: "lie" }, { text: "mood" }] } },
        { name: { text: "f" }, type: { name: { text: "module" } } },
      ],
      result: { kind: "record", fields: [{ type: { axes: [] } }, { type: { kind: "named" } }] },
    });
    expect(item("fn f(x: float) = x + 1\n")).toMatchObject({ kind: "fn", body: { statements: [{ kind: "result" }] } });
  });

  it("of training and evaluation", () => {
    expect(
      item("train A on { source: a + b, target: c.test } {\n seed: 1\n stage: 2\n stage one { epochs: 3 }\n}\n"),
    ).toMatchObject({
      on: [{ parameter: { text: "source" } }, { parameter: { text: "target" }, value: { kind: "member" } }],
      settings: [{ key: { text: "seed" } }, { key: { text: "stage" } }],
      stages: [{ name: { text: "one" }, settings: [{ key: { text: "epochs" } }] }],
    });
    expect(item("evaluate A on c.test\n")).toMatchObject({ on: [{ parameter: undefined }], settings: [] });
    expect(item('use std.attention, "./swish.ts"\n')).toMatchObject({
      targets: [
        { path: "std.attention", quoted: false },
        { path: "./swish.ts", quoted: true },
      ],
    });
  });
});
