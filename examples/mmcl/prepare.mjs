// Makes data/conversations.npz: CMU-MOSI as conversations, each video one sequence of its utterances in the order in which they
// were said. Usage: node examples/mmcl/prepare.mjs FOLDER, the folder holding utterances.csv and mosi_utterance.npz; plain Node.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import { numbers, readArrays, readSource, texts, writeArchive } from "../npz.mjs";

const folder = process.argv[2] ?? "../shared/data/mosi";
/** SHA-256 of the files that the README's results were measured on. */
const sums = {
  "utterances.csv": "a0062ead2dcb4a61bbe3bd39b617e2073d6845619f710bd57529fcfd1b7a3561",
  "mosi_utterance.npz": "84df1c364eb6a31221f12ba8728de3c8cf7b0119257b0f82ebd82797a3d907f2",
};

const usage = "node examples/mmcl/prepare.mjs FOLDER, the folder of CMU-MOSI";
const read = (name) => readSource(join(folder, name), { usage, sum: sums[name] });
const utterances = parse(read("utterances.csv"), { columns: true });
const features = readArrays(read("mosi_utterance.npz"), ["text", "audio", "video", "label"]);

// Rows are sorted by video and segment: a conversation is a run of rows.
const films = [];
for (const [row, { video, segment, fold_bclstm }] of utterances.entries()) {
  const film = films.at(-1);
  if (film?.video !== video) {
    if (films.some((other) => other.video === video)) throw new Error(`the rows of video ${video} are not together`);
    films.push({ video, start: row, length: 1, fold: fold_bclstm, segment: Number(segment) });
  } else {
    if (Number(segment) <= film.segment) throw new Error(`segment ${segment} of video ${video} is out of order`);
    if (fold_bclstm !== film.fold) throw new Error(`video ${video} is in both folds`);
    film.length += 1;
    film.segment = Number(segment);
  }
}

const longest = Math.max(...films.map(({ length }) => length));
const padded = Object.entries(features).map(([name, { values }]) => {
  const width = values.length / utterances.length;
  const filled = new Float32Array(films.length * longest * width);
  for (const [at, { start, length }] of films.entries()) {
    filled.set(values.subarray(start * width, (start + length) * width), at * longest * width);
  }
  return [name, numbers(filled, name === "label" ? [films.length, longest] : [films.length, longest, width])];
});
const target = join(dirname(fileURLToPath(import.meta.url)), "data", "conversations.npz");
const size = writeArchive(target, {
  ...Object.fromEntries(padded),
  film: texts(films.map(({ video }) => video)),
  // Transcripts one after the other, for the encoder: conversation i has those from said_offsets[i] to said_offsets[i + 1].
  said: texts(utterances.map(({ text }) => text)),
  said_offsets: numbers(Int32Array.from([...films.map(({ start }) => start), utterances.length])),
  U_length: numbers(Int32Array.from(films, ({ length }) => length)),
  fold: numbers(Uint8Array.from(films, ({ fold }) => (fold === "test" ? 2 : 0))),
});
const parts = ["train", "test"].map((fold) => films.filter((film) => film.fold === fold));
const said = parts.map((part) => part.reduce((sum, { length }) => sum + length, 0));
console.log(
  `${films.length} conversations (${parts[0].length} train, ${parts[1].length} test; ${said[0]} and ${said[1]} utterances, ` +
    `${longest} at most) in ${target}, ${(size / 1e6).toFixed(1)} MB`,
);
