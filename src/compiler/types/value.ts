// What an expression means while a model is elaborated: tensors with named axes and masks, and everything that exists at
// compile time only (numbers, names of members, families, module values, distributions).
import type { DataSchema, FieldSchema } from "../compiled.ts";
import type { Dim } from "../dims/dim.ts";
import type { DType } from "../ir/graph.ts";
import type { Scope } from "../names/scope.ts";
import type { Span } from "../source/span.ts";
import type { ModuleItem } from "../syntax/ast.ts";

/** One axis: the name that `over:` finds it by, its size, and the text that chose the size. */
export interface Axis {
  readonly name: string | undefined;
  readonly size: Dim;
  readonly origin: Span | undefined;
  /** Made by `expand`: of size 1 and stretched to whatever it meets. */
  readonly stretches?: boolean;
}

/**
 * Which entries of a value are real. `axes` are names of the value's axes; the node is f32 0/1 with just those axes.
 * A presence mask (axes: a batch axis) makes the value optional.
 */
export interface Mask {
  readonly node: number;
  readonly owner: object;
  readonly axes: readonly string[];
  readonly presence: boolean;
  /** What is absent, for messages: the optional fields behind it. */
  readonly of: readonly string[];
}

export interface TensorValue {
  readonly kind: "tensor";
  readonly node: number;
  /** The builder frame the node belongs to; values of an outer frame are captured by a scan's body. */
  readonly owner: object;
  readonly dtype: DType;
  readonly axes: readonly Axis[];
  readonly masks: readonly Mask[];
  /** The labels declaration that class numbers belong to. */
  readonly labels?: string;
}

export interface NumberValue {
  readonly kind: "number";
  readonly value: number;
  readonly percent: boolean;
}
export interface SizeValue {
  readonly kind: "size";
  readonly dim: Dim;
  /** The axis of this name, where the size names one. */
  readonly axis: string | undefined;
}
export interface BooleanValue {
  readonly kind: "boolean";
  readonly value: boolean;
}
export interface StringValue {
  readonly kind: "string";
  readonly value: string;
}
export interface RecordValue {
  readonly kind: "record";
  readonly fields: ReadonlyMap<string, Value>;
}
export interface FamilyValue {
  readonly kind: "family";
  readonly name: string;
  readonly unordered: boolean;
  readonly arity: number;
  /** Keyed by members joined with a comma; an unordered key is sorted. */
  readonly entries: ReadonlyMap<string, Value>;
}
export interface GaussianValue {
  readonly kind: "gaussian";
  readonly mean: TensorValue;
  readonly logvar: TensorValue;
}
/** The standard normal, the prior of `kl(q, normal)`. */
export interface NormalValue {
  readonly kind: "normal";
}
export interface MemberValue {
  readonly kind: "member";
  readonly name: string;
}
/** A set of members or of tuples of members. */
export interface MembersValue {
  readonly kind: "members";
  /** The axis that `stack` over it makes. */
  readonly axis: string | undefined;
  readonly tuples: readonly (readonly string[])[];
}
/** A module or function with its settings, before its tensors: applying it twice uses the same weights. */
export interface ModuleValue {
  readonly kind: "module";
  readonly declaration: ModuleItem;
  readonly scope: Scope;
  readonly settings: ReadonlyMap<string, Value>;
  readonly path: string;
  readonly span: Span;
}
/** `repeat(n, F())`: modules one after the other. */
export interface ChainValue {
  readonly kind: "chain";
  readonly modules: readonly Value[];
}
/** A model parameter: a batch of one data block. */
export interface BatchValue {
  readonly kind: "batch";
  readonly parameter: string;
  readonly schema: DataSchema;
  readonly without: readonly string[];
  /** Fields whose declaration was refused: reading them is no second error. */
  readonly broken: readonly string[];
  readonly read: (field: FieldSchema) => TensorValue;
}
export interface BankValue {
  readonly kind: "bank";
  readonly variable: string;
  /** The model parameter whose samples key it, and whether it is keyed at all. */
  readonly parameter: string;
  readonly keyed: boolean;
  readonly tensor: TensorValue;
}
export interface ListValue {
  readonly kind: "list";
  readonly items: readonly Value[];
}
export interface RangeValue {
  readonly kind: "range";
  readonly low: Value;
  readonly high: Value;
}
/** The built-in `last`. */
export interface LastAxisValue {
  readonly kind: "last";
}
export interface BuiltinValue {
  readonly kind: "builtin";
  readonly name: string;
}
/** Stands for what could not be checked; it absorbs, so that one cause gives one error. */
export interface UnknownValue {
  readonly kind: "unknown";
}

export type Value =
  | TensorValue
  | NumberValue
  | SizeValue
  | BooleanValue
  | StringValue
  | RecordValue
  | FamilyValue
  | GaussianValue
  | NormalValue
  | MemberValue
  | MembersValue
  | ModuleValue
  | ChainValue
  | BatchValue
  | BankValue
  | ListValue
  | RangeValue
  | LastAxisValue
  | BuiltinValue
  | UnknownValue;

export const unknown: UnknownValue = { kind: "unknown" };

export const isOptional = (value: TensorValue): boolean => value.masks.some((mask) => mask.presence);

/** The fields whose absence makes a value absent. */
export const absentFields = (value: TensorValue): readonly string[] => [
  ...new Set(value.masks.filter((mask) => mask.presence).flatMap((mask) => mask.of)),
];
