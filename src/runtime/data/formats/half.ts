// Half-precision numbers (IEEE 754 binary16), which JavaScript of Node 20 has no array for.

/** The value of each of the 65,536 bit patterns, made on first use. */
let table: Float32Array | undefined;

function decodeHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Widens half-precision bit patterns; exact. */
export function widenHalf(bits: Uint16Array): Float32Array {
  table ??= Float32Array.from({ length: 0x10000 }, (_, pattern) => decodeHalf(pattern));
  const values = new Float32Array(bits.length);
  for (let at = 0; at < bits.length; at += 1) values[at] = table[bits[at] as number] as number;
  return values;
}

/** Rounds to half precision, ties to even; overflow gives infinity. */
export function narrowHalf(values: ArrayLike<number>): Uint16Array {
  const bits = new Uint16Array(values.length);
  for (let at = 0; at < values.length; at += 1) bits[at] = encodeHalf(values[at] as number);
  return bits;
}

function encodeHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude >= 65520) return sign | 0x7c00;
  if (magnitude < 2 ** -14) return sign | roundToEven(magnitude * 2 ** 24);
  const exponent = Math.floor(Math.log2(magnitude));
  const scale = magnitude < 2 ** exponent ? exponent - 1 : exponent;
  const fraction = roundToEven((magnitude / 2 ** scale - 1) * 1024);
  return sign | (((scale + 15) << 10) + fraction);
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
