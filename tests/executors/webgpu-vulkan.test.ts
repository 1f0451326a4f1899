// Where a Vulkan driver is looked for, and that Dawn, which writes to standard error by itself, is not started without one.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasVulkanDriver } from "../../src/runtime/executors/webgpu/vulkan.ts";

describe.runIf(process.platform === "linux")("a Vulkan driver", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "mmx-vulkan-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("is found by the variables that name it and by its manifest in the folders for data", () => {
    const nowhere = { HOME: join(folder, "nobody"), XDG_CONFIG_DIRS: join(folder, "none"), XDG_DATA_DIRS: join(folder, "data") };
    mkdirSync(join(folder, "data/vulkan/icd.d"), { recursive: true });
    const before = hasVulkanDriver(nowhere);
    expect(hasVulkanDriver({ ...nowhere, VK_ICD_FILENAMES: "/some/driver.json" })).toBe(true);
    writeFileSync(join(folder, "data/vulkan/icd.d/driver.json"), "{}");
    expect(hasVulkanDriver(nowhere)).toBe(true);
    // Where this machine has a driver in /etc, every environment finds it.
    expect(before).toBe(hasVulkanDriver({ ...nowhere, XDG_DATA_DIRS: join(folder, "none") }));
  });

  test("that is not there leaves standard error to mmx", ({ skip }) => {
    const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("VK_")));
    skip(hasVulkanDriver(environment), "this machine has a Vulkan driver");
    const mmx = fileURLToPath(new URL("../../bin/mmx.js", import.meta.url));
    const said = execFileSync("sh", ["-c", '"$0" "$1" doctor 2>&1 >/dev/null', process.execPath, mmx], { env: environment });
    expect(said.toString()).toBe("");
  });
});
