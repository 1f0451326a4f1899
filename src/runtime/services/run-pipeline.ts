// Runs a pipeline once: walks its graph, calls its services in the order of the spec, and keeps a trace of what they said.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { extname, resolve } from "node:path";
import { inputsOfStep, type PipelineNode } from "../../compiler/pipeline/graph.ts";
import type { OpenPipeline } from "./open.ts";
import { isFile, isList, isRecord, ServiceError, type WireRecord, type WireValue } from "./service.ts";

/** One call of a service or one look-up: enough to see why a run gave what it gave, and nothing that differs when repeated. */
export interface TraceStep {
  readonly step: string;
  /** The name it was given in the spec. */
  readonly name: string | undefined;
  /** The service or memory. */
  readonly of: string;
  readonly given: Readonly<Record<string, unknown>>;
  readonly gave: unknown;
}

export interface PipelineRun {
  readonly outputs: ReadonlyMap<string, WireValue>;
  readonly steps: readonly TraceStep[];
}

/** The values of the pipeline's outputs, or of `only` one of them, whose needs alone are then run. */
export async function runPipeline(
  open: OpenPipeline,
  input: WireRecord,
  seed: number,
  only?: readonly string[],
): Promise<PipelineRun> {
  const { pipeline } = open;
  const run = new Run(open, input, seed);
  const outputs = new Map<string, WireValue>();
  const wanted = pipeline.outputs.filter(({ name }) => only === undefined || only.includes(name));
  const needed = neededNodes(
    pipeline.nodes,
    wanted.map(({ node }) => node),
  );
  // In the order of the spec, so that the trace reads like it.
  for (const at of needed) await run.value(at, run.values);
  for (const { name, node } of wanted) outputs.set(name, await run.value(node, run.values));
  return { outputs, steps: run.steps };
}

/** Services, label steps and look-ups outside of `lines` that the outputs need, in their order. */
function neededNodes(nodes: readonly PipelineNode[], roots: readonly number[]): readonly number[] {
  const seen = new Set<number>();
  const visit = (at: number): void => {
    const node = nodes[at];
    if (node === undefined || seen.has(at)) return;
    seen.add(at);
    for (const input of inputs(node)) visit(input);
  };
  for (const root of roots) visit(root);
  return [...seen].sort((one, other) => one - other);
}

function inputs(node: PipelineNode): readonly number[] {
  // `a else b`: b is needed only where a is absent. What stands in `lines` is run for every item of its list.
  if (node.op === "else") return [node.value];
  if (node.op === "lines") return [node.over];
  return inputsOfStep(node);
}

class Run {
  readonly steps: TraceStep[] = [];
  readonly values = new Map<number, WireValue>();

  constructor(
    private readonly open: OpenPipeline,
    private readonly input: WireRecord,
    private readonly seed: number,
  ) {}

  async value(at: number, known: Map<number, WireValue>): Promise<WireValue> {
    if (known.has(at)) return known.get(at);
    const node = this.open.pipeline.nodes[at];
    if (node === undefined) throw new Error(`the pipeline has no node ${at}`);
    const value = await this.compute(node, (other) => this.value(other, known), known);
    known.set(at, value);
    return value;
  }

  private async compute(
    node: PipelineNode,
    value: (at: number) => Promise<WireValue>,
    known: Map<number, WireValue>,
  ): Promise<WireValue> {
    switch (node.op) {
      case "input":
        return this.input.get(node.parameter);
      case "number":
      case "label":
        return node.value;
      case "file":
        return readBeside(this.open.folder, node.path);
      case "template": {
        const pieces: string[] = [];
        for (const piece of node.pieces) pieces.push(typeof piece === "string" ? piece : String(await value(piece)));
        return pieces.join("").trim();
      }
      case "lines": {
        const items = await value(node.over);
        const lines: WireValue[] = [];
        for (const item of isList(items) ? items : []) {
          // What the body makes is its own for every item; what it reads from outside is shared.
          const inner = new Map([...known].filter(([place]) => place < node.item));
          inner.set(node.item, item);
          lines.push(await this.value(node.body, inner));
        }
        return lines.join("\n");
      }
      case "item":
        throw new Error("an item stands outside its list");
      case "field": {
        const record = await value(node.of);
        return isRecord(record) ? record.get(node.field) : undefined;
      }
      case "last": {
        const items = await value(node.of);
        if (!isList(items) || items.length === 0) throw new Error("`last` was given an empty list: the input needs at least one");
        return items.at(-1);
      }
      case "else":
        return (await value(node.value)) ?? (await value(node.fallback));
      case "service":
        return this.service(node, value);
      case "pick": {
        const text = String(await value(node.of)).toLowerCase();
        const set = this.open.pipeline.labels.find(({ name }) => name === node.set);
        const label = set?.labels.find((each) => text.includes(each.toLowerCase())) ?? node.fallback;
        return this.traced(node, node.set, { text }, label);
      }
      case "project": {
        const word = String(await value(node.of));
        const set = this.open.pipeline.labels.find(({ name }) => name === node.projection);
        return this.traced(node, node.projection, { word }, set?.projection?.label[word]);
      }
      case "nearest": {
        const to = String(await value(node.to));
        const found = await this.memory(node.memory).nearest(to, Number(await value(node.count)));
        return this.traced(node, node.memory, { to }, found);
      }
      case "find": {
        const keys = new Map<string, WireValue>();
        for (const [name, at] of Object.entries(node.keys)) keys.set(name, await value(at));
        return this.traced(node, node.memory, Object.fromEntries(keys), this.memory(node.memory).find(keys));
      }
      case "draw": {
        const count = Number(await value(node.count));
        return this.traced(node, node.memory, { count }, this.memory(node.memory).draw(count, this.seed));
      }
    }
  }

  private async service(
    node: Extract<PipelineNode, { op: "service" }>,
    value: (at: number) => Promise<WireValue>,
  ): Promise<WireValue> {
    const service = this.open.services.get(node.service);
    if (service === undefined) throw new ServiceError(node.service, "is bound to nothing");
    const given: Record<string, WireValue> = {};
    for (const [name, at] of Object.entries(node.arguments)) given[name] = await value(at);
    const gave = await service.call(given, this.seed);
    if (gave === undefined && !node.type.optional) throw new ServiceError(node.service, "gave nothing");
    return this.traced(node, node.service, given, gave);
  }

  private memory(name: string) {
    const memory = this.open.memories.get(name);
    if (memory === undefined) throw new Error(`the memory ${name} is not open`);
    return memory;
  }

  private traced<Value extends WireValue>(
    node: PipelineNode,
    of: string,
    given: Readonly<Record<string, WireValue>>,
    gave: Value,
  ): Value {
    const shown = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, traceJson(value)]));
    this.steps.push({ step: node.op, name: node.name, of, given: shown, gave: traceJson(gave) });
    return gave;
  }
}

function readBeside(folder: string, path: string): WireValue {
  const place = resolve(folder, path);
  return { kind: "file", extension: extname(place).slice(1).toLowerCase(), bytes: readFileSync(place) };
}

/** A value for reading: files and vectors by their checksums. */
export function traceJson(value: WireValue): unknown {
  if (isFile(value)) return { extension: value.extension, bytes: value.bytes.length, sha256: sha256(value.bytes) };
  if (value instanceof Float32Array) return { values: value.length, sha256: sha256(new Uint8Array(value.slice().buffer)) };
  if (isList(value)) return value.map(traceJson);
  if (isRecord(value)) return Object.fromEntries([...value].map(([name, item]) => [name, traceJson(item)]));
  return value ?? null;
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}
