// The generated files are what their generators write now.
import { expect, test } from "vitest";
import { generateAll, staleFiles } from "../../scripts/generate.ts";

test("every generated file is fresh (npm run generate)", async () => {
  const files = await generateAll();
  for (const page of ["cli", "diagnostics", "metrics", "operations", "optimizers", "std"]) {
    expect(files[`docs/${page}.md`]?.length ?? 0).toBeGreaterThan(500);
  }
  expect(staleFiles(files)).toEqual([]);
});
