// Makes the data files of the three bindings from CMU-MOSI and MELD as they are published:
//   data/mosi.npz           an utterance a sample: words, acoustic features [N, 1, 73], sentiment, standard fold
//   data/meld.npz           an utterance a sample: words, the words before it in the conversation, emotion
//   data/conversations.npz  a conversation of MELD a sample: what the first speaker and what the others say, the emotions that occur
// Usage: node examples/semantic-mac/prepare.mjs FOLDER, the folder holding mosi/ and meld/.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import { unzipSync, zipSync } from "fflate";

const folder = process.argv[2] ?? "../shared/data";
/** SHA-256 of the files that the README's results were measured on. */
const sums = {
  "mosi/utterances.csv": "a0062ead2dcb4a61bbe3bd39b617e2073d6845619f710bd57529fcfd1b7a3561",
  "mosi/mosi_utterance.npz": "84df1c364eb6a31221f12ba8728de3c8cf7b0119257b0f82ebd82797a3d907f2",
  "meld/meld.csv": "c3b28ed35f79631bdc115e3e28dac661465386f3df67c49ca6639b7c3ce9ec79",
};
const folds = { train: 0, valid: 1, dev: 1, test: 2 };
const emotions = ["neutral", "joy", "surprise", "anger", "sadness", "disgust", "fear"];

function readChecked(name) {
  const path = join(folder, name);
  let bytes;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new Error(`${path} cannot be read (${error.code}); usage: node examples/semantic-mac/prepare.mjs FOLDER`);
  }
  const sum = createHash("sha256").update(bytes).digest("hex");
  if (sum !== sums[name]) throw new Error(`${path} is another file than the README's: its SHA-256 is ${sum}, not ${sums[name]}`);
  return bytes;
}

/** One .npy file: magic, version 1.0, a header padded to 64 bytes, the values in C order. */
function npy(type, shape, values) {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const padded = `${header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11)}\n`;
  const start = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, padded.length & 255, padded.length >> 8]);
  return Buffer.concat([start, Buffer.from(padded, "latin1"), Buffer.from(values.buffer, values.byteOffset, values.byteLength)]);
}

function texts(values) {
  const points = values.map((value) => Array.from(value, (character) => character.codePointAt(0)));
  const width = Math.max(1, ...points.map(({ length }) => length));
  const cells = new Uint32Array(values.length * width);
  for (const [at, row] of points.entries()) cells.set(row, at * width);
  return npy(`<U${width}`, [values.length], cells);
}

const floats = (values) => npy("<f4", [values.length], Float32Array.from(values));
const bytes = (values, ...shape) =>
  npy("|u1", [values.length / shape.reduce((a, b) => a * b, 1), ...shape], Uint8Array.from(values));

function write(name, columns) {
  const target = join(dirname(fileURLToPath(import.meta.url)), "data", `${name}.npz`);
  mkdirSync(dirname(target), { recursive: true });
  const temporary = `${target}.${process.pid}`;
  const files = Object.fromEntries(Object.entries(columns).map(([column, value]) => [`${column}.npy`, value]));
  // A fixed date, so that the same data always give the same bytes and the same checksum in a run's record.
  writeFileSync(temporary, zipSync(files, { level: 6, mtime: new Date(1980, 0, 1) }));
  renameSync(temporary, target);
  console.log(`${target}, ${(statSync(target).size / 1e6).toFixed(1)} MB`);
}

const said = parse(readChecked("mosi/utterances.csv"), { columns: true });
// The archive's array as it stands, its shape [N, 73] made [N, 1, 73]: a sequence of one.
const audio = unzipSync(readChecked("mosi/mosi_utterance.npz"), { filter: ({ name }) => name === "audio.npy" })["audio.npy"];
const values = new Float32Array(audio.slice(10 + new DataView(audio.buffer, audio.byteOffset).getUint16(8, true)).buffer);
write("mosi", {
  text: texts(said.map(({ text }) => text)),
  audio: npy("<f4", [said.length, 1, values.length / said.length], values),
  label: floats(said.map(({ label }) => Number(label))),
  fold: bytes(said.map(({ fold_std }) => folds[fold_std])),
});

const lines = parse(readChecked("meld/meld.csv"), { columns: true });
const follows = (at) => {
  const [line, last] = [lines[at], lines[at - 1]];
  return last !== undefined && last.split === line.split && last.dialogue === line.dialogue;
};
write("meld", {
  text: texts(lines.map(({ text }) => text)),
  before: texts(lines.map((_, at) => (follows(at) ? lines[at - 1].text : ""))),
  emotion: texts(lines.map(({ emotion }) => emotion)),
  fold: bytes(lines.map(({ split }) => folds[split])),
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
  occurs: bytes(
    talks.flatMap(({ occurs }) => emotions.map((emotion) => (occurs.has(emotion) ? 1 : 0))),
    emotions.length,
  ),
  fold: bytes(talks.map(({ split }) => folds[split])),
});
