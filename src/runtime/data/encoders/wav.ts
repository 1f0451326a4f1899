// Reads wav files (RIFF WAVE): PCM of 8, 16, 24 or 32 bits and float of 32 or 64, channels averaged to one.
import { EncoderError } from "./encoder.ts";

export interface Sound {
  /** Samples a second. */
  readonly rate: number;
  /** Between -1 and 1. */
  readonly samples: Float32Array;
}

/** Formats behind the tag in the file, by that tag and the bits of a sample. */
const readers: Readonly<Record<string, (bytes: Buffer, at: number) => number>> = {
  "1/8": (bytes, at) => (bytes.readUInt8(at) - 128) / 128,
  "1/16": (bytes, at) => bytes.readInt16LE(at) / 32_768,
  "1/24": (bytes, at) => bytes.readIntLE(at, 3) / 8_388_608,
  "1/32": (bytes, at) => bytes.readInt32LE(at) / 2_147_483_648,
  "3/32": (bytes, at) => bytes.readFloatLE(at),
  "3/64": (bytes, at) => bytes.readDoubleLE(at),
};
/** WAVE_FORMAT_EXTENSIBLE: the real tag stands further on. */
const extensible = 0xfffe;

/** Reads a wav file's bytes; `path` is for the message. Throws `EncoderError` where they are no such file. */
export function readWav(bytes: Buffer, path: string): Sound {
  const refuse = (reason: string): never => {
    throw new EncoderError(`${path} ${reason}`, "Convert it: ffmpeg -i IN -ar 16000 -ac 1 OUT.wav");
  };
  if (bytes.length < 12 || bytes.toString("latin1", 0, 4) !== "RIFF" || bytes.toString("latin1", 8, 12) !== "WAVE") {
    return refuse("is no wav file");
  }
  const chunks = chunksOf(bytes);
  const head = chunks.get("fmt ");
  const data = chunks.get("data");
  if (head === undefined || head.length < 16 || data === undefined)
    return refuse("is a wav file without a format or without sound");
  const channels = head.readUInt16LE(2);
  const rate = head.readUInt32LE(4);
  const bits = head.readUInt16LE(14);
  const tag = head.readUInt16LE(0) === extensible && head.length >= 26 ? head.readUInt16LE(24) : head.readUInt16LE(0);
  const read = readers[`${tag}/${bits}`];
  if (read === undefined || channels === 0)
    return refuse(`is a wav file of format ${tag} with ${bits} bits, which mmx does not read`);
  const width = bits / 8;
  const count = Math.floor(data.length / (width * channels));
  if (count === 0) return refuse("holds no sound");
  const samples = Float32Array.from({ length: count }, (_, at) => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel += 1) sum += read(data, (at * channels + channel) * width);
    return sum / channels;
  });
  return { rate, samples };
}

/** The file's chunks by name, the first of each; a last one that claims more than the file has ends with the file. */
function chunksOf(bytes: Buffer): ReadonlyMap<string, Buffer> {
  const chunks = new Map<string, Buffer>();
  for (let at = 12; at + 8 <= bytes.length; ) {
    const name = bytes.toString("latin1", at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    if (!chunks.has(name)) chunks.set(name, bytes.subarray(at + 8, Math.min(bytes.length, at + 8 + size)));
    at += 8 + size + (size % 2);
  }
  return chunks;
}
