// Elaborates a pipeline's calls: of services, and of the few functions that a pipeline has of its own.
import { diagnose } from "../diagnostics/diagnostic.ts";
import { unknownField } from "../diagnostics/records/names/unknown-field.ts";
import { unknownName } from "../diagnostics/records/names/unknown-name.ts";
import { labelOutside } from "../diagnostics/records/pipelines/label-outside.ts";
import { noLikeness } from "../diagnostics/records/pipelines/no-likeness.ts";
import { notAStep } from "../diagnostics/records/pipelines/not-a-step.ts";
import { wireDiffers } from "../diagnostics/records/pipelines/wire-differs.ts";
import { missingArgument } from "../diagnostics/records/types/missing-argument.ts";
import { tooManyArguments } from "../diagnostics/records/types/too-many-arguments.ts";
import { unknownArgument } from "../diagnostics/records/types/unknown-argument.ts";
import type { Span } from "../source/span.ts";
import type { Expression } from "../syntax/ast.ts";
import { addNode, labelOf, listOfWires, numberType, type PipelineContext, textType, typeOfNode } from "./context.ts";
import type { Declared } from "./declarations.ts";
import { elaborateAs, elaborateExpression } from "./expressions.ts";
import { type LabelSet, type MemorySchema, printWire, type ServiceSchema } from "./graph.ts";

type Call = Extract<Expression, { kind: "call" }>;

interface StepDefinition {
  /** Parameters in order; the first of them is what `|>` supplies. A `?` behind a name lets it be left out. */
  readonly parameters: readonly string[];
  readonly elaborate: (context: PipelineContext, call: Call, given: ReadonlyMap<string, Expression>) => number | undefined;
}

const file = (kind: "audio" | "image" | "video"): StepDefinition => ({
  parameters: ["path"],
  elaborate(context, { span }, given) {
    const path = given.get("path");
    if (path?.kind !== "string") {
      if (path !== undefined) context.report(differs(path.span, `path of ${kind}`, "another expression", "a text as written"));
      return undefined;
    }
    return addNode(context, { base: { kind }, optional: false }, span, { op: "file", path: path.value });
  },
});

const steps: Readonly<Record<string, StepDefinition>> = {
  audio: file("audio"),
  image: file("image"),
  video: file("video"),
  words: {
    parameters: ["set"],
    elaborate(context, { span }, given) {
      const set = labelSet(context, given.get("set"));
      return set && addNode(context, textType, span, { op: "template", pieces: [set.labels.join(", ")] });
    },
  },
  pick: {
    parameters: ["text", "from", "else"],
    elaborate(context, { span }, given) {
      const of = argument(context, given, "text", textType, "pick");
      const set = labelSet(context, given.get("from"));
      const fallback = given.get("else");
      if (of === undefined || set === undefined || fallback === undefined) return undefined;
      if (fallback.kind !== "name" || !set.labels.includes(fallback.name)) {
        const label = fallback.kind === "name" ? fallback.name : "this";
        context.report(diagnose(labelOutside, { span: fallback.span, label, set: set.name, labels: set.labels }));
        return undefined;
      }
      return addNode(context, labelOf(set.name), span, { op: "pick", of, set: set.name, fallback: fallback.name });
    },
  },
  project: {
    parameters: ["word"],
    elaborate(context, { span }, given) {
      const word = given.get("word");
      const of = word === undefined ? undefined : elaborateExpression(context, word);
      if (word === undefined || of === undefined) return undefined;
      const type = typeOfNode(context, of);
      const set = type.base.kind === "label" ? context.declarations.labels.get(type.base.set) : undefined;
      if (set?.projection === undefined || type.optional) {
        context.report(differs(word.span, "word of project", printWire(type), "a word of a projection"));
        return undefined;
      }
      return addNode(context, labelOf(set.projection.onto), span, { op: "project", of, projection: set.name });
    },
  },
  last: {
    parameters: ["list"],
    elaborate(context, { span }, given) {
      const list = listArgument(context, given.get("list"), "list of last");
      return list && addNode(context, list.item, span, { op: "last", of: list.node });
    },
  },
  nearest: {
    parameters: ["memory", "to", "count"],
    elaborate(context, { span }, given) {
      const memory = memoryOf(context, given.get("memory"));
      const to = argument(context, given, "to", textType, "nearest");
      const count = argument(context, given, "count", numberType, "nearest");
      if (memory === undefined || to === undefined || count === undefined) return undefined;
      const { name, by } = memory.schema;
      if (by === undefined) {
        const place = given.get("memory")?.span ?? span;
        context.report(diagnose(noLikeness, { span: place, memory: name, declared: memory.span }));
        return undefined;
      }
      context.used.add(by.service);
      return addNode(context, entriesOf(memory), span, { op: "nearest", memory: name, to, count });
    },
  },
  draw: {
    parameters: ["memory", "count"],
    elaborate(context, { span }, given) {
      const memory = memoryOf(context, given.get("memory"));
      const count = argument(context, given, "count", numberType, "draw");
      if (memory === undefined || count === undefined) return undefined;
      return addNode(context, entriesOf(memory), span, { op: "draw", memory: memory.schema.name, count });
    },
  },
};

