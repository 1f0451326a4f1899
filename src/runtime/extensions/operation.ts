// The module `mmx/extension`: what a TypeScript file that declares operations for specs imports. It stands alone, since it is
// also published as it is: types for the editor, and the same function for people who test their operations themselves.

/** A tensor in ordinary memory, row-major. The numbers are the executor's own: read them, never write into them. */
export interface Tensor {
  readonly shape: readonly number[];
  /** `i32` holds whole numbers: indices, lengths. */
  readonly dtype: "f32" | "i32";
  readonly data: ArrayLike<number>;
}

/** One tensor a parameter of the signature (each has one colon); a `float` arrives as a tensor of shape []. */
export type Tensors<Signature extends string> = Signature extends `${string}:${infer Rest}` ? [Tensor, ...Tensors<Rest>] : [];

/** The gradient of one tensor; of several, a list with one entry each, undefined where none flows. */
export type Gradients<Inputs extends readonly Tensor[]> = Inputs extends [Tensor]
  ? ArrayLike<number>
  : { readonly [At in keyof Inputs]: ArrayLike<number> | undefined };

export interface Rules<Signature extends string> {
  /** The result's numbers, row-major, in the shape of the first tensor. */
  forward(...tensors: Tensors<Signature>): ArrayLike<number>;
  /**
   * Given the tensors, the result and the gradient `g` of the loss at the result, the gradient of the loss at each tensor,
   * row-major, in that tensor's shape. An operation without it cannot stand where training needs a gradient.
   */
  gradient?(...given: [...tensors: Tensors<Signature>, result: Tensor, g: Tensor]): Gradients<Tensors<Signature>>;
}

export interface DeclaredOperation {
  readonly signature: string;
  /** How many tensors it takes. */
  readonly tensors: number;
  readonly forward: (...tensors: readonly Tensor[]) => unknown;
  readonly gradient: ((...given: readonly Tensor[]) => unknown) | undefined;
}

/**
 * Declares an operation, `swish(x: f32[...]) -> f32[...]`, under the name that the file exports it by. Its result has the shape
 * of its first tensor. Axes that the signature names (`f32[..., D]`) may be mixed; those under `...` must be treated entry by
 * entry, since padding and samples lie along them. The same tensors must always give the same numbers.
 */
export function operation<const Signature extends string>(signature: Signature, rules: Rules<Signature>): DeclaredOperation {
  const inside = signature.slice(signature.indexOf("(") + 1, signature.indexOf(")"));
  const given = rules as Pick<DeclaredOperation, "forward" | "gradient">;
  return { signature, tensors: inside.split(":").length - 1, forward: given.forward, gradient: given.gradient };
}
