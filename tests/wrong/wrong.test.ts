// Every wrong spec in this folder gives exactly its golden rendered text. `UPDATE=1 npx vitest run tests/wrong` rewrites
// the goldens; each is then read by a person: right place, right reason, right fix, one error a cause.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkSpec } from "../../src/compiler/check/index.ts";
import { renderAll } from "../../src/compiler/diagnostics/render.ts";
import { memoryHost } from "../../src/compiler/host.ts";

const folder = import.meta.dirname;
const update = process.env.UPDATE === "1";
const files = readdirSync(folder);
const names = files.filter((file) => file.endsWith(".mmx")).map((file) => file.slice(0, -".mmx".length));

/** The spec's diagnostics as a terminal without colour shows them. */
function rendered(name: string): { readonly text: string; readonly count: number } {
  const path = `${name}.mmx`;
  const host = memoryHost({ [path]: readFileSync(join(folder, path), "utf8") });
  const { diagnostics, sources } = checkSpec(host, path, {});
  return { text: `${renderAll(diagnostics, sources)}\n`, count: diagnostics.length };
}

describe("wrong specs", () => {
  it("are at least seventy, and no golden lacks its spec", () => {
    expect(names.length).toBeGreaterThanOrEqual(70);
    const goldens = files.filter((file) => file.endsWith(".txt")).map((file) => file.slice(0, -".txt".length));
    expect(goldens.filter((golden) => !names.includes(golden))).toEqual([]);
  });

  for (const name of names) {
    it(name, () => {
      const { text, count } = rendered(name);
      // One cause, one diagnostic; a `two-` spec holds two independent mistakes.
      expect(count).toBe(name.startsWith("two-") ? 2 : 1);
      const golden = join(folder, `${name}.txt`);
      if (update) writeFileSync(golden, text);
      expect(existsSync(golden) ? readFileSync(golden, "utf8") : "no golden text yet").toBe(text);
    });
  }
});