/** The functions of a pipeline, for messages. */
export const callSteps: readonly string[] = [...Object.keys(steps), "find", "lines"];

export function elaborateCall(context: PipelineContext, call: Call): number | undefined {
  const { callee } = call;
  const name = callee.kind === "name" ? callee.name : undefined;
  const service = name === undefined ? undefined : context.declarations.services.get(name);
  if (service !== undefined) return callService(context, call, service);
  if (name === "find") return find(context, call);
  if (name === "lines") return lines(context, call);
  const step = name === undefined || !Object.hasOwn(steps, name) ? undefined : steps[name];
  if (step === undefined || name === undefined) {
    const known = [...callSteps, ...context.declarations.services.keys()];
    context.report(diagnose(notAStep, { span: callee.span, what: name ?? "this", callee: name, steps: known }));
    return undefined;
  }
  const given = bindArguments(context, call, name, step.parameters, () => true, undefined);
  return given && step.elaborate(context, call, given);
}

function callService(context: PipelineContext, call: Call, { schema, span }: Declared<ServiceSchema>): number | undefined {
  context.used.add(schema.name);
  const { parameters, name, result } = schema;
  const required = (parameter: string): boolean => !parameters.find((each) => each.name === parameter)?.type.optional;
  const names = parameters.map((each) => each.name);
  const given = bindArguments(context, call, name, names, required, span);
  if (given === undefined) return undefined;
  const entries = parameters.flatMap((parameter) => {
    const value = given.get(parameter.name);
    if (value === undefined) return [];
    const place = { what: `${parameter.name} of ${name}`, declared: span };
    return [[parameter.name, elaborateAs(context, value, parameter.type, place)] as const];
  });
  const known = entries.filter((entry): entry is readonly [string, number] => entry[1] !== undefined);
  return addNode(context, result, call.span, { op: "service", service: name, arguments: Object.fromEntries(known) });
}

/** Which expression each parameter gets; undefined where the call does not fit, which has been reported. */
function bindArguments(
  context: PipelineContext,
  call: Call,
  callee: string,
  parameters: readonly string[],
  required: (parameter: string) => boolean,
  declared: Span | undefined,
): ReadonlyMap<string, Expression> | undefined {
  const given = new Map<string, Expression>();
  const extra = call.positional[parameters.length];
  if (extra !== undefined) {
    const most = parameters.length;
    context.report(diagnose(tooManyArguments, { span: extra.span, callee, most, call: call.span }));
    return undefined;
  }
  for (const [at, value] of call.positional.entries()) given.set(parameters[at] ?? "", value);
  for (const { key, value } of call.named) {
    if (!parameters.includes(key.text) || given.has(key.text)) {
      const candidates = parameters.filter((each) => !given.has(each));
      context.report(diagnose(unknownArgument, { span: key.span, name: key.text, callee, candidates }));
      return undefined;
    }
    given.set(key.text, value);
  }
  const missing = parameters.find((parameter) => required(parameter) && !given.has(parameter));
  if (missing === undefined) return given;
  context.report(diagnose(missingArgument, { span: call.span, name: missing, callee, declared }));
  return undefined;
}

