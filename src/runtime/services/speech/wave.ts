// Sound in memory: reading and measuring 16-bit mono wav files.

export interface Sound {
  readonly rate: number;
  /** -1 .. 1, one channel. */
  readonly samples: Float32Array;
}

/** Reads 16-bit PCM; channels are averaged. Throws where the bytes are something else. */
export function readWave(bytes: Uint8Array): Sound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 44 || tag(0) !== "RIFF" || tag(8) !== "WAVE") throw new Error("the sound is no wav file");
  let rate = 0;
  let channels = 1;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const name = tag(at);
    // A program that writes to a pipe leaves the length open; the data then run to the end.
    const length = Math.min(view.getUint32(at + 4, true), bytes.length - at - 8);
    if (name === "fmt ") {
      if (view.getUint16(at + 8, true) !== 1 || view.getUint16(at + 22, true) !== 16)
        throw new Error("the wav file is not 16-bit PCM");
      channels = view.getUint16(at + 10, true);
      rate = view.getUint32(at + 12, true);
    } else if (name === "data") {
      const samples = new Float32Array(Math.floor(length / 2 / channels));
      for (let index = 0; index < samples.length; index += 1) {
        let sum = 0;
        for (let channel = 0; channel < channels; channel += 1)
          sum += view.getInt16(at + 8 + 2 * (index * channels + channel), true);
        samples[index] = sum / channels / 32768;
      }
      return { rate, samples };
    }
    at += 8 + length + (length % 2);
  }
  throw new Error("the wav file has no data");
}

/** Root mean square of each stretch of that many seconds. */
export function loudness({ rate, samples }: Sound, seconds: number): Float32Array {
  const width = Math.max(1, Math.round(rate * seconds));
  const result = new Float32Array(Math.ceil(samples.length / width));
  for (let at = 0; at < result.length; at += 1) {
    const stretch = samples.subarray(at * width, (at + 1) * width);
    result[at] = Math.sqrt(stretch.reduce((sum, value) => sum + value * value, 0) / Math.max(1, stretch.length));
  }
  return result;
}

const lowestPitch = 60;
const highestPitch = 400;

/** Fundamental frequencies in Hz of the voiced stretches of 40 ms: the first strong peak of the normalised autocorrelation. */
export function pitches({ rate, samples }: Sound): readonly number[] {
  const width = Math.round(rate * 0.04);
  const shortest = Math.floor(rate / highestPitch);
  const longest = Math.ceil(rate / lowestPitch);
  const found: number[] = [];
  for (let start = 0; start + width + longest < samples.length; start += width) {
    const own = energy(samples, start, width);
    if (own / width < 1e-4) continue;
    const strengths = Array.from({ length: longest - shortest + 1 }, (_, at) =>
      correlation(samples, start, width, shortest + at, own),
    );
    const strongest = Math.max(...strengths);
    if (strongest < 0.6) continue;
    // An octave below is as strong; the first peak that comes near the strongest is the pitch.
    const peak = strengths.findIndex(
      (value, at) => value > 0.9 * strongest && value >= (strengths[at - 1] ?? -1) && value >= (strengths[at + 1] ?? -1),
    );
    if (peak >= 0) found.push(rate / (shortest + peak));
  }
  return found;
}

export function median(values: readonly number[]): number | undefined {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];
}

function energy(samples: Float32Array, start: number, width: number): number {
  let sum = 0;
  for (let at = start; at < start + width; at += 1) sum += (samples[at] ?? 0) ** 2;
  return sum;
}

function correlation(samples: Float32Array, start: number, width: number, lag: number, own: number): number {
  let sum = 0;
  for (let at = start; at < start + width; at += 1) sum += (samples[at] ?? 0) * (samples[at + lag] ?? 0);
  return sum / Math.sqrt(own * energy(samples, start + lag, width) + 1e-12);
}
