// A small canvas: filled shapes with smooth edges on rows of red, green and blue. Shapes are signed distances in pixels,
// negative inside, so that an edge covers a pixel by half a pixel more or less.

export type Colour = readonly [red: number, green: number, blue: number];
export type Point = readonly [x: number, y: number];

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export class Canvas {
  readonly pixels: Uint8Array;

  constructor(
    readonly width: number,
    readonly height: number,
    background: Colour,
  ) {
    this.pixels = new Uint8Array(width * height * 3);
    for (let at = 0; at < this.pixels.length; at += 1) this.pixels[at] = background[at % 3] ?? 0;
  }

  /** An ellipse, turned by an angle in radians. */
  ellipse([x, y]: Point, [wide, high]: Point, colour: Colour, turn = 0): void {
    const reach = Math.max(wide, high);
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
    // Well inside, the edge is more than a pixel away in every direction.
    const sure = Math.max(0, 1 - 2 / Math.min(wide, high)) ** 2;
    this.fill({ left: x - reach, top: y - reach, right: x + reach, bottom: y + reach }, colour, (px, py) => {
      const u = (px - x) * cos + (py - y) * sin;
      const v = (py - y) * cos - (px - x) * sin;
      const squared = (u / wide) ** 2 + (v / high) ** 2;
      if (squared <= sure) return -1;
      const slope = Math.sqrt((u / (wide * wide)) ** 2 + (v / (high * high)) ** 2);
      const scale = Math.sqrt(squared);
      return (scale * (scale - 1)) / slope;
    });
  }

  /** A closed shape through the points. */
  polygon(points: readonly Point[], colour: Colour): void {
    this.fill(boxOf(points, 1), colour, (x, y) => {
      let distance = Number.POSITIVE_INFINITY;
      let inside = false;
      for (const [at, one] of points.entries()) {
        const other = points[(at + 1) % points.length] ?? one;
        distance = Math.min(distance, distanceToSegment(x, y, one, other));
        if (one[1] > y !== other[1] > y && x < ((other[0] - one[0]) * (y - one[1])) / (other[1] - one[1]) + one[0])
          inside = !inside;
      }
      return inside ? -distance : distance;
    });
  }

  /** A line through the points with round ends. */
  stroke(points: readonly Point[], width: number, colour: Colour): void {
    this.fill(boxOf(points, width), colour, (x, y) => {
      let distance = Number.POSITIVE_INFINITY;
      for (let at = 1; at < points.length; at += 1) {
        distance = Math.min(distance, distanceToSegment(x, y, points[at - 1] as Point, points[at] as Point));
      }
      return distance - width / 2;
    });
  }

  private fill(box: Box, colour: Colour, distance: (x: number, y: number) => number): void {
    const right = Math.min(this.width - 1, Math.ceil(box.right + 1));
    const bottom = Math.min(this.height - 1, Math.ceil(box.bottom + 1));
    for (let y = Math.max(0, Math.floor(box.top - 1)); y <= bottom; y += 1) {
      for (let x = Math.max(0, Math.floor(box.left - 1)); x <= right; x += 1) {
        const cover = 0.5 - distance(x + 0.5, y + 0.5);
        if (cover <= 0) continue;
        const share = Math.min(1, cover);
        const at = 3 * (y * this.width + x);
        for (let part = 0; part < 3; part += 1) {
          const below = this.pixels[at + part] ?? 0;
          this.pixels[at + part] = Math.round(below + share * ((colour[part] ?? 0) - below));
        }
      }
    }
  }
}

/** A quadratic Bézier curve as points. */
export function curve(from: Point, over: Point, to: Point, pieces = 10): readonly Point[] {
  return Array.from({ length: pieces + 1 }, (_, at): Point => {
    const t = at / pieces;
    const mix = (axis: 0 | 1): number => (1 - t) ** 2 * from[axis] + 2 * t * (1 - t) * over[axis] + t ** 2 * to[axis];
    return [mix(0), mix(1)];
  });
}

function boxOf(points: readonly Point[], margin: number): Box {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return {
    left: Math.min(...xs) - margin,
    right: Math.max(...xs) + margin,
    top: Math.min(...ys) - margin,
    bottom: Math.max(...ys) + margin,
  };
}

function distanceToSegment(x: number, y: number, one: Point, other: Point): number {
  const dx = other[0] - one[0];
  const dy = other[1] - one[1];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - one[0]) * dx + (y - one[1]) * dy) / length));
  return Math.sqrt((x - one[0] - along * dx) ** 2 + (y - one[1] - along * dy) ** 2);
}
