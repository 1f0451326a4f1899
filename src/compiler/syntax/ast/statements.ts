// Statements: what stands in the blocks of modules, models and scans.
import type { Expression } from "./expressions.ts";
import type { Located, Name } from "./located.ts";
import type { TypeExpression } from "./types.ts";

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
