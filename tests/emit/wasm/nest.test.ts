// Nests as WebAssembly against the float64 reference: random ones, and the ones that training steps are made of.
import fc from "fast-check";
import { test } from "vitest";
import { sampleOf } from "./nest-arbitrary.ts";
import { difference, evaluateNest, runNest } from "./nest-run.ts";

test("random nests", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const { nest, buffers, contents } = sampleOf(seed);
      const found = difference(runNest(nest, buffers, contents), evaluateNest(nest, contents));
      if (found !== undefined) throw new Error(`${found} in ${JSON.stringify(nest)}`);
    }),
    { numRuns: 300 },
  );
});
