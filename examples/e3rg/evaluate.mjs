// E3RG's automatic measures on the test part of EmpatheticDialogues: runs the settings (what is there is not run again) and
// prints the table. `node evaluate.mjs [--first 200]`; the environment variable MMX names another mmx command.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

/** The words of the spec's projection and their classes; a class stands for itself. */
export function projectionOf(spec) {
  const block = /projection \w+ -> \w+ \{([^}]*)\}/.exec(spec)?.[1] ?? "";
  const classes = (/labels Feeling = (.*)/.exec(spec)?.[1] ?? "").split("|").map((each) => each.trim());
  const map = new Map(classes.map((each) => [each, each]));
  for (const [, label, words] of block.matchAll(/(\w+): ([^\n]+)/g)) {
    for (const word of words.split("|")) map.set(word.trim(), label);
  }
  return map;
}

/** Share of dialogues whose predicted word has the gold word's class. */
export function hit(predicted, gold, projection) {
  const right = predicted.filter((word, at) => projection.get(word) === projection.get(gold[at]));
  return right.length / predicted.length;
}

/** Mean over the texts of distinct n-grams / n-grams; lower case, words apart by blanks; texts without an n-gram are skipped. */
export function distinct(texts, n) {
  const shares = texts.flatMap((text) => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const grams = words.slice(n - 1).map((_, at) => words.slice(at, at + n).join(" "));
    return grams.length === 0 ? [] : [new Set(grams).size / grams.length];
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

const settings = [
  { row: "any answer, 0-shot (E3RG)", out: "free", services: "services-free.json", set: {}, only: "emotion" },
  { row: "kept to the 36 words, 0-shot", out: "0-shot", services: "services.json", set: {}, only: "emotion,reply" },
  { row: "kept to the 36 words, 1-shot", out: "1-shot", services: "services.json", set: { shots: 1 }, only: "emotion,reply" },
  { row: "kept to the 36 words, 3-shot", out: "3-shot", services: "services.json", set: { shots: 3 }, only: "emotion,reply" },
  {
    row: "kept to the 36 words, 3 retrieved",
    out: "retrieved",
    services: "services.json",
    set: { similar: 3 },
    only: "emotion,reply",
  },
  { row: "trained classifier", out: "classifier", services: "services-classifier.json", set: {}, only: "emotion", first: 2542 },
];

function run({ out: name, services, set, only, first }) {
  const out = join(here, "data", `answers-${name}.jsonl`);
  const [command, ...before] = (process.env.MMX ?? `${process.execPath} ${join(here, "../../bin/mmx.js")}`).split(" ");
  const pairs = Object.entries(set).flatMap(([name, value]) => ["--set", `${name}=${value}`]);
  const given = ["run", join(here, "e3rg.mmx"), "--services", join(here, services), "--input", join(here, "data/test.jsonl")];
  const options = ["--out", out, "--only", only, "--first", `${first}`, ...pairs];
  execFileSync(command, [...before, ...given, ...options], { stdio: ["ignore", "ignore", "inherit"] });
  return readJsonLines(out).slice(1, 1 + first);
}

const readJsonLines = (path) =>
  readFileSync(path, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));

function main() {
  const asked = process.argv.indexOf("--first");
  const first = asked < 0 ? 200 : Number(process.argv[asked + 1]);
  const goldPath = join(here, "data/gold.jsonl");
  if (!existsSync(goldPath)) {
    console.error("evaluate: run prepare.mjs first; it makes data/.");
    process.exit(2);
  }
  const gold = readJsonLines(goldPath);
  const projection = projectionOf(readFileSync(join(here, "e3rg.mmx"), "utf8"));
  const percent = (value) => (100 * value).toFixed(1);
  const share = (texts, n) => (texts.length === 0 ? "" : distinct(texts, n).toFixed(3));
  const line = (row, count, hits, replies) =>
    console.log(`| ${row} | ${count} | ${hits} | ${share(replies, 1)} | ${share(replies, 2)} |`);
  console.log("| | dialogues | HIT | Dist-1 | Dist-2 |\n|---|---|---|---|---|");
  for (const setting of settings) {
    const count = Math.min(setting.first ?? first, gold.length);
    const answers = run({ ...setting, first: count });
    const words = answers.map(({ emotion }) => emotion);
    const replies = setting.only.includes("reply") ? answers.map(({ reply }) => reply) : [];
    line(
      setting.row,
      count,
      percent(
        hit(
          words,
          gold.slice(0, count).map(({ emotion }) => emotion),
          projection,
        ),
      ),
      replies,
    );
  }
  for (const count of [first, gold.length]) {
    const right = gold.slice(0, count).filter(({ emotion }) => projection.get(emotion) === "happy").length;
    line("always happy, the most frequent class of dev", count, percent(right / count), []);
  }
  const texts = (name) =>
    gold
      .slice(0, first)
      .map((each) => each[name])
      .filter(Boolean);
  line("reference answers", first, "", texts("reference"));
  line("Transformer (published outputs)", first, "", texts("transformer"));
  line("MoEL (published outputs)", first, "", texts("moel"));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
