// Measures one point: starts every implementation, lets them step in turn, round by round, and compares their first losses.

import { fileURLToPath } from "node:url";
import { writeModel } from "../peers/model.mjs";
import { bundlePipeline, cache, root } from "./bundle.mjs";
import { reason, start } from "./child.mjs";
import { implementations } from "./implementations.mjs";
import { moment } from "./machine.mjs";
import { papers } from "./papers.mjs";
import { summary } from "./statistics.mjs";

/** torch.compile takes minutes on a busy machine. */
const startLimit = 300_000;
/** Losses of so many first steps are compared, to this much of the larger of 1 and the loss. */
const comparedSteps = 4;
const tolerance = 1e-4;
/** From so many milliseconds on a step is slow. */
const slowStep = 5000;
const slowRounds = 2;
/** Rounds where only PyTorch stands beside mmx: the grid has many points. */
const gridRounds = 3;

let bundled;

/** The record of a point: what was measured of every implementation, and why others were not. */
export async function measure(point, options, log) {
  bundled ??= await bundlePipeline();
  const manifest = await manifestFor(point, bundled);
  const record = { ...point, ...moment(), implementations: [] };
  const started = [];
  for (const entry of implementations(point, options, { bundle: bundled, manifest })) {
    const work = started.find(({ child }) => child.ready.flops !== undefined)?.child.ready.flops ?? 0;
    if (work > options.most * 1e9) {
      record.leftOut = `${(work / 1e9).toFixed(0)} GFLOP a step, more than --most allows`;
      break;
    }
    const child = await start(entry.process, startLimit);
    const { key, label, threads } = entry;
    if (child.failure === undefined) {
      log(`  ${key}: first step after ${(child.ready.firstStep / 1000).toFixed(1)} s`);
      started.push({ key, label, threads, child, times: [] });
    } else {
      log(`  ${key}: ${reason(child.failure)}`);
      record.implementations.push({ key, label, threads, absent: reason(child.failure) });
    }
  }
  if (record.leftOut !== undefined) {
    log(`  left out: ${record.leftOut}`);
    for (const { child } of started) child.stop();
    return record;
  }
  const rounds = point.every ? options.rounds : Math.min(gridRounds, options.rounds);
  for (let round = 0; round < rounds; round += 1) await oneRound(started, options, round, record);
  for (const { child } of started) child.stop();
  record.implementations.push(...started.filter(({ last }) => last !== undefined).map(described));
  compareLosses(record.implementations);
  return record;
}

async function oneRound(started, { milliseconds }, round, record) {
  for (const entry of [...started]) {
    if (round === 0) await warm(entry, milliseconds);
    // What takes seconds a step gets one step a round, and few rounds.
    const slow = entry.step > slowStep;
    if (slow && round >= slowRounds) continue;
    const result = await entry.child.run({ milliseconds: slow ? 0 : milliseconds, least: slow ? 1 : 2, most: 5000 });
    if (result.event === "ran") {
      entry.times.push(result.times);
      entry.last = result;
      continue;
    }
    const { key, label, threads } = entry;
    record.implementations.push({ key, label, threads, absent: reason(result.message) });
    started.splice(started.indexOf(entry), 1);
  }
}

/** The first steps of a process are slower (compilers in the background, caches), so some run for nothing, and for their losses. */
async function warm(entry, milliseconds) {
  const { times } = await entry.child.run({ milliseconds: 0, least: 1, most: 1 });
  entry.step = times?.[0] ?? 0;
  if (entry.step > slowStep) return;
  await entry.child.run({ milliseconds: milliseconds / 2, least: comparedSteps - 2, most: 200 });
}

function described({ key, label, threads, child: { ready }, times, last }) {
  const { version, compile, flops, gemmFlops, planMegabytes, gemm, before, firstStep, shared } = ready;
  return {
    key,
    label,
    threads,
    version,
    ...summary(times),
    losses: last.losses.slice(0, comparedSteps),
    firstStep,
    compile,
    peakMegabytes: last.peak,
    ownMegabytes: last.peak - before,
    sharedMegabytes: shared,
    flops,
    gemmFlops,
    planMegabytes,
    gemm,
  };
}

/** Adds to each how far its first losses are from those of the first peer (or, without peers, of the first implementation). */
function compareLosses(measured) {
  const present = measured.filter(({ losses }) => losses !== undefined);
  const standard =
    present.find(({ key }) => key.startsWith("torch x")) ?? present.find(({ key }) => !key.startsWith("mmx")) ?? present[0];
  if (standard === undefined) return;
  for (const entry of present) {
    const apart = entry.losses.map(
      (loss, step) => Math.abs(loss - standard.losses[step]) / Math.max(1, Math.abs(standard.losses[step])),
    );
    entry.lossError = Math.max(...apart);
    entry.lossAgrees = entry.lossError <= tolerance;
    entry.lossAgainst = standard.key;
  }
}

/** The file with the point's weights and batch; a paper's are read from the spec. */
async function manifestFor({ model, batch, width }, bundle) {
  const paper = papers[model];
  if (paper === undefined) return writeModel(cache, model, batch, width);
  const source = { spec: paper.spec, set: paper.set(width), stage: paper.stage, sizes: paper.sizes(batch, width) };
  return dumpStep(bundle, source, { name: `${model}-b${batch}-d${width}`, model });
}

/** Has mmx write a spec's first values, a batch and the random numbers of the first steps; gives the file. */
export async function dumpStep(bundle, source, { name, model }) {
  const script = fileURLToPath(new URL("../step-worker.mjs", import.meta.url));
  const dump = { folder: cache, name, model, steps: comparedSteps };
  const child = await start({ command: process.execPath, args: [script], job: { bundle, root, dump, ...source } }, startLimit);
  if (child.failure !== undefined) throw new Error(child.failure);
  child.stop();
  return child.ready.manifest;
}
