// The contract between a pipeline and what it calls: values on wires, an opened service, and a kind that opens one.
import type { ServiceSchema, WireBase } from "../../compiler/pipeline/graph.ts";
import type { JsonSchema } from "../../compiler/schemas/validate.ts";

/** Audio, an image or a film: the bytes of a file. */
export interface FileValue {
  readonly kind: "file";
  /** `wav`, `png`, `mp4`: without a dot. */
  readonly extension: string;
  readonly bytes: Uint8Array;
}

/** A record is a map; an absent value is undefined; a label is its name. */
export type WireValue = string | number | FileValue | Float32Array | readonly WireValue[] | WireRecord | undefined;
export type WireRecord = ReadonlyMap<string, WireValue>;

export interface OpenService {
  /** What exactly answers: kind, model with its checksum, settings. Two runs with equal identities give equal bytes. */
  readonly identity: string;
  call(given: Readonly<Record<string, WireValue>>, seed: number): Promise<WireValue>;
  /** For a service that holds something open. */
  close?(): Promise<void>;
}

/** A trained mmx model that tells a class from features. The command line opens it: the runtime compiles no specs. */
export interface Classifier {
  readonly identity: string;
  readonly width: number;
  classify(features: Float32Array): Promise<string>;
}

export interface OpenEnvironment {
  /** What the spec declares. */
  readonly schema: ServiceSchema;
  /** The labels of a set of the spec. */
  readonly labelsOf: (set: string) => readonly string[];
  /** Folder of the bindings file; its paths are relative to it. */
  readonly folder: string;
  readonly openClassifier: (run: string) => Promise<Classifier>;
  /** What services of one run share, by key: a language model that two of them use is loaded once. */
  readonly shared: Map<string, Promise<unknown>>;
}

export interface ServiceKind<Binding> {
  readonly kind: string;
  /** JSON schema of the binding's members beside `kind`. */
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly required: readonly string[];
  open(binding: Binding, environment: OpenEnvironment): Promise<OpenService>;
}

/** A service that is not there, does not fit, or failed; the message names it. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
  constructor(
    readonly service: string,
    problem: string,
    readonly remedy?: string,
  ) {
    super(`the service ${service} ${problem}`);
  }
}

/** The name of the first parameter of a kind of wire; undefined where there is none. */
export function parameterOf(schema: ServiceSchema, kind: WireBase["kind"]): string | undefined {
  return schema.parameters.find(({ type }) => type.base.kind === kind)?.name;
}

/** The same, for a kind of service that cannot do without. Throws a `ServiceError`. */
export function requiredParameter(schema: ServiceSchema, kind: WireBase["kind"], what: string): string {
  const found = parameterOf(schema, kind);
  if (found === undefined) {
    throw new ServiceError(schema.name, `cannot be bound to ${what}: it takes no ${kind}`, `Bind it to another kind of service.`);
  }
  return found;
}

/**
 * The name of the first label parameter, whose labels must all be known to the kind of service; undefined where there is none.
 * Throws a `ServiceError`.
 */
export function labelParameter(
  { schema, labelsOf }: Pick<OpenEnvironment, "schema" | "labelsOf">,
  known: readonly string[],
  what: string,
): string | undefined {
  for (const { name, type } of schema.parameters) {
    if (type.base.kind !== "label") continue;
    const strange = labelsOf(type.base.set).filter((label) => !known.includes(label));
    if (strange.length === 0) return name;
    const problem = `cannot be bound to ${what}: it does not know ${strange.join(", ")}`;
    throw new ServiceError(schema.name, problem, `It knows ${known.join(", ")}: project the labels on these.`);
  }
  return undefined;
}

/** Refuses a binding whose result is not of the kinds that the service can give. */
export function requireResult(schema: ServiceSchema, kinds: readonly WireBase["kind"][], what: string): void {
  const { kind } = schema.result.base;
  if (kinds.includes(kind)) return;
  throw new ServiceError(
    schema.name,
    `cannot be bound to ${what}: it must give ${kind}, and that gives ${kinds.join(" or ")}`,
    "Bind it to another kind of service.",
  );
}

export function textArgument(given: Readonly<Record<string, WireValue>>, name: string): string {
  const value = given[name];
  return typeof value === "string" ? value : "";
}

export function fileArgument(given: Readonly<Record<string, WireValue>>, name: string | undefined): FileValue | undefined {
  const value = name === undefined ? undefined : given[name];
  return isFile(value) ? value : undefined;
}

export function isFile(value: WireValue): value is FileValue {
  return typeof value === "object" && "kind" in value && value.kind === "file";
}

export function isRecord(value: WireValue): value is WireRecord {
  return value instanceof Map;
}

export function isList(value: WireValue): value is readonly WireValue[] {
  return Array.isArray(value);
}
