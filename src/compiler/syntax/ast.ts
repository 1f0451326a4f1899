// The abstract syntax tree: what a spec says, before any name is looked up.
// Made from the CST by `build.ts`; every node carries the span it was written at. A part that could not be parsed is a
// `Missing` node, so that later stages can go on checking the rest of the file.
import type { Span } from "../source/span.ts";

interface Located {
  readonly span: Span;
}

/** An identifier as written. */
export interface Name extends Located {
  readonly text: string;
}

export interface SpecFile extends Located {
  /** The `mmx 1` header's number; undefined where the header is absent. */
  readonly version: number | undefined;
  readonly items: readonly Item[];
}

export type Item =
  | UseItem
  | DimItem
  | LabelsItem
  | ConstantItem
  | DataItem
  | ModalitiesItem
  | ModuleItem
  | ModelItem
  | TrainItem
  | EvaluateItem
  | RecordItem
  | ProjectionItem
  | ServiceItem
  | MemoryItem
  | PipelineItem;

/** `use std.encoders, "./swish.ts"`. */
export interface UseItem extends Located {
  readonly kind: "use";
  readonly targets: readonly UseTarget[];
}
export interface UseTarget extends Located {
  /** `std.encoders`, or the path inside the quotes. */
  readonly path: string;
  readonly quoted: boolean;
}

/** `dim D = 128, T <= 500 ragged, T[m] <= 500 ragged for m in M`; one item a declared name. */
export interface DimItem extends Located {
  readonly kind: "dim";
  readonly name: Name;
  /** The index of a family of dimensions: `[m] … for m in M`. */
  readonly index: Name | undefined;
  readonly over: Expression | undefined;
  readonly size: Expression | undefined;
  readonly bound: Expression | undefined;
  readonly ragged: boolean;
}

/** `labels Digit = zero | one | two` (names or strings) or `labels Digit = 0 .. 9`. A labels name is also a dimension. */
export interface LabelsItem extends Located {
  readonly kind: "labels";
  readonly name: Name;
  readonly members: readonly Name[];
  readonly doc: string | undefined;
}

/** A top-level `name = expression`: a constant that `--set name=value` overrides. */
export interface ConstantItem extends Located {
  readonly kind: "constant";
  readonly name: Name;
  readonly value: Expression;
  readonly doc: string | undefined;
}

export interface DataItem extends Located {
  readonly kind: "data";
  readonly name: Name;
  readonly fields: readonly FieldDeclaration[];
  readonly file: StringLiteral | undefined;
  readonly split: SplitDeclaration | undefined;
  readonly standardise: readonly Name[];
  readonly doc: string | undefined;
}

/** `mood: target f32[B] in -3 .. 3 from "label"`. */
export interface FieldDeclaration extends Located {
  readonly name: Name;
  readonly role: "input" | "target" | "id";
  readonly type: TypeExpression;
  readonly optional: boolean;
  readonly range: { readonly low: Expression; readonly high: Expression } | undefined;
  /** The column in the file, where it differs from the field's name. */
  readonly from: Name | undefined;
  /** `from encode(raw.text, "MODEL")`: what a frozen encoder makes of a column. */
  readonly encoding: CallExpression | undefined;
  readonly doc: string | undefined;
}

/** `split by fold { train: 0, test: 2 }` or `split random { train: 70%, valid: 10%, test: 20% } seed 3 stratify label`. */
export interface SplitDeclaration extends Located {
  readonly by: Name | undefined;
  /** Value or list of values (`by`), or share (`random`), for each part. */
  readonly parts: readonly Setting[];
  readonly seed: Expression | undefined;
  readonly stratify: Name | undefined;
  readonly group: Name | undefined;
}

/** `modalities M = text | audio` or `modalities Noisy = M - text`. */
export interface ModalitiesItem extends Located {
  readonly kind: "modalities";
  readonly name: Name;
  readonly members: readonly Name[] | undefined;
  readonly value: Expression | undefined;
}

/** `module` (capital: makes weights) and `fn` (lower case: weightless). */
export interface ModuleItem extends Located {
  readonly kind: "module" | "fn";
  readonly name: Name;
  readonly parameters: readonly Parameter[];
  readonly result: TypeExpression | undefined;
  readonly body: Block;
  readonly doc: string | undefined;
}

export interface Parameter extends Located {
  readonly name: Name;
  readonly type: TypeExpression | undefined;
  readonly defaultValue: Expression | undefined;
}

export interface ModelItem extends Located {
  readonly kind: "model";
  readonly name: Name;
  readonly parameters: readonly Parameter[];
  readonly body: Block;
  readonly doc: string | undefined;
}

export interface Block extends Located {
  readonly statements: readonly Statement[];
}

export type Statement =
  | BindingStatement
  | LossStatement
  | PredictStatement
  | ParamStatement
  | BankStatement
  | UpdateStatement
  | NextStatement
  | ResultStatement;

