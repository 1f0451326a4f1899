// Speech by espeak-ng: the feeling sets rate, pitch, range and loudness; the pitch of the reference voice is taken over.
import {
  fileArgument,
  labelParameter,
  parameterOf,
  requiredParameter,
  requireResult,
  ServiceError,
  type ServiceKind,
  textArgument,
} from "../service.ts";
import { type EspeakVoice, espeakVersion, speak, voiceProperties } from "../speech/espeak.ts";
import { ownPitch, pitchSetting, prosodies } from "../speech/prosody.ts";
import { median, pitches, readWave } from "../speech/wave.ts";

export const espeak: ServiceKind<EspeakVoice> = {
  kind: "espeak",
  properties: voiceProperties,
  required: [],
  async open({ voice = "en-us" }, environment) {
    const { schema } = environment;
    const words = requiredParameter(schema, "text", "espeak-ng");
    requireResult(schema, ["audio"], "espeak-ng");
    const feeling = labelParameter(environment, Object.keys(prosodies), "espeak-ng");
    const reference = parameterOf(schema, "audio");
    return {
      identity: `espeak-ng ${await espeakVersion(schema.name)} ${voice}`,
      async call(given) {
        const prosody = prosodies[feeling === undefined ? "neutral" : textArgument(given, feeling)] ?? prosodies.neutral;
        if (prosody === undefined) throw new ServiceError(schema.name, "has no prosody");
        const { rate, pitch, range, amplitude } = prosody;
        const heard = fileArgument(given, reference);
        const base = heard === undefined ? ownPitch : (median(pitches(readWave(heard.bytes))) ?? ownPitch);
        const text = textArgument(given, words);
        const utterance = { service: schema.name, words: text, voice, rate, pitch: pitchSetting(base * pitch), range, amplitude };
        return { kind: "file", extension: "wav", bytes: await speak(utterance) };
      },
    };
  },
};
