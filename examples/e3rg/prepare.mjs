// Makes what E3RG needs beside its spec, in data/: the memory and the dialogues of EmpatheticDialogues, and the
// features of the emotion classifier. `node prepare.mjs DATA` with the folder that holds
// empathetic_dialogues/ed_dev_test.csv and wordvec/. Memory and classifier come from dev alone; test is only asked.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import { halves, numbers, readSource, writeArchive } from "../npz.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const source = resolve(process.argv[2] ?? join(here, "../../../shared/data"));
const csv = readSource(join(source, "empathetic_dialogues/ed_dev_test.csv"), {
  usage: "node examples/e3rg/prepare.mjs FOLDER, the folder with empathetic_dialogues/ and wordvec/",
});
const data = join(here, "data");
mkdirSync(data, { recursive: true });

const rows = parse(csv, { columns: true }).map((row) => ({ ...row, context: JSON.parse(row.context_json) }));
const clean = (text) => text.replaceAll("_comma_", ",").replaceAll(/\s+/g, " ").trim();
/** Speakers take turns, and the speaker begins. */
const turnsOf = (context) =>
  context.map((words, at) => ({ speaker: at % 2 === 0 ? "Speaker" : "Listener", words: clean(words) }));
const textOf = (context) =>
  turnsOf(context)
    .map(({ speaker, words }) => `${speaker}: ${words}`)
    .join("\n");
const lines = (values) => values.map((value) => `${JSON.stringify(value)}\n`).join("");

const dev = rows.filter(({ split }) => split === "dev");
const memory = dev
  .filter(({ response }) => response !== "")
  .map(({ context, emotion, response }) => ({ dialogue: textOf(context), emotion, reply: clean(response) }));
writeFileSync(join(data, "memory.jsonl"), lines(memory));

/** One a conversation: its longest context, which ends with the speaker. */
const longest = new Map();
for (const row of rows.filter(({ split }) => split === "test")) {
  const before = longest.get(row.conv);
  if (before === undefined || row.context.length > before.context.length) longest.set(row.conv, row);
}
const asked = [...longest.values()];
const talks = asked.map(({ conv, context }) => ({ id: conv, context: "", turns: turnsOf(context), listener: "listener" }));
writeFileSync(join(data, "test.jsonl"), lines(talks));
// What is known of the answers, for evaluate.mjs alone: the emotion, the reference, and what two published models answered.
const known = asked.map((row) => ({
  emotion: row.emotion,
  reference: row.response_tokenized,
  transformer: row.gen_transformer,
  moel: row.gen_moel,
}));
writeFileSync(join(data, "gold.jsonl"), lines(known));

// The words as the service `glove` reads them: src/runtime/services/word-vectors.ts.
for (const name of ["words.txt", "glove100.f16"]) copyFileSync(join(source, "wordvec", name), join(data, name));
const words = new Map(
  readFileSync(join(data, "words.txt"), "utf8")
    .split("\n")
    .filter(Boolean)
    .map((word, row) => [word, row]),
);
const vectors = halves(readFileSync(join(data, "glove100.f16")));
const width = vectors.length / words.size;

function mean(text) {
  const plain = text
    .toLowerCase()
    .replaceAll("’", "'")
    .replaceAll("n't", " not")
    .replaceAll(/'[a-z]+/g, " ");
  const known = (plain.match(/[a-z]+/g) ?? []).flatMap((word) => words.get(word) ?? []);
  const sum = new Float32Array(width);
  for (const row of known) for (let at = 0; at < width; at += 1) sum[at] += vectors[row * width + at] / known.length;
  return sum;
}

const features = new Float32Array(dev.length * width);
for (const [at, { context }] of dev.entries()) features.set(mean(textOf(context)), at * width);
const emotions = [...new Set(dev.map(({ emotion }) => emotion))].sort();
writeArchive(join(data, "dev.npz"), {
  text: numbers(features, [dev.length, width]),
  emotion: numbers(Int32Array.from(dev, ({ emotion }) => emotions.indexOf(emotion))),
  conversation: numbers(Int32Array.from(dev, ({ conv }) => Number(conv))),
});
console.log(`memory ${memory.length} dialogues, test ${talks.length} conversations, classifier ${dev.length} contexts`);
console.log(`emotions in the order of the labels: ${emotions.join(" | ")}`);
