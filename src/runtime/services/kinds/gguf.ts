// A language model in one GGUF file, run in this process by node-llama-cpp, which is looked for when it is needed: mmx does
// not depend on it. With one thread and a seed its answers repeat.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  type OpenEnvironment,
  requiredParameter,
  requireResult,
  ServiceError,
  type ServiceKind,
  textArgument,
} from "../service.ts";
import { type ChatSettings, chatProperties, defaultTemperature } from "./chat-settings.ts";

interface GgufBinding extends ChatSettings {
  readonly context?: number;
  /** A label set of the spec: the model can then say nothing but one of its labels. */
  readonly labels?: string;
}

/** What mmx uses of node-llama-cpp 3. */
interface LlamaLibrary {
  getLlama(options: object): Promise<Llama>;
  readonly LlamaChatSession: new (
    options: object,
  ) => {
    prompt(text: string, options: object): Promise<string>;
    dispose(): void;
  };
}
interface Llama {
  loadModel(options: { readonly modelPath: string }): Promise<LlamaModel>;
  createGrammar(options: { readonly grammar: string }): Promise<object>;
  dispose(): Promise<void>;
}
interface LlamaModel {
  createContext(options: object): Promise<LlamaContext>;
}
interface LlamaContext {
  getSequence(): { dispose(): void };
}

interface Loaded {
  readonly library: LlamaLibrary;
  readonly llama: Llama;
  readonly context: LlamaContext;
  readonly checksum: string;
}

export const gguf: ServiceKind<GgufBinding> = {
  kind: "gguf",
  properties: {
    ...chatProperties,
    context: { type: "integer", minimum: 128 },
    labels: { type: "string", minLength: 1 },
  },
  required: ["model"],
  async open(binding, environment) {
    const { schema, folder, shared } = environment;
    const prompt = requiredParameter(schema, "text", "a language model");
    requireResult(schema, ["text"], "a language model");
    const path = resolve(folder, binding.model);
    const { temperature = defaultTemperature, max_tokens: maxTokens = 64, context = 2048, system = "" } = binding;
    const key = `gguf ${path} ${context}`;
    const known = shared.get(key) as Promise<Loaded> | undefined;
    const loading = known ?? load(path, context, environment);
    shared.set(key, loading);
    const { library, llama, context: llamaContext, checksum } = await loading;
    const labels = binding.labels === undefined ? [] : environment.labelsOf(binding.labels);
    if (binding.labels !== undefined && labels.length === 0) {
      throw new ServiceError(schema.name, `is kept to the labels ${binding.labels}, which the spec does not declare`);
    }
    const rule = `root ::= ${labels.map((label) => JSON.stringify(label)).join(" | ")}`;
    const constraint = labels.length === 0 ? {} : { grammar: await llama.createGrammar({ grammar: rule }) };
    return {
      identity: `gguf ${basename(path)} sha256:${checksum} temperature ${temperature} max_tokens ${maxTokens} context ${context}${binding.labels === undefined ? "" : ` labels ${binding.labels}`}`,
      async call(given, seed) {
        const sequence = llamaContext.getSequence();
        const session = new library.LlamaChatSession({ contextSequence: sequence, systemPrompt: system });
        try {
          const answer = await session.prompt(textArgument(given, prompt), { temperature, seed, maxTokens, ...constraint });
          return answer.trim();
        } finally {
          session.dispose();
          sequence.dispose();
        }
      },
      close: () => llama.dispose(),
    };
  },
};

async function load(path: string, contextSize: number, { schema, folder }: OpenEnvironment): Promise<Loaded> {
  if (!existsSync(path)) {
    throw new ServiceError(schema.name, `is bound to ${path}, which is not there`, "Check `model` in the bindings file.");
  }
  const library = await findLibrary(folder);
  if (library === undefined) {
    throw new ServiceError(
      schema.name,
      "needs node-llama-cpp, which is not installed",
      `Install it beside the bindings file: npm install --prefix ${folder} node-llama-cpp@3`,
    );
  }
  const llama = await library.getLlama({ gpu: false, build: "never", maxThreads: 1, logLevel: "error" });
  const model = await llama.loadModel({ modelPath: path });
  const context = await model.createContext({ contextSize, threads: 1 });
  const checksum = createHash("sha256").update(readFileSync(path)).digest("hex");
  return { library, llama, context, checksum };
}

/** The package installed nearest to the bindings file, else to mmx. */
async function findLibrary(folder: string): Promise<LlamaLibrary | undefined> {
  for (const start of [folder, dirname(fileURLToPath(import.meta.url))]) {
    for (let at = start; ; at = dirname(at)) {
      const entry = join(at, "node_modules", "node-llama-cpp", "dist", "index.js");
      if (existsSync(entry)) return (await import(pathToFileURL(entry).href)) as LlamaLibrary;
      if (dirname(at) === at) break;
    }
  }
  return undefined;
}
