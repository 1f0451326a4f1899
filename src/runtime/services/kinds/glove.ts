// A text as the mean of its words' vectors: the smallest embedding that tells what a text is about.
import { requiredParameter, requireResult, type ServiceKind, textArgument } from "../service.ts";
import { loadWordVectors, type WordVectorFiles, wordVectorProperties } from "../word-vectors.ts";

export const glove: ServiceKind<WordVectorFiles> = {
  kind: "glove",
  properties: wordVectorProperties,
  required: ["words", "vectors"],
  async open(binding, { schema, folder }) {
    const words = requiredParameter(schema, "text", "word vectors");
    requireResult(schema, ["vector"], "word vectors");
    const vectors = loadWordVectors(binding, folder);
    return {
      identity: `glove ${vectors.width} sha256:${vectors.checksum}`,
      call: async (given) => vectors.mean(textArgument(given, words)),
    };
  },
};
