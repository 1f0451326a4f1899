// Types as written.
import type { Expression } from "./expressions.ts";
import type { Located, Name } from "./located.ts";

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
