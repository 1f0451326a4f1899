// How long `mmx check` of a 100-line spec takes from a cold start, the process's own start included. The median must stay
// under 200 ms; the fastest run is what the machine can do when nothing else runs on it.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const limit = 200;
const runs = 15;
const root = fileURLToPath(new URL("..", import.meta.url));
const spec = "examples/mmcl/mmcl.mmx";

function milliseconds(argv) {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { cwd: root, encoding: "utf8" });
  const taken = performance.now() - start;
  if (status !== 0) throw new Error(`node ${argv.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
  return taken;
}

function measure(argv) {
  const taken = Array.from({ length: runs }, () => milliseconds(argv)).sort((one, other) => one - other);
  return { fastest: taken[0], median: taken[Math.floor(runs / 2)] };
}

const lines = readFileSync(`${root}/${spec}`, "utf8").split("\n").length;
const empty = measure(["-e", ""]);
const check = measure(["bin/mmx.js", "check", spec]);
const row = (name, { fastest, median }) => `${name.padEnd(44)} fastest ${fastest.toFixed(0)} ms, median ${median.toFixed(0)} ms`;
console.log(row("node, doing nothing", empty));
console.log(row(`mmx check ${spec} (${lines} lines)`, check));
if (check.median > limit) {
  console.error(`The median is above ${limit} ms.`);
  process.exitCode = 1;
}
