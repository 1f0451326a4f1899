// `node bench/ragged.mjs`: what padding costs. A training step of the reference model on the wasm executor, with every sample as long as
// the batch and with lengths of their own, interleaved in one process; the padded sizes are the same, so an executor that
// works on padding takes the same time for all. Writes bench/results/ragged.md.
import { mkdirSync, writeFileSync } from "node:fs";
import { bundlePipeline, root } from "./lib/bundle.mjs";
import { machine, moment } from "./lib/machine.mjs";
import { ratio, summary } from "./lib/statistics.mjs";
import { prepareStep } from "./lib/step.mjs";

const rounds = 9;
const stepsInARound = 3;
const sizes = { B: 64, T: 50 };
const cases = [
  { name: "all of 50", shortest: 1 },
  { name: "25 to 50", shortest: 0.5 },
  { name: "5 to 50", shortest: 0.1 },
];

const format = (value) => String(Number(value.toPrecision(3)));
const bundle = await bundlePipeline();
const started = [];
for (const { name, shortest } of cases) {
  const prepared = await prepareStep({ bundle, root, executor: "wasm", spec: "bench/models/ragged.mmx", sizes, shortest });
  started.push({ name, prepared, real: realShare(prepared.feeds), times: [] });
}

/** The share of the batch's time steps that are no padding. */
function realShare(feeds) {
  const lengths = Object.entries(feeds).find(([name]) => name.includes("#length."))[1].data;
  return lengths.reduce((sum, length) => sum + length, 0) / (lengths.length * sizes.T);
}

for (let round = 0; round < rounds; round += 1) {
  for (const { prepared, times } of started) {
    const own = [];
    for (let step = 0; step < stepsInARound; step += 1) {
      const start = performance.now();
      await prepared.step();
      own.push(performance.now() - start);
    }
    // The first round warms up.
    if (round > 0) times.push(own);
  }
}

const measured = started.map(({ name, real, times }) => ({ name, real, ...summary(times) }));
const rows = measured.map((entry) => {
  const { median, low, high } = ratio(entry, measured[0]);
  const share = `${Math.round(100 * entry.real)}%`;
  return `| ${entry.name} | ${share} | ${format(entry.median)} | ${format(median)} (${format(low)} to ${format(high)}) |`;
});
const { processor, cores, node } = machine();
const { date, commit, load } = moment();
const text = `# A training step on ragged data

\`node bench/ragged.mjs\`, ${date}, commit ${commit}, load average before ${load}; ${cores} cores (${processor}), Node ${node}. One thread.

The reference model at batch ${sizes.B}, padded to ${sizes.T} time steps. Generated WebAssembly leaves padded rows and terms out.

| lengths | real time steps | ms a step | times the full batch |
|---|---|---|---|
${rows.join("\n")}
`;
const folder = new URL("results/", import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL("ragged.md", folder), text);
console.log(text);
process.exit();
