// Runs in a browser: trains a small network with the wasm executor and posts what came out to the test's server.
import { selfTest } from "../../../src/runtime/backends/self-test.ts";
import { wasmBrowserExecutor } from "../../../src/runtime/executors/wasm/browser.ts";
import { networkFeeds, networkPlan } from "../network.ts";
import { initialise } from "../programs.ts";

async function trained(threads: number): Promise<readonly number[]> {
  const session = await wasmBrowserExecutor({ threads }).open();
  const plan = networkPlan();
  initialise(session, plan);
  const program = await session.load(plan);
  const losses: number[] = [];
  for (let step = 0; step < 40; step += 1) {
    losses.push(...((await program.run(networkFeeds(step), { outputs: ["loss"] })).loss?.data ?? []));
    // Workers start in a page only while its own thread rests.
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  session.dispose();
  return losses;
}

async function report(): Promise<object> {
  try {
    return { selfTest: await selfTest(wasmBrowserExecutor()), one: await trained(1), two: await trained(2) };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

const { crossOriginIsolated } = globalThis as { readonly crossOriginIsolated?: boolean };
await fetch("/result", { method: "POST", body: JSON.stringify({ crossOriginIsolated, ...(await report()) }) });
