// A field's declaration as text, for messages that show it beside what the file holds.
import type { FieldAxis, FieldSchema } from "../compiled.ts";

const axisName = (axis: FieldAxis): string => axis.name ?? axis.size.key;

/** `f32[B, T, Ft]`; class labels print as `labels[B]`. */
export function printType(field: FieldSchema): string {
  return `${field.element}[${["B", ...field.axes.map(axisName)].join(", ")}]`;
}

/** A type with as many axes as the file stores: the declared names from the right, sizes where names are short. */
export function suggestType(field: FieldSchema, shape: readonly number[]): string {
  const stored = shape.slice(1);
  const fixed = field.axes.filter((axis) => !axis.ragged);
  const names = stored.map((size, at) => {
    const axis = fixed[at - stored.length + fixed.length];
    return axis === undefined ? String(size) : axisName(axis);
  });
  return `${field.element}[${["B", ...names].join(", ")}]`;
}

/** The type with the size on one axis replaced. */
export function withSize(field: FieldSchema, at: number, size: number): string {
  const names = field.axes.map((axis, index) => (index === at ? String(size) : axisName(axis)));
  return `${field.element}[${["B", ...names].join(", ")}]`;
}
