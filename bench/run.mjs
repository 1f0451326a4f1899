// `npm run bench`: a training step of the reference and tiny models and of the papers on every executor, interleaved with the same step
// in its peers. Writes bench/results/step.json, point by point, and bench/results/step.md from all that it holds.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { stopAll } from "./lib/child.mjs";
import { machine } from "./lib/machine.mjs";
import { measure } from "./lib/measure.mjs";
import { help, pointsOf, readOptions } from "./lib/options.mjs";
import { report } from "./lib/report.mjs";

const options = readOptions(process.argv.slice(2));
const points = pointsOf(options);
const nameOf = ({ model, batch, width }) => `${model}, batch ${batch}, width ${width}`;
if (options.help) console.log(help);
else if (options.dry) for (const point of points) console.log(`${nameOf(point)}${point.every ? "" : " (PyTorch alone)"}`);
else await run();

async function run() {
  const folder = new URL("results/", import.meta.url);
  const json = new URL("step.json", folder);
  mkdirSync(folder, { recursive: true });
  if (options.fresh) rmSync(json, { force: true });
  process.on("SIGINT", () => {
    stopAll();
    process.exit(130);
  });
  try {
    for (const [index, point] of points.entries()) {
      console.log(`${index + 1}/${points.length} ${nameOf(point)}`);
      const record = { ...(await measure(point, options, console.log)), command: command() };
      // Read again each time: another run may have added points of its own.
      const kept = existsSync(json) ? JSON.parse(readFileSync(json, "utf8")).points : [];
      const measured = [...kept.filter((other) => nameOf(other) !== nameOf(point)), record];
      const results = { machine: machine(), points: measured };
      writeFileSync(
        json,
        `${JSON.stringify(results, (_, value) => (typeof value === "number" ? Number(value.toPrecision(7)) : value), 1)}\n`,
      );
      writeFileSync(new URL("step.md", folder), report(results));
      console.log(report({ ...results, points: [record] }, "brief"));
    }
  } finally {
    stopAll();
  }
}

/** As a person types it, without the folders of this machine. */
function command() {
  const shown = process.argv
    .slice(2)
    .filter(
      (part, at, all) =>
        !/^--(python|packages|prototype|node)$/.test(all[at - 1] ?? "") && !/^--(python|packages|prototype|node)(=|$)/.test(part),
    );
  return ["npm run bench", ...(shown.length > 0 ? ["--", ...shown] : [])].join(" ");
}
