// A drawn talking face: blend shapes by the feeling, a mouth by the phonemes of the words, frames encoded by ffmpeg. It stands
// where a video diffusion model would, behind the same contract, and runs on any machine.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Colour } from "../face/canvas.ts";
import { drawFace, type Looks, size } from "../face/draw.ts";
import { atStrength, expressions, neutralFace } from "../face/expression.ts";
import { runProgram } from "../program.ts";
import {
  type FileValue,
  fileArgument,
  parameterOf,
  requiredParameter,
  requireResult,
  ServiceError,
  type ServiceKind,
  textArgument,
} from "../service.ts";
import { phonemesOf } from "../speech/espeak.ts";
import { type Mouth, mouths } from "../speech/visemes.ts";
import { readWave } from "../speech/wave.ts";
import { feelingParameter } from "./espeak.ts";

interface FaceBinding {
  /** Of espeak-ng, for the phonemes. */
  readonly voice?: string;
}

const framesPerSecond = 25;
const remedy = "Install it: apt-get install ffmpeg (Debian), brew install ffmpeg (macOS).";

export const face: ServiceKind<FaceBinding> = {
  kind: "face",
  properties: { voice: { type: "string", minLength: 1 } },
  required: [],
  async open({ voice = "en-us" }, environment) {
    const { schema } = environment;
    const speech = requiredParameter(schema, "audio", "the drawn face");
    const words = requiredParameter(schema, "text", "the drawn face");
    requireResult(schema, ["video"], "the drawn face");
    const feeling = feelingParameter(schema, environment, Object.keys(expressions), "the drawn face");
    const picture = parameterOf(schema, "image");
    const version = await ffmpegVersion(schema.name);
    return {
      identity: `face ${size}x${size} at ${framesPerSecond} ffmpeg ${version}`,
      async call(given, seed) {
        const spoken = fileArgument(given, speech);
        if (spoken === undefined) throw new ServiceError(schema.name, `was given no ${speech}`);
        const looks = await looksOf(schema.name, fileArgument(given, picture));
        const phonemes = await phonemesOf(schema.name, textArgument(given, words), voice);
        const mouth = mouths(phonemes, readWave(spoken.bytes), framesPerSecond);
        const label = feeling === undefined ? "neutral" : textArgument(given, feeling);
        return film(schema.name, spoken, frames(looks, mouth, label, seed));
      },
      close: async () => undefined,
    };
  },
};

/** The expression comes within 0.4 s; eyes shut now and then; the head sways a little, out of step by the seed. */
function* frames(looks: Looks, mouth: readonly Mouth[], feeling: string, seed: number): Iterable<Uint8Array> {
  const expression = expressions[feeling] ?? neutralFace;
  for (const [frame, shape] of mouth.entries()) {
    const time = frame / framesPerSecond;
    const share = Math.min(1, time / 0.4);
    const sinceBlink = (time + 1.7 + (seed % 7) / 5) % 3.4;
    const blink = sinceBlink < 0.2 ? 1 - Math.abs(sinceBlink - 0.1) / 0.1 : 0;
    const sway = [2.5 * Math.sin(1.7 * time + seed), 1.5 * Math.sin(2.3 * time + 2 * seed)] as const;
    yield drawFace(looks, { expression: atStrength(expression, share * share * (3 - 2 * share)), mouth: shape, blink, sway });
  }
}

/** Without dates or program names in the file, and with one thread: equal frames give equal bytes. */
async function film(service: string, speech: FileValue, pictures: Iterable<Uint8Array>): Promise<FileValue> {
  const folder = await mkdtemp(join(tmpdir(), "mmx-film-"));
  const sound = join(folder, "speech.wav");
  const path = join(folder, "film.mp4");
  const raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", `${size}x${size}`, "-r", `${framesPerSecond}`, "-i", "-"];
  const video = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p", "-threads", "1"];
  const audio = ["-c:a", "aac", "-b:a", "96k"];
  const exact = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"];
  try {
    await writeFile(sound, speech.bytes);
    const given = ["-v", "error", ...raw, "-i", sound, ...video, ...audio, ...exact, "-movflags", "+faststart", path];
    await runProgram({ service, program: "ffmpeg", arguments: given, input: pictures, remedy });
    return { kind: "file", extension: "mp4", bytes: await readFile(path) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const grid = 32;
const plain: Looks = { skin: [233, 196, 168], hair: [92, 66, 50], background: [214, 222, 230] };

/** Colours of a picture of a face in its middle: skin from the centre, hair from the top, background from the upper corners. */
async function looksOf(service: string, picture: FileValue | undefined): Promise<Looks> {
  if (picture === undefined) return plain;
  const given = [
    "-v",
    "error",
    "-i",
    "-",
    "-vf",
    `scale=${grid}:${grid}`,
    "-f",
    "rawvideo",
    "-pix_fmt",
    "rgb24",
    "-frames:v",
    "1",
    "-",
  ];
  const pixels = await runProgram({ service, program: "ffmpeg", arguments: given, input: [picture.bytes], remedy });
  const average = (left: number, top: number, width: number, height: number): Colour => {
    const sum: [number, number, number] = [0, 0, 0];
    for (let y = top; y < top + height; y += 1) {
      for (let x = left; x < left + width; x += 1) {
        for (const part of [0, 1, 2] as const) sum[part] += (pixels[3 * (y * grid + x) + part] ?? 0) / (width * height);
      }
    }
    return sum;
  };
  return { skin: average(12, 18, 8, 2), hair: average(13, 4, 6, 1), background: average(0, 0, 3, 3) };
}

async function ffmpegVersion(service: string): Promise<string> {
  const output = await runProgram({ service, program: "ffmpeg", arguments: ["-version"], remedy });
  return /version (\S+)/.exec(new TextDecoder().decode(output))?.[1] ?? "unknown";
}
