// What mmx asks of espeak-ng: speech as wav, and the phonemes of a text.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "../program.ts";

const program = "espeak-ng";
const remedy = "Install it: apt-get install espeak-ng (Debian), brew install espeak-ng (macOS).";
const encoder = new TextEncoder();

/** What a binding says of the voice: one of espeak-ng's names. */
export interface EspeakVoice {
  readonly voice?: string;
}

/** The schema's members for it. */
export const voiceProperties = { voice: { type: "string", minLength: 1 } };

export interface Utterance {
  readonly service: string;
  readonly words: string;
  readonly voice: string;
  readonly rate: number;
  readonly pitch: number;
  /** Percent. */
  readonly range: number;
  readonly amplitude: number;
}

/** The utterance as wav, 22,050 Hz, 16 bit, mono. */
export async function speak({ service, words, voice, rate, pitch, range, amplitude }: Utterance): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), "mmx-speech-"));
  const path = join(folder, "speech.wav");
  const sign = range < 0 ? "" : "+";
  const markup = `<speak><prosody range="${sign}${range}%">${escaped(words)}</prosody></speak>`;
  try {
    await runProgram({
      service,
      program,
      arguments: ["-m", "-v", voice, "-s", `${rate}`, "-p", `${pitch}`, "-a", `${amplitude}`, "-w", path, "--stdin"],
      input: [encoder.encode(markup)],
      remedy,
    });
    return await readFile(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Mnemonics apart by `_`, words by blanks, a line a clause. */
export async function phonemesOf(service: string, words: string, voice: string): Promise<string> {
  const given = ["-q", "-x", "--sep=_", "-v", voice, "--stdin"];
  const output = await runProgram({ service, program, arguments: given, input: [encoder.encode(words)], remedy });
  return new TextDecoder().decode(output);
}

export async function espeakVersion(service: string): Promise<string> {
  const output = await runProgram({ service, program, arguments: ["--version"], remedy });
  return /\d+\.\d+(\.\d+)?/.exec(new TextDecoder().decode(output))?.[0] ?? "unknown";
}

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
