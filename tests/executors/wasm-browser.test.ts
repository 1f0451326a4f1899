// The wasm executor in a browser: with threads where the page is isolated from other sites, else with one; the same bits.
import { beforeAll, describe, expect, test } from "vitest";
import { wasmExecutor } from "../../src/runtime/executors/wasm/index.ts";
import { browser, bundlePage, visit } from "./browser/visit.ts";
import { networkFeeds, networkPlan } from "./network.ts";
import { initialise } from "./programs.ts";

interface Report {
  readonly error?: string;
  readonly crossOriginIsolated: boolean;
  readonly selfTest: { readonly ok: boolean };
  readonly one: readonly number[];
  readonly two: readonly number[];
}

const isolation = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

describe.skipIf(browser === undefined)("in a browser (skipped where there is no Chromium)", () => {
  let script: string;
  beforeAll(async () => {
    script = await bundlePage("page.ts");
  });

  test.each([true, false])(
    "trains to the bits of Node (isolated page: %s)",
    async (isolated) => {
      const report = await visit<Report>(script, { headers: isolated ? isolation : {}, options: ["--disable-gpu"] });
      expect(report.error).toBeUndefined();
      expect(report.crossOriginIsolated).toBe(isolated);
      expect(report.selfTest.ok).toBe(true);
      expect(report.two).toEqual(report.one);
      const session = await wasmExecutor({ threads: 1 }).open();
      const plan = networkPlan();
      initialise(session, plan);
      const program = await session.load(plan);
      for (const [step, loss] of report.one.entries()) {
        expect((await program.run(networkFeeds(step), { outputs: ["loss"] })).loss?.data[0]).toBe(loss);
      }
      session.dispose();
    },
    120_000,
  );
});
