// JSON that someone else may have written: errors point at line and column; events keep to their schema.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { eventsSchema } from "../../src/compiler/schemas/events.schema.ts";
import { jsonPositions } from "../../src/compiler/schemas/json-position.ts";
import { runSchema } from "../../src/compiler/schemas/run.schema.ts";
import { JsonError, type JsonSchema, parseJson } from "../../src/compiler/schemas/validate.ts";

const schema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["name"],
  properties: {
    name: { type: "string" },
    sizes: { type: "array", items: { type: "integer", minimum: 1 } },
    mode: { enum: ["fast", "slow"] },
  },
};

const problemsOf = async (text: string, use = schema): Promise<readonly string[]> => {
  const outcome = await parseJson(use, text, "f.json").then(
    () => undefined,
    (problem: unknown) => problem,
  );
  return outcome instanceof JsonError ? outcome.message.split("\n") : [];
};

describe("validated JSON", () => {
  test("what fits its schema comes through", async () => {
    expect(await parseJson(schema, '{"name": "a", "sizes": [1]}', "f.json")).toEqual({ name: "a", sizes: [1] });
  });

  test.each([
    ['{\n  "name": 3\n}', "f.json:2:11: name must be string"],
    ['{\n  "name": "a",\n  "sizes": [1, 2,\n    0]\n}', "f.json:4:5: sizes.0 must be >= 1".replace("sizes.0", "sizes.2")],
    ['{\n  "name": "a",\n  "colour": 1\n}', "f.json:3:13: “colour” is not known here"],
    ["{ }", "f.json:1:1: the value lacks “name”"],
    ['{ "name": "a", "mode": "odd" }', "f.json:1:24: mode must be one of fast, slow"],
    ['{ "name": "a"\n  "sizes": [] }', 'f.json:2:3: a comma or } should stand here, not “"”'],
    ['{ "name": "a", }', "f.json:1:16: a name in quotation marks should stand here, not “}”"],
    ['{ "name": truth }', "f.json:1:11: a value should stand here, not “t”"],
    ['{ "name": "a', "f.json:1:11: this text is not closed, or holds a character that JSON does not allow"],
    ["", "f.json:1:1: a value should stand here, not the end of the text"],
    ['{ "name": "a" } 1', "f.json:1:17: “1” after the end of the value"],
  ])("%j", async (text, expected) => {
    expect(await problemsOf(text)).toEqual([expected]);
  });

  test("a run.json with several faults names each, three at most", async () => {
    const problems = await problemsOf('{\n "format": "other",\n "version": 2,\n "seeds": "x",\n "sizes": 1 }', runSchema);
    expect(problems).toHaveLength(3);
    expect(problems.every((problem) => /^f\.json:\d+:\d+: /.test(problem))).toBe(true);
  });
});

describe("positions in JSON", () => {
  test("every value stands where it is said to stand, and an error is found exactly where JSON.parse fails", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 3 }), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        const { offsets, error } = jsonPositions(text);
        expect(error).toBeUndefined();
        for (const [pointer, offset] of offsets) {
          const target = pointer
            .split("/")
            .slice(1)
            .reduce<unknown>(
              (at, key) => (at as Record<string, unknown>)[key.replaceAll("~1", "/").replaceAll("~0", "~")],
              value,
            );
          expect(text.slice(offset).startsWith(JSON.stringify(target)[0] ?? "")).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), fc.constantFrom("", "}", "]", ",", '"', "x", "1", "\\"), (value, at, piece) => {
        const text = JSON.stringify(value);
        const cut = at % (text.length + 1);
        const broken = text.slice(0, cut) + piece + text.slice(cut + 1);
        let valid = true;
        try {
          JSON.parse(broken);
        } catch {
          valid = false;
        }
        expect(jsonPositions(broken).error === undefined).toBe(valid);
      }),
      { numRuns: 500 },
    );
  });
});

describe("the schema of events", () => {
  test("refuses an unknown event and a missing property", async () => {
    expect(await problemsOf('{"event": "party"}', eventsSchema)).toHaveLength(1);
    expect(await problemsOf('{"event": "note"}', eventsSchema)).toEqual(["f.json:1:1: the value lacks “message”"]);
  });
});
