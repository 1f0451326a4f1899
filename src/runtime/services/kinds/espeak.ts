// Speech by espeak-ng: the feeling sets rate, pitch, range and loudness; the pitch of the reference voice is taken over.
import type { ServiceSchema } from "../../../compiler/pipeline/graph.ts";
import {
  fileArgument,
  type OpenEnvironment,
  parameterOf,
  requiredParameter,
  requireResult,
  ServiceError,
  type ServiceKind,
  textArgument,
} from "../service.ts";
import { espeakVersion, speak } from "../speech/espeak.ts";
import { ownPitch, pitchSetting, prosodies } from "../speech/prosody.ts";
import { median, pitches, readWave } from "../speech/wave.ts";

interface EspeakBinding {
  readonly voice?: string;
}

export const espeak: ServiceKind<EspeakBinding> = {
  kind: "espeak",
  properties: { voice: { type: "string", minLength: 1 } },
  required: [],
  async open({ voice = "en-us" }, environment) {
    const { schema } = environment;
    const words = requiredParameter(schema, "text", "espeak-ng");
    requireResult(schema, ["audio"], "espeak-ng");
    const feeling = feelingParameter(schema, environment, Object.keys(prosodies), "espeak-ng");
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
      close: async () => undefined,
    };
  },
};

/** The label parameter, whose labels must all be known; undefined where the service takes none. */
export function feelingParameter(
  schema: ServiceSchema,
  environment: OpenEnvironment,
  known: readonly string[],
  what: string,
): string | undefined {
  const parameter = schema.parameters.find(({ type }) => type.base.kind === "label");
  if (parameter?.type.base.kind !== "label") return undefined;
  const strange = environment.labelsOf(parameter.type.base.set).filter((label) => !known.includes(label));
  if (strange.length > 0) {
    const problem = `cannot be bound to ${what}: it does not know ${strange.join(", ")}`;
    throw new ServiceError(schema.name, problem, `It knows ${known.join(", ")}: project the labels on these.`);
  }
  return parameter.name;
}
