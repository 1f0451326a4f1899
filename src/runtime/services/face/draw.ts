// Draws one frame of a talking face: an expression, a mouth, where the head is, whether the eyes are shut.
import type { Mouth } from "../speech/visemes.ts";
import { Canvas, type Colour, curve, type Point } from "./canvas.ts";
import type { Expression } from "./expression.ts";

/** Colours taken from the picture of the face to be. */
export interface Looks {
  readonly skin: Colour;
  readonly hair: Colour;
  readonly background: Colour;
}

export interface Pose {
  readonly expression: Expression;
  readonly mouth: Mouth;
  /** 0 open .. 1 shut. */
  readonly blink: number;
  /** Pixels of a face 256 wide. */
  readonly sway: Point;
}

export const size = 256;

/** The frame's pixels, rows of red, green and blue. */
export function drawFace({ skin, hair, background }: Looks, pose: Pose): Uint8Array {
  const { expression: look, mouth, blink, sway } = pose;
  const canvas = new Canvas(size, size, background);
  const shade = shaded(skin, 0.82);
  const centre = 128 + sway[0];
  const down = sway[1] + 6 * look.bow;
  const jaw = Math.min(1, mouth.open + look.jaw);
  const at = (x: number, y: number): Point => [centre + x, 128 + y + down];

  canvas.ellipse(at(0, 2), [92, 104], hair);
  canvas.ellipse(at(0, 118), [40, 46], shade);
  canvas.ellipse(at(0, 14 + 4 * jaw), [76, 92 + 4 * jaw], skin);
  canvas.ellipse(at(-78, 14), [11, 18], skin);
  canvas.ellipse(at(78, 14), [11, 18], skin);
  canvas.ellipse(at(-30, -80), [52, 25], hair, -0.35);
  canvas.ellipse(at(34, -78), [48, 25], hair, 0.4);

  for (const side of [-1, 1] as const) drawEye(canvas, { skin, hair }, look, blink, side, at);

  canvas.stroke(curve(at(-2, -2), at(8, 26), at(-4, 32 - 3 * look.sneer)), 3, shade);
  if (look.sneer > 0.2) {
    for (const side of [-1, 1]) canvas.stroke([at(side * 9, 4), at(side * 15, 12)], 2.5 * look.sneer, shade);
  }
  for (const side of [-1, 1]) {
    const crease = Math.max(look.sneer, 0.8 * look.smile, 0);
    if (crease > 0.15) canvas.stroke(curve(at(side * 22, 34), at(side * 38, 44), at(side * 40, 58)), 2 * crease, shade);
  }
  drawMouth(canvas, look, mouth, jaw, at);
  return canvas.pixels;
}

function drawEye(
  canvas: Canvas,
  { skin, hair }: Pick<Looks, "skin" | "hair">,
  look: Expression,
  blink: number,
  side: -1 | 1,
  at: (x: number, y: number) => Point,
): void {
  const x = side * 32;
  const height = Math.max(0, 11 * (1 + 0.45 * look.eyes) * (1 - blink));
  if (height < 1.5) canvas.stroke(curve(at(x - 16, -8), at(x, -4), at(x + 16, -8)), 3, shaded(skin, 0.6));
  else {
    canvas.ellipse(at(x, -8), [16, height], [250, 250, 248]);
    const gaze = at(x, -8 + 4 * look.bow);
    canvas.ellipse(gaze, [7, Math.min(7, height)], [74, 92, 110]);
    canvas.ellipse(gaze, [3.5, Math.min(3.5, height)], [20, 20, 24]);
    canvas.stroke(curve(at(x - 17, -8), at(x, -8 - 2 * height), at(x + 17, -8)), 3, shaded(skin, 0.5));
    if (look.eyes < -0.15) {
      canvas.stroke(curve(at(x - 15, -3), at(x, -8 + 2 * height), at(x + 15, -3)), 2.5, shaded(skin, 0.75));
    }
  }
  const inner = at(x - side * 17, -34 - 11 * look.innerBrow + 13 * look.frown);
  const outer = at(x + side * 19, -33 - 10 * look.outerBrow + 1 * look.frown);
  const pinch = side * -4 * look.frown;
  const middle = at(x, -43 - (7 * (look.innerBrow + look.outerBrow)) / 2 + 8 * look.frown);
  canvas.stroke(curve([inner[0] + pinch, inner[1]], middle, outer), 6, shaded(hair, 0.9));
}

function drawMouth(canvas: Canvas, look: Expression, mouth: Mouth, jaw: number, at: (x: number, y: number) => Point): void {
  const half = (26 + 8 * mouth.wide + 9 * look.stretch + 7 * Math.max(0, look.smile)) * (1 - 0.42 * mouth.round);
  const lift = (side: -1 | 1): number => -11 * look.smile - (side === 1 ? 13 * look.smirk : 0);
  const y = 62 + 2 * jaw;
  const left = at(-half, y + lift(-1));
  const right = at(half, y + lift(1));
  const upper = at(0, y - 2 + 5 * look.smile - 12 * look.sneer - 3 * jaw);
  const lower = at(0, y + 4 + 10 * look.smile + 58 * jaw);
  const top = curve(left, upper, right);
  const bottom = curve(right, lower, left);
  if (jaw > 0.04) {
    canvas.polygon([...top, ...bottom], [96, 28, 34]);
    if (jaw > 0.18) {
      const tooth = Math.min(5, 12 * jaw);
      canvas.polygon(
        [
          ...curve(shift(left, 0.25, right), shiftDown(upper, 2), shift(left, 0.75, right)),
          ...curve(shift(left, 0.75, right), shiftDown(upper, 2 + 2 * tooth), shift(left, 0.25, right)),
        ],
        [244, 240, 234],
      );
    }
    canvas.stroke(bottom, 5, [176, 84, 84]);
  }
  canvas.stroke(top, jaw > 0.04 ? 4 : 5, [168, 76, 78]);
}

const shift = (from: Point, share: number, to: Point): Point => [
  from[0] + share * (to[0] - from[0]),
  from[1] + share * (to[1] - from[1]),
];
const shiftDown = ([x, y]: Point, by: number): Point => [x, y + by];

const shaded = ([red, green, blue]: Colour, by: number): Colour => [red * by, green * by, blue * by];
