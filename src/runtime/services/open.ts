// Binds a pipeline to what it runs with: every service opened, every memory read, before anything is asked of them.
import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { CompiledPipeline, ServiceSchema } from "../../compiler/pipeline/graph.ts";
import { type Bindings, serviceKinds } from "./kinds/index.ts";
import { type Memory, openMemory } from "./memory.ts";
import { type Classifier, type OpenService, ServiceError } from "./service.ts";

export interface OpenPipeline {
  readonly pipeline: CompiledPipeline;
  readonly services: ReadonlyMap<string, OpenService>;
  readonly memories: ReadonlyMap<string, Memory>;
  /** Folder of the spec: the files it names lie there. */
  readonly folder: string;
  close(): Promise<void>;
}

export interface PipelineSources {
  readonly pipeline: CompiledPipeline;
  readonly bindings: Bindings;
  /** Path of the bindings file. */
  readonly bindingsPath: string;
  readonly folder: string;
  readonly openClassifier: (run: string) => Promise<Classifier>;
}

/** Throws a `ServiceError` for a service that is bound to nothing, that does not fit, or that is not there. */
export async function openPipeline(sources: PipelineSources): Promise<OpenPipeline> {
  const { pipeline, bindings, bindingsPath, folder } = sources;
  const isEmbedderOnly = embeddersOnly(pipeline, bindings);
  for (const { name } of pipeline.services) {
    if (bindings.services[name] !== undefined || isEmbedderOnly(name)) continue;
    const known = serviceKinds.map(({ kind }) => kind).join(", ");
    const remedy = `Add "${name}": { "kind": … } under "services" in ${bindingsPath}; the kinds are ${known}.`;
    throw new ServiceError(name, "is bound to nothing", remedy);
  }
  for (const node of pipeline.nodes) {
    if (node.op !== "file" || existsSync(resolve(folder, node.path))) continue;
    throw new Error(`the spec names ${node.path}, and ${resolve(folder, node.path)} is not there`);
  }
  const services = new Map<string, OpenService>();
  const close = async (): Promise<void> => {
    for (const service of services.values()) await service.close?.();
  };
  const shared = new Map<string, Promise<unknown>>();
  try {
    for (const schema of pipeline.services) {
      const service = await openService(schema, sources, shared);
      if (service !== undefined) services.set(schema.name, service);
    }
    const memories = new Map<string, Memory>();
    for (const schema of pipeline.memories) {
      const file = bindings.memories?.[schema.name]?.file;
      const path = file === undefined ? undefined : resolve(dirname(bindingsPath), file);
      const embedder = services.get(schema.by?.service ?? "");
      const parameter = pipeline.services.find(({ name }) => name === schema.by?.service)?.parameters[0]?.name ?? "";
      const embed = embedder === undefined ? undefined : (text: string) => embedder.call({ [parameter]: text }, 0);
      memories.set(schema.name, await openMemory({ schema, path, declarations: pipeline, embed }));
    }
    return { pipeline, services, memories, folder, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A service that only embeds for memories that are empty here need not be bound. */
function embeddersOnly(pipeline: CompiledPipeline, bindings: Bindings): (name: string) => boolean {
  const called = new Set(pipeline.nodes.flatMap((node) => (node.op === "service" ? [node.service] : [])));
  const needed = pipeline.memories.flatMap(({ name, by }) => (bindings.memories?.[name] === undefined ? [] : [by?.service]));
  return (name) => !called.has(name) && !needed.includes(name);
}

async function openService(
  schema: ServiceSchema,
  { pipeline, bindings, bindingsPath, openClassifier }: PipelineSources,
  shared: Map<string, Promise<unknown>>,
): Promise<OpenService | undefined> {
  const binding = bindings.services[schema.name];
  const kind = serviceKinds.find((each) => each.kind === binding?.kind);
  if (binding === undefined || kind === undefined) return undefined;
  const labelsOf = (set: string): readonly string[] => pipeline.labels.find(({ name }) => name === set)?.labels ?? [];
  // The bindings file's schema has checked the binding against its kind.
  return kind.open(binding as never, { schema, labelsOf, folder: dirname(bindingsPath), openClassifier, shared });
}
