// A trained mmx model as a service: a text, as the mean of its words' vectors, to the class that the model predicts.
import { resolve } from "node:path";
import { requireResult, ServiceError, type ServiceKind, textArgument } from "../service.ts";
import { loadWordVectors, type WordVectorFiles, wordVectorProperties } from "../word-vectors.ts";

interface ModelBinding extends WordVectorFiles {
  /** A run directory of `mmx train`. */
  readonly run: string;
  /** The text parameter that the model reads. */
  readonly reads: string;
}

export const trainedModel: ServiceKind<ModelBinding> = {
  kind: "mmx",
  properties: { ...wordVectorProperties, run: { type: "string", minLength: 1 }, reads: { type: "string", minLength: 1 } },
  required: ["run", "reads", "words", "vectors"],
  async open(binding, { schema, folder, openClassifier }) {
    requireResult(schema, ["text", "label"], "a trained classifier");
    if (!schema.parameters.some(({ name, type }) => name === binding.reads && type.base.kind === "text")) {
      const texts = schema.parameters.filter(({ type }) => type.base.kind === "text").map(({ name }) => name);
      throw new ServiceError(
        schema.name,
        `has no text ${binding.reads}`,
        `Its texts are ${texts.join(", ")}: set \`reads\` to one.`,
      );
    }
    const vectors = loadWordVectors(binding, folder);
    const classifier = await openClassifier(resolve(folder, binding.run));
    if (classifier.width !== vectors.width) {
      const problem = `reads ${classifier.width} features, and the word vectors are ${vectors.width} wide`;
      throw new ServiceError(schema.name, problem, "Give the word vectors that it was trained on.");
    }
    return {
      identity: `${classifier.identity} on glove ${vectors.width} sha256:${vectors.checksum}`,
      call: (given) => classifier.classify(vectors.mean(textArgument(given, binding.reads))),
    };
  },
};