/** `voices |> find(conversation: talk.id)`: keys are fields of the memory's record. */
function find(context: PipelineContext, call: Call): number | undefined {
  const memory = memoryOf(context, call.positional[0]);
  if (memory === undefined) return undefined;
  const fields = context.declarations.records.get(memory.schema.record)?.schema.fields ?? [];
  const keys: Record<string, number> = {};
  for (const { key, value } of call.named) {
    const field = fields.find(({ name }) => name === key.text);
    if (field === undefined) {
      const candidates = fields.map(({ name }) => name);
      context.report(diagnose(unknownField, { span: key.span, name: key.text, of: memory.schema.record, candidates }));
      return undefined;
    }
    const type = { base: field.type.base, optional: false };
    const node = elaborateAs(context, value, type, { what: `the key ${key.text}`, declared: memory.span });
    if (node === undefined) return undefined;
    keys[key.text] = node;
  }
  if (call.named.length === 0) {
    context.report(diagnose(missingArgument, { span: call.span, name: "a key", callee: "find", declared: memory.span }));
    return undefined;
  }
  const type = { base: { kind: "record", name: memory.schema.record }, optional: true } as const;
  return addNode(context, type, call.span, { op: "find", memory: memory.schema.name, keys });
}

/** `lines("{turn.words}" for turn in talk.turns)`. */
function lines(context: PipelineContext, call: Call): number | undefined {
  const [body] = call.positional;
  const [clause] = call.clauses;
  const name = clause?.names[0];
  if (body === undefined || clause === undefined || name === undefined || call.clauses.length > 1) {
    const wanted = "a text `for` an item `in` a list";
    context.report(diagnose(missingArgument, { span: call.span, name: wanted, callee: "lines", declared: undefined }));
    return undefined;
  }
  const list = listArgument(context, clause.domain, "what lines walks over");
  if (list === undefined) return undefined;
  const item = addNode(context, list.item, name.span, { op: "item" });
  context.scopes.push(new Map([[name.text, { node: item, span: name.span, used: true }]]));
  const text = elaborateAs(context, body, textType, { what: "a line" });
  context.scopes.pop();
  return text === undefined
    ? undefined
    : addNode(context, textType, call.span, { op: "lines", over: list.node, item, body: text });
}

const differs = (span: Span, what: string, found: string, expected: string) =>
  diagnose(wireDiffers, { span, what, found, expected, declared: undefined, mend: undefined });

function argument(
  context: PipelineContext,
  given: ReadonlyMap<string, Expression>,
  name: string,
  type: typeof textType,
  callee: string,
): number | undefined {
  const value = given.get(name);
  return value === undefined ? undefined : elaborateAs(context, value, type, { what: `${name} of ${callee}` });
}

function listArgument(context: PipelineContext, expression: Expression | undefined, what: string) {
  const node = expression === undefined ? undefined : elaborateExpression(context, expression);
  if (expression === undefined || node === undefined) return undefined;
  const type = typeOfNode(context, node);
  if (type.base.kind === "list" && !type.optional) return { node, item: type.base.item };
  context.report(differs(expression.span, what, printWire(type), "a list"));
  return undefined;
}

const entriesOf = ({ schema }: Declared<MemorySchema>) =>
  listOfWires({ base: { kind: "record", name: schema.record }, optional: false });

function labelSet(context: PipelineContext, expression: Expression | undefined): LabelSet | undefined {
  if (expression === undefined) return undefined;
  const name = expression.kind === "name" ? expression.name : "";
  const set = context.declarations.labels.get(name);
  if (set === undefined) {
    const candidates = [...context.declarations.labels.keys()];
    const known = `a label set is needed here: ${candidates.join(", ")}`;
    context.report(diagnose(unknownName, { span: expression.span, name: name || "this", candidates, known }));
  }
  return set;
}

function memoryOf(context: PipelineContext, expression: Expression | undefined): Declared<MemorySchema> | undefined {
  if (expression === undefined) return undefined;
  const name = expression.kind === "name" ? expression.name : "";
  const memory = context.declarations.memories.get(name);
  if (memory === undefined) {
    const candidates = [...context.declarations.memories.keys()];
    const known = candidates.length === 0 ? "the spec declares no memory" : `its memories are ${candidates.join(", ")}`;
    context.report(diagnose(unknownName, { span: expression.span, name: name || "this", candidates, known }));
  } else context.used.add(name);
  return memory;
}
