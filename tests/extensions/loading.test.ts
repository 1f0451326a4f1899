// Files of TypeScript operations: what the checker says of them without running them, and what loading and calling them say
// where they fail.
import { describe, expect, test } from "vitest";
import type { HostExtension } from "../../src/compiler/ops/operation.ts";
import { ExtensionError } from "../../src/runtime/extensions/extension-error.ts";
import { loadExtensions } from "../../src/runtime/extensions/load.ts";
import { checked, compiled, declaring } from "./spec.ts";

const doubling = `forward(x) { return Array.from(x.data, (value) => 2 * value); },
    gradient(x, _result, g) { return Array.from(g.data, (value) => 2 * value); },`;
const twoTensors = "own(x: f32[...], y: f32[...]) -> f32[...]";

/** The messages of the errors that checking finds. */
const complaints = (call: string, source: string): string[] => checked(call, source).diagnostics.map(({ message }) => message);

async function failure(call: string, source: string, training = true): Promise<ExtensionError> {
  try {
    await loadExtensions(compiled(call, source), { training });
  } catch (error) {
    if (error instanceof ExtensionError) return error;
    throw error;
  }
  throw new Error("it loads");
}

async function loadedOwn(source: string, call = "own(h)"): Promise<HostExtension> {
  const own = (await loadExtensions(compiled(call, source), { training: true }))["specs/own.ts#own"];
  if (own === undefined) throw new Error("own is not loaded");
  return own;
}

const pair = { shape: [2], dtype: "f32", data: [1, -3] } as const;

describe("checking", () => {
  test("runs nothing of the file", () => {
    const source = `globalThis.extensionRan = true;\nthrow new Error("it ran");\n${declaring(doubling)}`;
    expect(complaints("own(h)", source)).toEqual([]);
    expect("extensionRan" in globalThis).toBe(false);
  });

  test("keeps the file's text with the spec's", () => {
    const source = declaring(doubling);
    expect(compiled("own(h)", source).files.map(({ path }) => path)).toEqual(["specs/net.mmx", "specs/own.ts"]);
  });

  test.each([
    ["declares nothing", "export function own(x: number): number { return x; }", "it exports no `operation("],
    ["declares it in a comment only", `// ${declaring(doubling).split("\n")[1]}`, "it exports no `operation("],
    ["calls it otherwise", declaring(doubling, "other(x: f32[...]) -> f32[...]"), "the signature calls it other"],
    ["leaves a bracket open", declaring(doubling, "own(x: f32[...]"), "the signature of own cannot be read"],
    ["gives another shape", declaring(doubling, "own(x: f32[..., D]) -> f32[...]"), "has to end in -> f32[..., D]"],
    ["takes no tensor first", declaring(doubling, "own(k: float) -> f32[...]"), "own takes no tensor first"],
    ["takes a module", declaring(doubling, "own(x: f32[...], m: module) -> f32[...]"), "m of own needs a type"],
  ])("a file that %s is an error at its use", (_what, source, reason) => {
    const { diagnostics } = checked("own(h)", source);
    const [first] = diagnostics;
    expect(first?.code).toBe("MMX2008");
    expect(first?.message).toContain(reason);
    expect(first?.span.file).toBe("specs/net.mmx");
  });

  test("a call that does not fit is an error in the spec, not in the TypeScript file", () => {
    const { diagnostics } = checked("own(h)", declaring(doubling, twoTensors));
    expect(diagnostics.map(({ message }) => message)).toEqual(["own needs y"]);
    expect(
      diagnostics.flatMap(({ span, labels }) => [span, ...labels.map((label) => label.span)]).map(({ file }) => file),
    ).toEqual(["specs/net.mmx"]);
  });

  test("padding and absent samples cannot reach an operation that mixes entries", () => {
    const mixing = (type: string): string => declaring(doubling, `own(x: ${type}) -> ${type}`);
    expect(complaints("own(w)|> mean(over: T)", mixing("f32[..., D]"))).toEqual([]);
    expect(complaints("own(w)|> mean(over: T)", mixing("f32[..., S, D]"))).toEqual([
      "a tensor without padding along T is needed here, and this is f32[B, T, 4]",
    ]);
    expect(complaints("(own(a) else 0)", mixing("f32[..., D]"))).toEqual([]);
    expect(complaints("(own(a) else 0)", mixing("f32[N, D]"))[0]).toMatch(/^a tensor without absent samples is needed here/);
    expect(complaints("own(h, w)", declaring(doubling, twoTensors))[0]).toMatch(/^a tensor without padding along T is needed/);
  });
});

