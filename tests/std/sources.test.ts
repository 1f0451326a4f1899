// The library's text inside the compiler is the library's files.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { generateStd } from "../../scripts/generate-std.ts";

test("sources.ts is fresh", () => {
  for (const [path, text] of Object.entries(generateStd())) {
    expect(readFileSync(new URL(`../../${path}`, import.meta.url), "utf8"), `${path}: run tsx scripts/generate-std.ts`).toBe(
      text,
    );
  }
});
