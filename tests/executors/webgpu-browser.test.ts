// The webgpu executor in a browser, on Chromium's own WebGPU, without a GPU on its SwiftShader.
import { describe, expect, test } from "vitest";
import { interpreterExecutor } from "../../src/runtime/executors/interpreter.ts";
import { browser, bundlePage, visit } from "./browser/visit.ts";
import { networkFeeds, networkPlan } from "./network.ts";
import { initialise } from "./programs.ts";

interface Report {
  readonly error?: string;
  readonly selfTest: { readonly ok: boolean };
  readonly losses: readonly number[];
}

describe.skipIf(browser === undefined)("webgpu in a browser (skipped where there is no Chromium)", () => {
  test("trains as the interpreter does", async () => {
    const options = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];
    const report = await visit<Report>(await bundlePage("webgpu-page.ts"), { options });
    expect(report.error).toBeUndefined();
    expect(report.selfTest.ok).toBe(true);
    const session = await interpreterExecutor().open();
    const plan = networkPlan();
    initialise(session, plan);
    const program = await session.load(plan);
    expect(report.losses.length).toBe(10);
    for (const [step, loss] of report.losses.entries()) {
      const expected = (await program.run(networkFeeds(step), { outputs: ["loss"] })).loss?.data[0] as number;
      expect(Math.abs(loss - expected)).toBeLessThan(1e-4 * Math.max(1, Math.abs(expected)));
    }
  }, 120_000);
});
