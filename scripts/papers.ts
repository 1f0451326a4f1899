// Regenerates every table in the examples' READMEs from scratch; scripts/papers/README.md says how an example declares its tables.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readContract } from "./papers/contract.ts";
import { withTables } from "./papers/readme.ts";
import { runExample } from "./papers/run-example.ts";

const usage = `Usage: npx tsx scripts/papers.ts [EXAMPLE…] [options]

Regenerates the tables in the READMEs of the examples, all or those named. The same command again goes on.

  --data DIR   the folder of the data sets (default: ../shared/data)
  --work DIR   where results are kept (default: runs/papers)
  --jobs N     trainings at a time (default: one a core)
  --fresh      forget the results of these examples first
  --dry        print the tables and change no README
  --quick      tiny sizes, kept apart from the real results, and --dry: does everything fit together?`;

const root = fileURLToPath(new URL("../", import.meta.url));

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      data: { type: "string", default: join(root, "../shared/data") },
      work: { type: "string", default: join(root, "runs/papers") },
      examples: { type: "string", default: join(root, "examples") },
      mmx: { type: "string", multiple: true, default: [process.execPath, join(root, "bin/mmx.js")] },
      jobs: { type: "string" },
      fresh: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      dry: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const all = readdirSync(values.examples).filter((name) => existsSync(join(values.examples, name, "tables.json")));
  const stray = positionals.find((name) => !all.includes(name));
  if (stray !== undefined) throw new Error(`there is no examples/${stray}/tables.json; there are ${all.join(", ")}`);
  let problems = 0;
  for (const name of positionals.length === 0 ? all : positionals) {
    console.log(`== ${name}`);
    const folder = join(values.examples, name);
    const work = resolve(values.work, values.quick ? `${name}-quick` : name);
    if (values.fresh) rmSync(work, { recursive: true, force: true });
    const result = await runExample({
      contract: await readContract(join(folder, "tables.json")),
      root,
      folder,
      work,
      data: resolve(values.data),
      quick: values.quick,
      mmx: values.mmx,
      jobs: values.jobs === undefined ? undefined : Number(values.jobs),
      say: (line) => console.log(line),
    });
    for (const line of result.left) console.log(`left out: ${line}`);
    for (const line of result.problems) console.log(`PROBLEM: ${line}`);
    problems += result.problems.length;
    const path = join(folder, "README.md");
    const text = withTables(readFileSync(path, "utf8"), result.contents, path);
    if (values.dry || values.quick) {
      for (const [table, content] of result.contents) console.log(`\n-- ${table}\n${content}`);
      continue;
    }
    writeFileSync(path, text);
    for (const [place, svg] of result.figures) {
      mkdirSync(dirname(join(folder, place)), { recursive: true });
      writeFileSync(join(folder, place), `${svg}\n`);
    }
  }
  return problems === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  process.exitCode = 2;
}
