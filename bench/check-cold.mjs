// How long `mmx check` of a 100-line spec takes from a cold start, the process's own start included, beside a Node that does
// nothing. Two figures: the time on the clock, whose median must stay under 200 ms on an idle machine, and the processor time,
// which other work on the machine changes little. Writes bench/results/check-cold.md with `--write`.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";

const limit = 200;
/** Processor time of a check as a multiple of a bare Node's: what decides where the machine is busy with other work. */
const multiple = 3;
const runs = 21;
const root = fileURLToPath(new URL("..", import.meta.url));
const spec = "examples/mmcl/mmcl.mmx";
/** Tells the process's own processor time, user and system, as the last thing it does. */
const meter = `data:text/javascript,${encodeURIComponent(
  'import{writeSync}from"node:fs";process.on("exit",()=>{const{user,system}=process.cpuUsage();writeSync(2,"\\ncpu "+(user+system))})',
)}`;

function run(argv) {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { cwd: root, encoding: "utf8" });
  const wall = performance.now() - start;
  if (status !== 0) throw new Error(`node ${argv.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
  return { wall, stderr };
}

/** Alternates the commands, so that what else the machine does falls on all of them alike. */
function measure(commands) {
  const samples = commands.map(() => ({ wall: [], cpu: [] }));
  for (let round = 0; round < runs; round += 1) {
    for (const [index, argv] of commands.entries()) {
      samples[index].wall.push(run(argv).wall);
      const microseconds = /cpu (\d+)$/.exec(run(["--import", meter, ...argv]).stderr)?.[1];
      samples[index].cpu.push(Number(microseconds) / 1000);
    }
  }
  return samples.map(({ wall, cpu }) => ({ wall: spread(wall), cpu: spread(cpu) }));
}

function spread(values) {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (share) => sorted[Math.round(share * (sorted.length - 1))];
  return { fastest: at(0), low: at(0.25), median: at(0.5), high: at(0.75), slowest: at(1) };
}

const lines = readFileSync(`${root}/${spec}`, "utf8").split("\n").length - 1;
const names = ["`node -e 0`", `\`mmx check ${spec}\` (${lines} lines)`];
const loadBefore = loadavg()[0];
const [bare, check] = measure([
  ["-e", "0"],
  ["bin/mmx.js", "check", spec],
]);
const cells = ({ fastest, low, median, high, slowest }) =>
  [fastest, low, median, high, slowest].map((value) => value.toFixed(0)).join(" | ");
const table = [
  "| ms | fastest | 25% | median | 75% | slowest |",
  "|---|---|---|---|---|---|",
  ...[bare, check].map(({ wall }, index) => `| ${names[index]}, on the clock | ${cells(wall)} |`),
  ...[bare, check].map(({ cpu }, index) => `| ${names[index]}, processor time | ${cells(cpu)} |`),
].join("\n");
const machine =
  `${availableParallelism()} cores (${cpus()[0]?.model ?? "unknown"}), Node ${process.version}, ${runs} runs each, alternating, ` +
  `load average before ${loadBefore.toFixed(1)}`;
const ratio = check.cpu.median / bare.cpu.median;
console.log(`${machine}\n\n${table}\n\nProcessor time: ${ratio.toFixed(2)} times a bare Node's.`);

if (process.argv.includes("--write")) {
  const text = `# Cold start of \`mmx check\`\n\n\`node bench/check-cold.mjs --write\` on ${machine}.\n\n${table}\n
Processor time is measured in runs of their own, with a meter that costs both commands the same few milliseconds. Where the
load is not near 0, or the two bare rows lie far from their fastest run, other work on the machine is in these figures.
A check takes ${ratio.toFixed(2)} times the processor time of a bare Node.\n`;
  mkdirSync(new URL("results/", import.meta.url), { recursive: true });
  writeFileSync(new URL("results/check-cold.md", import.meta.url), text);
}
const busy = loadBefore > availableParallelism() / 2;
if (busy ? ratio > multiple : check.wall.median > limit) {
  console.error(busy ? `More than ${multiple} times a bare Node's processor time.` : `The median is above ${limit} ms.`);
  process.exitCode = 1;
}
