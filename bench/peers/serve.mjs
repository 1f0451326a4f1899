// What every implementation in JavaScript does around its step: takes a job, prepares, tells the first step's time and loss, and
// then runs as many steps as it is told to, whenever it is told to. The bench talks to it over the standard streams.
import { createInterface } from "node:readline";

/** In front of every message, since libraries print on the same stream. */
const mark = "@bench ";
const losses = [];

const say = (message) => process.stdout.write(`${mark}${JSON.stringify(message)}\n`);
/** Highest resident memory of the process so far, in MB. */
const peakMemory = () => process.resourceUsage().maxRSS / 1024;

/**
 * Serves until the standard input ends. `prepare(job)` gives `{ step, describe }`: `step()` runs one training step and gives its
 * loss, `describe()` what is known after the first step (versions, memory);
 * a preparation that has done the first step itself gives `firstLoss`. The job is the last argument, as JSON.
 */
export async function serve(prepare) {
  const job = JSON.parse(process.argv.at(-1));
  const before = peakMemory();
  const started = performance.now();
  try {
    const { step, describe, firstLoss } = await prepare(job);
    losses.push(firstLoss ?? (await step()));
    const firstStep = performance.now() - started;
    say({ event: "ready", firstStep, before, ...(await describe?.()) });
    for await (const line of createInterface({ input: process.stdin })) {
      const request = JSON.parse(line);
      say({ event: "ran", ...(await run(step, request)) });
    }
  } catch (error) {
    say({ event: "failed", message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
  process.exit();
}

/** Steps until both the time and the number asked for are reached, or `most` steps are done. */
async function run(step, { milliseconds, least, most }) {
  const times = [];
  const began = performance.now();
  while (times.length < most && (times.length < least || performance.now() - began < milliseconds)) {
    const start = performance.now();
    const loss = await step();
    times.push(performance.now() - start);
    losses.push(loss);
  }
  return { times, losses: losses.slice(0, 8), last: losses.at(-1), peak: peakMemory() };
}
