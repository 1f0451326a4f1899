// Before the first test: `npm run build`, so that tests which start the command as a process of its own, some of them twenty times,
// start what users start, made from the sources as they are now.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const path = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

export const builtCommand = path("../bin/mmx.js");

export function setup(): void {
  const { status } = spawnSync(process.execPath, [path("../scripts/build.mjs")], { stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) throw new Error("npm run build failed");
}
