// How a feeling sounds: the rate, pitch, range and loudness that espeak-ng speaks with. The directions are those that studies
// of vocal expression agree on (Juslin and Laukka 2003, table 7: anger and fear fast, sadness slow, low and even, joy high and
// lively); the amounts are ours, and none is from E3RG.

export interface Prosody {
  /** Words a minute. */
  readonly rate: number;
  /** Factor of the voice's own pitch. */
  readonly pitch: number;
  /** Change of the pitch's range in percent. */
  readonly range: number;
  /** espeak-ng's amplitude, 0 .. 200. */
  readonly amplitude: number;
}

export const prosodies: Readonly<Record<string, Prosody>> = {
  neutral: { rate: 160, pitch: 1, range: 0, amplitude: 100 },
  happy: { rate: 175, pitch: 1.2, range: 60, amplitude: 115 },
  surprised: { rate: 175, pitch: 1.3, range: 80, amplitude: 115 },
  angry: { rate: 180, pitch: 1.08, range: 50, amplitude: 150 },
  fear: { rate: 190, pitch: 1.25, range: 20, amplitude: 85 },
  sad: { rate: 125, pitch: 0.88, range: -60, amplitude: 70 },
  disgusted: { rate: 140, pitch: 0.92, range: -10, amplitude: 95 },
  contempt: { rate: 145, pitch: 0.95, range: -30, amplitude: 95 },
};

/** Median pitch in Hz of the voice en-us by espeak-ng's `-p`, measured with version 1.51 by `pitches` of wave.ts. */
const pitchOfSetting: readonly (readonly [setting: number, hertz: number])[] = [
  [0, 72],
  [20, 81],
  [35, 92],
  [50, 105],
  [65, 121],
  [80, 141],
  [99, 172],
];

/** Pitch of the voice without a reference. */
export const ownPitch = 105;

/** The setting that comes nearest to a pitch in Hz. */
export function pitchSetting(hertz: number): number {
  const [lowest] = pitchOfSetting[0] ?? [0];
  for (const [at, [setting, here]] of pitchOfSetting.entries()) {
    if (hertz > here) continue;
    const [before, below] = pitchOfSetting[at - 1] ?? [lowest, here];
    return here === below ? setting : Math.round(before + ((setting - before) * (hertz - below)) / (here - below));
  }
  return pitchOfSetting.at(-1)?.[0] ?? 99;
}
