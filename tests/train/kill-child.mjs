// Trains the tiny spec in a process of its own, which kill.test.ts ends without warning. Prints a line an event.
import { writeSync } from "node:fs";
import { tfjsExecutor } from "../../src/runtime/executors/tfjs/index.ts";
import { train } from "../../src/runtime/train/trainer.ts";
import { tinyDatasets, tinySpec } from "./tiny-spec.ts";

const [runDirectory, resume] = process.argv.slice(2);
if (runDirectory === undefined) throw new RangeError("kill-child.mjs RUN [resume]");
const spec = tinySpec({ watch: true, epochs: 6 });
await train({
  spec,
  datasets: await tinyDatasets(spec),
  executor: await tfjsExecutor("cpu"),
  runDirectory,
  resume: resume === "resume",
  checkpointSteps: 3,
  onEvent: (event) => writeSync(1, `${event.event}\n`),
});
