// The wasm executor in a browser: with threads where the page is isolated from other sites, else with one; the same bits.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { beforeAll, describe, expect, test } from "vitest";
import { wasmExecutor } from "../../src/runtime/executors/wasm/index.ts";
import { networkFeeds, networkPlan } from "./network.ts";
import { initialise } from "./programs.ts";

interface Report {
  readonly error?: string;
  readonly crossOriginIsolated: boolean;
  readonly selfTest: { readonly ok: boolean };
  readonly one: readonly number[];
  readonly two: readonly number[];
}

const browser = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/google-chrome"].find(
  (path) => path !== undefined && existsSync(path),
);
const isolation = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

describe.skipIf(browser === undefined)("in a browser (skipped where there is no Chromium)", () => {
  let script: string;
  beforeAll(async () => {
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL("browser/page.ts", import.meta.url))],
      bundle: true,
      format: "esm",
      platform: "browser",
      write: false,
    });
    script = outputFiles[0]?.text ?? "";
  });

  test.each([true, false])(
    "trains to the bits of Node (isolated page: %s)",
    async (isolated) => {
      const report = await visit(script, isolated ? isolation : {});
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

/** Opens a page that runs the script, and waits for what it posts. */
async function visit(script: string, headers: Readonly<Record<string, string>>): Promise<Report> {
  let received: (report: Report) => void = () => undefined;
  const result = new Promise<Report>((resolve) => {
    received = resolve;
  });
  const server = createServer(async (request, response) => {
    if (request.url === "/result") {
      let text = "";
      for await (const chunk of request) text += chunk;
      received(JSON.parse(text) as Report);
    }
    const type = request.url === "/page.js" ? "text/javascript" : "text/html";
    response.writeHead(200, { "content-type": type, ...headers });
    response.end(request.url === "/page.js" ? script : '<!doctype html><script type="module" src="/page.js"></script>');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const profile = mkdtempSync(join(tmpdir(), "mmx-browser-"));
  const options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", `--user-data-dir=${profile}`];
  const child = spawn(browser ?? "", [...options, `http://127.0.0.1:${port}/`], { stdio: "ignore" });
  const ended = new Promise<never>((_, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`the browser ended with exit code ${code}`)));
  });
  try {
    return await Promise.race([result, ended]);
  } finally {
    ended.catch(() => undefined);
    child.kill();
    await new Promise((resolve) => {
      child.once("exit", resolve);
    });
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
