// Small sounds and images for the tests of encoders, as bytes of their files.
import { crc32, deflateSync } from "node:zlib";

const writers: Readonly<Record<string, (bytes: Buffer, value: number, at: number) => void>> = {
  "1/8": (bytes, value, at) => bytes.writeUInt8(value * 128 + 128, at),
  "1/16": (bytes, value, at) => bytes.writeInt16LE(value * 32_768, at),
  "1/24": (bytes, value, at) => bytes.writeIntLE(value * 8_388_608, at, 3),
  "1/32": (bytes, value, at) => bytes.writeInt32LE(value * 2_147_483_648, at),
  "3/32": (bytes, value, at) => bytes.writeFloatLE(value, at),
  "3/64": (bytes, value, at) => bytes.writeDoubleLE(value, at),
};

/** A wav file; of two channels the one is half a sample's value, the other one and a half times it. */
export function wav(samples: readonly number[], rate: number, { tag = 1, bits = 16, channels = 1 } = {}): Buffer {
  const width = bits / 8;
  const data = Buffer.alloc(samples.length * channels * width);
  const write = writers[`${tag}/${bits}`];
  for (const [at, value] of samples.entries()) {
    const parts = channels === 1 ? [value] : [value / 2, value * 1.5];
    for (const [channel, part] of parts.entries()) write?.(data, part, (at * channels + channel) * width);
  }
  const head = Buffer.alloc(44);
  head.write("RIFF", 0, "latin1");
  head.writeUInt32LE(36 + data.length, 4);
  head.write("WAVEfmt ", 8, "latin1");
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(tag, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * channels * width, 28);
  head.writeUInt16LE(channels * width, 32);
  head.writeUInt16LE(bits, 34);
  head.write("data", 36, "latin1");
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}

/** A PNG of 8-bit colours, its rows unfiltered. */
export function png(width: number, height: number, pixels: readonly number[]): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const rows = Array.from({ length: height }, (_, row) => [0, ...pixels.slice(row * width * 3, (row + 1) * width * 3)]);
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([
    signature,
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(Buffer.from(rows.flat()))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const around = Buffer.alloc(8);
  around.writeUInt32BE(data.length, 0);
  around.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([around.subarray(0, 4), body, around.subarray(4)]);
}