/** `h[m] = clip[m] |> Coder() for m in M`. */
export interface BindingStatement extends Located {
  readonly kind: "binding";
  readonly name: Name;
  readonly index: readonly IndexPattern[];
  readonly value: Expression;
  readonly clauses: readonly ForClause[];
  readonly doc: string | undefined;
}

/** What stands between the brackets on the left: `m`, or `{s, t}` for an unordered pair. */
export interface IndexPattern extends Located {
  readonly names: readonly Name[];
  readonly unordered: boolean;
}

/** `for s, t in pairs(M)`. */
export interface ForClause extends Located {
  readonly names: readonly Name[];
  readonly domain: Expression;
}

export interface LossStatement extends Located {
  readonly kind: "loss";
  readonly name: Name;
  readonly value: Expression;
  readonly doc: string | undefined;
}

/** `predict mood = score`. */
export interface PredictStatement extends Located {
  readonly kind: "predict";
  readonly name: Name;
  readonly value: Expression;
}

/** `param weight: f32[In, out] = glorot()`. */
export interface ParamStatement extends Located {
  readonly kind: "param";
  readonly name: Name;
  readonly type: TypeExpression;
  readonly initializer: Expression;
}

/** `bank seen[m]: f32[samples, D] = 0 for m in M`. */
export interface BankStatement extends Located {
  readonly kind: "bank";
  readonly name: Name;
  readonly index: readonly IndexPattern[];
  readonly type: TypeExpression;
  readonly initial: Expression | undefined;
  readonly clauses: readonly ForClause[];
}

/** `update seen[m] = s[m] for m in M from epoch 2`. */
export interface UpdateStatement extends Located {
  readonly kind: "update";
  readonly name: Name;
  readonly index: readonly IndexPattern[];
  readonly value: Expression;
  readonly clauses: readonly ForClause[];
  readonly fromEpoch: Expression | undefined;
}

/** `next h = expr`: the new value of a scan's carry. */
export interface NextStatement extends Located {
  readonly kind: "next";
  readonly name: Name;
  readonly value: Expression;
}

/** A bare expression, the result of its block; only the last statement may be one. */
export interface ResultStatement extends Located {
  readonly kind: "result";
  readonly value: Expression;
}

export interface TrainItem extends Located {
  readonly kind: "train";
  readonly model: Name;
  /** `on mosi` is one entry without a key; `on { source: a + b, target: c }` one entry a model parameter. */
  readonly on: readonly { readonly parameter: Name | undefined; readonly value: Expression }[];
  readonly settings: readonly Setting[];
  readonly stages: readonly StageDeclaration[];
}

export interface StageDeclaration extends Located {
  readonly name: Name;
  readonly settings: readonly Setting[];
  readonly doc: string | undefined;
}

export interface EvaluateItem extends Located {
  readonly kind: "evaluate";
  readonly model: Name;
  readonly on: readonly { readonly parameter: Name | undefined; readonly value: Expression }[];
  readonly settings: readonly Setting[];
}

/** `key: value`. */
export interface Setting extends Located {
  readonly key: Name;
  readonly value: Expression;
}

// ---------------------------------------------------------------- pipelines of services

/** `words: text`, `voice: audio?`, `turns: [Turn]`: what flows along one wire of a pipeline. */
export interface Wire extends Located {
  readonly name: Name;
  readonly type: WireTypeExpression;
}

export type WireTypeExpression =
  | (Located & { readonly kind: "wire"; readonly name: Name; readonly optional: boolean })
  | (Located & { readonly kind: "wires"; readonly item: WireTypeExpression; readonly optional: boolean });

/** `record Turn { speaker: text, words: text }`. */
export interface RecordItem extends Located {
  readonly kind: "record";
  readonly name: Name;
  readonly fields: readonly Wire[];
  readonly doc: string | undefined;
}

/** `projection Word -> Feeling { happy: joyful | proud }`: words, and the label that each stands for. */
export interface ProjectionItem extends Located {
  readonly kind: "projection";
  readonly name: Name;
  readonly onto: Name;
  readonly entries: readonly (Located & { readonly label: Name; readonly words: readonly Name[] })[];
  readonly doc: string | undefined;
}

/** `service speak(words: text, feeling: Feeling) -> audio`. */
export interface ServiceItem extends Located {
  readonly kind: "service";
  readonly name: Name;
  readonly parameters: readonly Wire[];
  readonly result: WireTypeExpression;
  readonly doc: string | undefined;
}

/** `memory past: Episode by embed(context)`: records, and the service and field by which likeness is measured. */
export interface MemoryItem extends Located {
  readonly kind: "memory";
  readonly name: Name;
  readonly type: WireTypeExpression;
  readonly by: { readonly service: Name; readonly field: Name } | undefined;
  readonly doc: string | undefined;
}

/** `pipeline E3RG(talk: Dialogue) -> { reply: text, speech: audio } { … }`. */
export interface PipelineItem extends Located {
  readonly kind: "pipeline";
  readonly name: Name;
  readonly parameters: readonly Wire[];
  readonly results: readonly Wire[];
  readonly body: Block;
  readonly doc: string | undefined;
}

