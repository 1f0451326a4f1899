// Makes the data files of the three bindings from CMU-MOSI and MELD as they are published:
//   data/mosi.npz           an utterance a sample: words, acoustic features [N, 1, 73], sentiment, standard fold
//   data/meld.npz           an utterance a sample: words, the words before it in the conversation, emotion
//   data/conversations.npz  a conversation of MELD a sample: what the first speaker and what the others say, the emotions that occur
// Usage: node examples/semantic-mac/prepare.mjs FOLDER, the folder holding mosi/ and meld/.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import { numbers, readArrays, readSource, texts, writeArchive } from "../npz.mjs";

const folder = process.argv[2] ?? "../shared/data";
/** SHA-256 of the files that the README's results were measured on. */
const sums = {
  "mosi/utterances.csv": "a0062ead2dcb4a61bbe3bd39b617e2073d6845619f710bd57529fcfd1b7a3561",
  "mosi/mosi_utterance.npz": "84df1c364eb6a31221f12ba8728de3c8cf7b0119257b0f82ebd82797a3d907f2",
  "meld/meld.csv": "c3b28ed35f79631bdc115e3e28dac661465386f3df67c49ca6639b7c3ce9ec79",
};
const folds = { train: 0, valid: 1, dev: 1, test: 2 };
const emotions = ["neutral", "joy", "surprise", "anger", "sadness", "disgust", "fear"];

const usage = "node examples/semantic-mac/prepare.mjs FOLDER";
const read = (name) => readSource(join(folder, name), { usage, sum: sums[name] });

function write(name, columns) {
  const target = join(dirname(fileURLToPath(import.meta.url)), "data", `${name}.npz`);
  console.log(`${target}, ${(writeArchive(target, columns) / 1e6).toFixed(1)} MB`);
}

const said = parse(read("mosi/utterances.csv"), { columns: true });
const { audio } = readArrays(read("mosi/mosi_utterance.npz"), ["audio"]);
write("mosi", {
  text: texts(said.map(({ text }) => text)),
  // The archive's array as it stands, its shape [N, 73] made [N, 1, 73]: a sequence of one.
  audio: numbers(audio.values, [said.length, 1, audio.values.length / said.length]),
  label: numbers(Float32Array.from(said, ({ label }) => Number(label))),
  fold: numbers(Uint8Array.from(said, ({ fold_std }) => folds[fold_std])),
});

const lines = parse(read("meld/meld.csv"), { columns: true });
const follows = (at) => {
  const [line, last] = [lines[at], lines[at - 1]];
  return last !== undefined && last.split === line.split && last.dialogue === line.dialogue;
};
write("meld", {
  text: texts(lines.map(({ text }) => text)),
  before: texts(lines.map((_, at) => (follows(at) ? lines[at - 1].text : ""))),
  emotion: texts(lines.map(({ emotion }) => emotion)),
  fold: numbers(Uint8Array.from(lines, ({ split }) => folds[split])),
});

const talks = [];
for (const [at, { split, speaker, text, emotion }] of lines.entries()) {
  if (!follows(at)) talks.push({ split, speaker, own: [], others: [], occurs: new Set() });
  const talk = talks.at(-1);
  (speaker === talk.speaker ? talk.own : talk.others).push(text);
  talk.occurs.add(emotion);
}
write("conversations", {
  speaker: texts(talks.map(({ own }) => own.join(" "))),
  others: texts(talks.map(({ others }) => others.join(" "))),
  occurs: numbers(Uint8Array.from(talks.flatMap(({ occurs }) => emotions.map((emotion) => (occurs.has(emotion) ? 1 : 0)))), [
    talks.length,
    emotions.length,
  ]),
  fold: numbers(Uint8Array.from(talks, ({ split }) => folds[split])),
});
