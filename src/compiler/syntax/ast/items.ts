// Items: what stands at the top level of a spec.
import type { CallExpression, Expression, StringLiteral } from "./expressions.ts";
import type { Located, Name } from "./located.ts";
import type { MemoryItem, PipelineItem, ProjectionItem, RecordItem, ServiceItem } from "./pipelines.ts";
import type { Block } from "./statements.ts";
import type { TypeExpression } from "./types.ts";

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
