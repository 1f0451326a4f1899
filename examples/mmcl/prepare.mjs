// Makes data/conversations.npz: CMU-MOSI as conversations, each video one sequence of its utterances in the order in which they
// were said. Usage: node examples/mmcl/prepare.mjs FOLDER, the folder holding utterances.csv and mosi_utterance.npz; plain Node.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import { unzipSync, zipSync } from "fflate";

const folder = process.argv[2] ?? "../shared/data/mosi";
/** SHA-256 of the files that the README's results were measured on. */
const sums = {
  "utterances.csv": "a0062ead2dcb4a61bbe3bd39b617e2073d6845619f710bd57529fcfd1b7a3561",
  "mosi_utterance.npz": "84df1c364eb6a31221f12ba8728de3c8cf7b0119257b0f82ebd82797a3d907f2",
};

function readChecked(name) {
  const path = join(folder, name);
  let bytes;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new Error(`${path} cannot be read (${error.code}); give the folder of CMU-MOSI: node examples/mmcl/prepare.mjs FOLDER`);
  }
  const sum = createHash("sha256").update(bytes).digest("hex");
  if (sum !== sums[name]) throw new Error(`${path} is another file than the README's: its SHA-256 is ${sum}, not ${sums[name]}`);
  return bytes;
}

/** A float32 array of the archive, which holds it in C order behind a head of version 1. */
function floats(archive, name) {
  const bytes = archive[`${name}.npy`];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 10 + view.getUint16(8, true);
  return new Float32Array(bytes.slice(start).buffer);
}

/** One .npy file: magic, version 1.0, a header padded to 64 bytes, the values in C order. */
function npy(type, shape, values) {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const padded = `${header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11)}\n`;
  const start = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, padded.length & 255, padded.length >> 8]);
  return Buffer.concat([start, Buffer.from(padded, "latin1"), Buffer.from(values.buffer, values.byteOffset, values.byteLength)]);
}

/** Texts of at most the longest one's characters, as NumPy keeps them: UTF-32, filled up with zeros. */
function texts(values) {
  const characters = values.map((value) => Array.from(value, (character) => character.codePointAt(0)));
  const longest = Math.max(...characters.map(({ length }) => length));
  const filled = characters.flatMap((codes) => [...codes, ...Array.from({ length: longest - codes.length }, () => 0)]);
  return npy(`<U${longest}`, [values.length], Uint32Array.from(filled));
}

const utterances = parse(readChecked("utterances.csv"), { columns: true });
const archive = unzipSync(readChecked("mosi_utterance.npz"));

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
const files = {};
for (const name of ["text", "audio", "video", "label"]) {
  const values = floats(archive, name);
  const width = values.length / utterances.length;
  const padded = new Float32Array(films.length * longest * width);
  for (const [at, { start, length }] of films.entries()) {
    padded.set(values.subarray(start * width, (start + length) * width), at * longest * width);
  }
  files[`${name}.npy`] = npy("<f4", name === "label" ? [films.length, longest] : [films.length, longest, width], padded);
}
files["film.npy"] = texts(films.map(({ video }) => video));
// Transcripts one after the other, for the encoder: conversation i has those from said_offsets[i] to said_offsets[i + 1].
files["said.npy"] = texts(utterances.map(({ text }) => text));
files["said_offsets.npy"] = npy(
  "<i4",
  [films.length + 1],
  Int32Array.from([...films.map(({ start }) => start), utterances.length]),
);
files["U_length.npy"] = npy(
  "<i4",
  [films.length],
  Int32Array.from(films, ({ length }) => length),
);
files["fold.npy"] = npy(
  "|u1",
  [films.length],
  Uint8Array.from(films, ({ fold }) => (fold === "test" ? 2 : 0)),
);

const target = join(dirname(fileURLToPath(import.meta.url)), "data", "conversations.npz");
mkdirSync(dirname(target), { recursive: true });
const temporary = `${target}.${process.pid}`;
// A fixed date, so that the same utterances always give the same bytes and the same checksum in a run's record.
writeFileSync(temporary, zipSync(files, { level: 6, mtime: new Date(1980, 0, 1) }));
renameSync(temporary, target);
const parts = ["train", "test"].map((fold) => films.filter((film) => film.fold === fold));
const said = parts.map((part) => part.reduce((sum, { length }) => sum + length, 0));
console.log(
  `${films.length} conversations (${parts[0].length} train, ${parts[1].length} test; ${said[0]} and ${said[1]} utterances, ` +
    `${longest} at most) in ${target}, ${(statSync(target).size / 1e6).toFixed(1)} MB`,
);