// ---------------------------------------------------------------- types

export type TypeExpression = TensorType | NamedType | RecordType | MissingType;

/** `f32[B, T, 3*D]`; `...` stands for any leading axes. `element` is f32, i32, bool or a labels name. */
export interface TensorType extends Located {
  readonly kind: "tensor";
  readonly element: Name;
  readonly axes: readonly AxisExpression[];
  readonly optional: boolean;
}
export interface AxisExpression extends Located {
  /** undefined for `...`. */
  readonly size: Expression | undefined;
}

/** `size`, `int`, `float`, `bool`, `dim` (an axis name), `modality`, `module`, `gaussian`, `members`, or a data block. */
export interface NamedType extends Located {
  readonly kind: "named";
  readonly name: Name;
  /** `clip without lie`: fields that may not be read. */
  readonly without: readonly Name[];
}
export interface RecordType extends Located {
  readonly kind: "record";
  readonly fields: readonly { readonly name: Name; readonly type: TypeExpression }[];
}
export interface MissingType extends Located {
  readonly kind: "missing";
}

// ---------------------------------------------------------------- expressions

export type Expression =
  | NumberLiteral
  | StringLiteral
  | BooleanLiteral
  | NameExpression
  | MemberExpression
  | IndexExpression
  | CallExpression
  | PipeExpression
  | UnaryExpression
  | BinaryExpression
  | RangeExpression
  | ElseExpression
  | IfExpression
  | ListExpression
  | SetExpression
  | RecordExpression
  | ScanExpression
  | MissingExpression;

/** `0.1`, `1e-3`, `30%` (value 0.3, percent true). */
export interface NumberLiteral extends Located {
  readonly kind: "number";
  readonly value: number;
  readonly percent: boolean;
}
export interface StringLiteral extends Located {
  readonly kind: "string";
  readonly value: string;
}
export interface BooleanLiteral extends Located {
  readonly kind: "boolean";
  readonly value: boolean;
}
export interface NameExpression extends Located {
  readonly kind: "name";
  readonly name: string;
}
/** `clip.mood`. */
export interface MemberExpression extends Located {
  readonly kind: "member";
  readonly object: Expression;
  readonly member: Name;
}
/** `h[m]`, `tr[{s, t}]`, `to[*, m]`. */
export interface IndexExpression extends Located {
  readonly kind: "index";
  readonly object: Expression;
  /** undefined for `*`. */
  readonly indices: readonly (Expression | undefined)[];
}
/** `mean(kl(q[m]) for m in M)`, `Linear(D, bias: false)`. */
export interface CallExpression extends Located {
  readonly kind: "call";
  readonly callee: Expression;
  readonly positional: readonly Expression[];
  readonly named: readonly Setting[];
  /** Not empty where the one positional argument is a comprehension. */
  readonly clauses: readonly ForClause[];
}
/** `x |> F(…)`. */
export interface PipeExpression extends Located {
  readonly kind: "pipe";
  readonly input: Expression;
  readonly target: Expression;
}
export interface UnaryExpression extends Located {
  readonly kind: "unary";
  readonly operator: "-" | "not";
  readonly operand: Expression;
}
export type BinaryOperator = "+" | "-" | "*" | "/" | "^" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "and" | "or";
export interface BinaryExpression extends Located {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly operatorSpan: Span;
  readonly left: Expression;
  readonly right: Expression;
}
/** `-3 .. 3`, `10% .. 70%`. */
export interface RangeExpression extends Located {
  readonly kind: "range";
  readonly low: Expression;
  readonly high: Expression;
}
/** `audio else 0`: the right side where the left is absent. */
export interface ElseExpression extends Located {
  readonly kind: "else";
  readonly value: Expression;
  readonly fallback: Expression;
}
/** `if training then a else b`; the condition is known at compile time. */
export interface IfExpression extends Located {
  readonly kind: "if";
  readonly condition: Expression;
  readonly then: Expression;
  readonly otherwise: Expression;
}
/** `[mae, acc2]`. */
export interface ListExpression extends Located {
  readonly kind: "list";
  readonly items: readonly Expression[];
}
/** `{s, t}`: a set of members, an unordered pair where it indexes. */
export interface SetExpression extends Located {
  readonly kind: "set";
  readonly items: readonly Expression[];
}
/** `{ fused: h, logits: y }`. */
export interface RecordExpression extends Located {
  readonly kind: "record";
  readonly fields: readonly Setting[];
}
/**
 * `scan x, r over T backward carry h = zeros(B, D) { next h = …  h }`.
 * In the block each sequence name is its slice at one step; the block's result is the output at that step, and the
 * whole expression is those outputs stacked along the dimension.
 */
export interface ScanExpression extends Located {
  readonly kind: "scan";
  readonly sequences: readonly Name[];
  readonly over: Name;
  readonly backward: boolean;
  readonly carries: readonly { readonly name: Name; readonly initial: Expression }[];
  readonly body: Block;
}
export interface MissingExpression extends Located {
  readonly kind: "missing";
}
