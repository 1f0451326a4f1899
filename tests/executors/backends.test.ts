// Choosing and examining backends, also from a bundle that lies elsewhere.
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { type Probe, probeBackends } from "../../src/runtime/backends/probes.ts";
import { type BackendRequest, BackendUnavailable, selectBackend } from "../../src/runtime/backends/select.ts";
import { selfTest } from "../../src/runtime/backends/self-test.ts";
import type { Executor } from "../../src/runtime/executors/executor.ts";
import { interpreterExecutor } from "../../src/runtime/executors/interpreter.ts";
import { useWideVectors } from "../../src/runtime/executors/wasm/index.ts";

test("every backend is probed; wasm, tfjs and cpu are always ready and right within two seconds", async () => {
  const probes = await probeBackends();
  expect(probes.map(({ name }) => name)).toEqual(["node-gpu", "webgpu", "wasm", "node", "tfjs", "cpu"]);
  for (const name of ["wasm", "tfjs", "cpu"]) {
    const probe = probes.find((candidate) => candidate.name === name);
    expect(probe).toMatchObject({ state: "ready", selfTest: { ok: true } });
    const slow = name === "wasm" && useWideVectors() === "newer Node";
    expect(probe?.remedy).toEqual(slow ? expect.stringMatching(/^Node 24 or later/) : undefined);
    expect(probe?.selfTest?.milliseconds).toBeLessThan(2000);
  }
  for (const probe of probes) await expectSelectable(probe);
});

async function expectSelectable(probe: Probe): Promise<void> {
  if (probe.state === "ready") {
    const selected = await selectBackend(probe.name);
    expect(selected).toMatchObject({ chosen: probe.name, why: `${probe.doc}; asked for` });
    return;
  }
  expect(probe.remedy).toContain("npm");
  const failure = await selectBackend(probe.name).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(BackendUnavailable);
  expect(String(failure)).toContain(`the backend ${probe.name} is not available`);
  expect(String(failure)).toContain(probe.remedy);
}

test("auto takes the first that is there, says why, and computes", async () => {
  const { executor, chosen, why } = await selectBackend("auto");
  const probes = await probeBackends();
  expect(probes.filter(({ state }) => state === "ready").map(({ name }) => name)).toContain(chosen);
  if (chosen === "wasm")
    expect(why).toMatch(/^the processor through WebAssembly made for the spec, nothing to install; .*node-gpu.*; .*webgpu/i);
  expect((await selfTest(executor)).ok).toBe(true);
});

test("an unknown backend is refused with the list of known ones", async () => {
  await expect(selectBackend("cuda" as BackendRequest)).rejects.toThrow(
    "choose one of auto, node-gpu, webgpu, wasm, node, tfjs, cpu",
  );
});

test("the self-test fails an executor that computes wrongly", async () => {
  const exact = interpreterExecutor();
  const wrong: Executor = {
    name: "wrong",
    async open() {
      const session = await exact.open();
      return {
        ...session,
        write: (name, value) => session.write(name, { ...value, data: value.data.map((entry) => entry * 1.01) }),
      };
    },
  };
  expect((await selfTest(exact)).difference).toBe(0);
  expect(await selfTest(wrong)).toMatchObject({ ok: false });
});

test("a bundle finds tfjs's WebAssembly wherever it is started", async () => {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const folder = `${root}node_modules/.cache/mmx-backends`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const source = `
    import { probeBackends } from "./src/runtime/backends/index.ts";
    console.log(JSON.stringify(await probeBackends()));
  `;
  await build({
    stdin: { contents: source, resolveDir: root, loader: "ts" },
    bundle: true,
    format: "esm",
    platform: "node",
    external: ["@tensorflow/*"],
    outfile: `${folder}/probe.mjs`,
    logLevel: "error",
  });
  const { stdout, stderr } = spawnSync(process.execPath, [`${folder}/probe.mjs`], { cwd: "/", encoding: "utf8" });
  // Dawn's native code says where it finds no Vulkan; nothing of ours writes there.
  const ours = stderr.split("\n").filter((line) => !/Vulkan|vkCreateInstance|BackendVk|^ +at /.test(line));
  expect(ours.join(""), "tfjs's banner and warnings are silenced").toBe("");
  const probes = JSON.parse(stdout) as Probe[];
  for (const name of ["wasm", "tfjs"]) expect(probes.find((probe) => probe.name === name)).toMatchObject({ state: "ready" });
});
