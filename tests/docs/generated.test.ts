// The generated files are what their generators write now.
import { expect, test } from "vitest";
import { generateTexts, staleFiles } from "../../scripts/generate.ts";

// The figures are compared in tests/emit/picture.
test("every generated text is fresh (npm run generate)", async () => {
  const files = await generateTexts();
  for (const page of ["cli", "diagnostics", "metrics", "operations", "optimizers", "std"]) {
    expect(files[`docs/${page}.md`]?.length ?? 0).toBeGreaterThan(500);
  }
  expect(staleFiles(files)).toEqual([]);
});
