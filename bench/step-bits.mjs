// A few training steps of a spec on the wasm executor. Prints a checksum of all that they leave behind and of their losses, and
// whether this Node joins vectors. The one argument is a job as lib/step.mjs takes it; scripts/newest-node.mjs starts it.
import { createHash } from "node:crypto";
import { prepareStep } from "./lib/step.mjs";

const steps = 4;
const { session, step, firstLoss, pipeline } = await prepareStep(JSON.parse(process.argv[2]));
const sum = createHash("sha256");
const take = (numbers) => sum.update(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
take(Float64Array.of(firstLoss));
for (let done = 1; done < steps; done += 1) take(Float64Array.of(await step()));
for (const name of [...session.names()].sort()) take((await session.read(name)).data);
session.dispose();
console.log(`${sum.digest("hex").slice(0, 16)} ${pipeline.useWideVectors()}`);
