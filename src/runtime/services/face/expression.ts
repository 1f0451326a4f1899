// How a feeling looks: amounts of a few blend shapes, after the action units of the Facial Action Coding System that are
// usually named for the basic emotions (Ekman and Friesen 1978). The amounts are ours, none is from E3RG.

export interface Expression {
  /** Inner ends of the brows, up (AU 1). */
  readonly innerBrow: number;
  /** Outer ends of the brows, up (AU 2). */
  readonly outerBrow: number;
  /** Brows down and together (AU 4). */
  readonly frown: number;
  /** Eyes wide (AU 5); below 0 narrowed (AU 7). */
  readonly eyes: number;
  /** Nose wrinkled, upper lip up (AU 9, 10). */
  readonly sneer: number;
  /** Corners of the mouth up (AU 12); below 0 down (AU 15). */
  readonly smile: number;
  /** One corner of the mouth more than the other (AU 14 on one side). */
  readonly smirk: number;
  /** Mouth stretched (AU 20). */
  readonly stretch: number;
  /** Jaw dropped (AU 26), added to what speech does. */
  readonly jaw: number;
  /** Gaze and head down, 0 .. 1. */
  readonly bow: number;
}

export const neutralFace: Expression = {
  innerBrow: 0,
  outerBrow: 0,
  frown: 0,
  eyes: 0,
  sneer: 0,
  smile: 0,
  smirk: 0,
  stretch: 0,
  jaw: 0,
  bow: 0,
};

export const expressions: Readonly<Record<string, Expression>> = {
  neutral: neutralFace,
  happy: { ...neutralFace, smile: 1, eyes: -0.35, outerBrow: 0.2 },
  surprised: { ...neutralFace, innerBrow: 1, outerBrow: 1, eyes: 1, jaw: 0.55 },
  angry: { ...neutralFace, frown: 1, eyes: 0.25, smile: -0.45, stretch: 0.15 },
  fear: { ...neutralFace, innerBrow: 1, outerBrow: 0.35, frown: 0.3, eyes: 0.9, stretch: 0.8, smile: -0.25, jaw: 0.15 },
  sad: { ...neutralFace, innerBrow: 1, outerBrow: -0.45, eyes: -0.25, smile: -0.9, bow: 0.7 },
  disgusted: { ...neutralFace, frown: 0.55, sneer: 1, eyes: -0.5, smile: -0.5 },
  contempt: { ...neutralFace, smirk: 1, eyes: -0.3, outerBrow: 0.1, frown: 0.15 },
};

/** An expression at a share of its strength. */
export function atStrength(expression: Expression, share: number): Expression {
  const entries = Object.entries(expression) as [keyof Expression, number][];
  return Object.fromEntries(entries.map(([name, amount]) => [name, amount * share])) as unknown as Expression;
}