describe("loading", () => {
  test("gives the operations that the models call, and what they compute", async () => {
    const own = await loadedOwn(declaring(doubling));
    expect(Array.from(own.forward([pair]))).toEqual([2, -6]);
    expect(own.backward?.([pair], pair, { ...pair, data: [5, 7] })).toEqual([[10, 14]]);
  });

  test("a file that no model calls is not run", async () => {
    const source = `${declaring(doubling)}throw new Error("it ran");`;
    expect(await loadExtensions(compiled("h", source), { training: true })).toEqual({});
  });

  test("a number reaches the operation as a tensor without axes", async () => {
    const rules = `forward(x, k) { return Array.from(x.data, (value) => value * k.data[0]); },
      gradient(x, k, _result, g) { return [g.data, undefined]; },`;
    const own = await loadedOwn(declaring(rules, "own(x: f32[...], k: float = 3) -> f32[...]"), "own(h)");
    expect(Array.from(own.forward([pair, { shape: [], dtype: "f32", data: [3] }]))).toEqual([3, -9]);
  });

  test("Node's own modules can be imported, and nothing else", async () => {
    const rules =
      "forward(x) { return Array.from(x.data, (value) => value * constants.signals.SIGINT); }, gradient(x, r, g) { return g.data; }";
    const own = await loadedOwn(`import { constants } from "node:os";\n${declaring(rules)}`);
    expect(Array.from(own.forward([pair]))).toEqual([2, -6]);
    for (const specifier of ["./helper.ts", "vega"]) {
      const { message } = await failure("own(h)", `import * as other from "${specifier}";\nother.run();\n${declaring(doubling)}`);
      expect(message).toBe(
        `specs/own.ts imports ${specifier}, but an extension may import only mmx/extension and Node's own modules (node:…)`,
      );
    }
  });

  test("a file that is no TypeScript names the place", async () => {
    const { message } = await failure("own(h)", `${declaring(doubling)}const = 1;\n`);
    expect(message).toMatch(/^specs\/own\.ts:6:7: /);
  });

  test("a file that throws names the line of the TypeScript, past what the types took", async () => {
    const source = `interface Long {\n  readonly a: number;\n}\n${declaring(doubling)}\nnull.size;\n`;
    const { message } = await failure("own(h)", source);
    expect(message).toMatch(/^specs\/own\.ts fails as it is loaded: TypeError: .* \(specs\/own\.ts:10:6\)$/);
  });

  test("an operation that running the file does not export", async () => {
    const source = 'const operation = () => 1;\nexport const own = operation("own(x: f32[...]) -> f32[...]");\n';
    expect((await failure("own(h)", source)).message).toBe("specs/own.ts exports no operation own when it runs");
  });

  test("a missing gradient matters where training needs one, and only there", async () => {
    const source = declaring("forward(x) { return x.data; }");
    const { message, remedy } = await failure("own(h)", source);
    expect(message).toBe("own (specs/own.ts) has no gradient, and training needs one at specs/net.mmx:15");
    expect(remedy).toContain("stop(own(…))");
    expect(Object.keys(await loadExtensions(compiled("own(h)", source), { training: false }))).toEqual(["specs/own.ts#own"]);
    expect(Object.keys(await loadExtensions(compiled("stop(own(h))", source), { training: true }))).toEqual(["specs/own.ts#own"]);
    expect(Object.keys(await loadExtensions(compiled("own(clip.text)", source), { training: true }))).toEqual([
      "specs/own.ts#own",
    ]);
  });

  test("an operation without a forward rule", async () => {
    const source = declaring("gradient(x, r, g) { return g.data; }");
    expect((await failure("own(h)", source)).message).toBe("own (specs/own.ts) has no forward rule");
  });
});

describe("calling", () => {
  test.each([
    ["[1, 2, 3]", "3 numbers"],
    ["undefined", "nothing"],
    ["[[1, 2]]", "a list that holds something else than numbers"],
    ['"ab"', "something else than numbers (string)"],
    ["Promise.resolve([1, 2])", "a promise"],
  ])("forward that gives %s", async (given, kind) => {
    const rules = `forward(x) { return ${given} as never; }, gradient(x, r, g) { return ${given} as never; }`;
    const own = await loadedOwn(declaring(rules));
    expect(() => own.forward([pair])).toThrow(`forward of own (specs/own.ts) gave ${kind}, where the shape [2] holds 2`);
    expect(() => own.backward?.([pair], pair, pair)).toThrow(
      `gradient of own (specs/own.ts) gave ${kind}, where the shape [2] holds 2`,
    );
  });

  test("several tensors need a list of gradients", async () => {
    const rules = "forward(x) { return x.data; }, gradient(x, y, r, g) { return [g.data]; }";
    const own = await loadedOwn(declaring(rules, twoTensors), "own(h, g)");
    expect(() => own.backward?.([pair, pair], pair, pair)).toThrow(
      "gave a list of 1, where its 2 tensors need a list with a gradient each",
    );
  });

  test("an error inside names the rule and the line", async () => {
    const own = await loadedOwn(
      declaring("\nforward(x) {\n  throw new Error(String(x.shape.length));\n}, gradient(x, r, g) { return g.data; }"),
    );
    expect(() => own.forward([pair])).toThrow("forward of own (specs/own.ts) failed: 1 (specs/own.ts:5:9)");
  });
});
