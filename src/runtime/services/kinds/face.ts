// A drawn talking face: blend shapes by the feeling, a mouth by the phonemes of the words, frames encoded by ffmpeg. It stands
// where a video diffusion model would, behind the same contract, and runs on any machine.
import type { Colour } from "../face/canvas.ts";
import { drawFace, type Looks, size } from "../face/draw.ts";
import { atStrength, expressions, neutralFace } from "../face/expression.ts";
import { encodeFilm, ffmpegVersion, pixelsOf } from "../film.ts";
import {
  type FileValue,
  fileArgument,
  labelParameter,
  parameterOf,
  requiredParameter,
  requireResult,
  ServiceError,
  type ServiceKind,
  textArgument,
} from "../service.ts";
import { type EspeakVoice, phonemesOf, voiceProperties } from "../speech/espeak.ts";
import { type Mouth, mouths } from "../speech/visemes.ts";
import { readWave } from "../speech/wave.ts";

const framesPerSecond = 25;

/** Its voice is that of the phonemes. */
export const face: ServiceKind<EspeakVoice> = {
  kind: "face",
  properties: voiceProperties,
  required: [],
  async open({ voice = "en-us" }, environment) {
    const { schema } = environment;
    const speech = requiredParameter(schema, "audio", "the drawn face");
    const words = requiredParameter(schema, "text", "the drawn face");
    requireResult(schema, ["video"], "the drawn face");
    const feeling = labelParameter(environment, Object.keys(expressions), "the drawn face");
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
        const pictures = frames(looks, mouth, label, seed);
        return encodeFilm(schema.name, { speech: spoken, pictures, size, framesPerSecond });
      },
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

const grid = 32;
const plain: Looks = { skin: [233, 196, 168], hair: [92, 66, 50], background: [214, 222, 230] };

/** Colours of a picture of a face in its middle: skin from the centre, hair from the top, background from the upper corners. */
async function looksOf(service: string, picture: FileValue | undefined): Promise<Looks> {
  if (picture === undefined) return plain;
  const pixels = await pixelsOf(service, picture, grid);
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
