// Numbers and names in the binary format of WebAssembly: LEB128 integers, little-endian floats, counted lists.

/** Appends an unsigned integer below 2^32 in LEB128. */
export function encodeUnsigned(out: number[], value: number): void {
  let rest = value >>> 0;
  while (rest >= 0x80) {
    out.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  out.push(rest);
}

/** Appends a signed 32-bit integer in LEB128; numbers from 2^31 to 2^32 - 1 are taken as the negative ones with the same bits. */
export function encodeSigned(out: number[], value: number): void {
  let rest = value | 0;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && byte < 0x40) || (rest === -1 && byte >= 0x40)) {
      out.push(byte);
      return;
    }
    out.push(byte | 0x80);
  }
}

/** Appends a signed 64-bit integer in LEB128. */
export function encodeSigned64(out: number[], value: bigint): void {
  let rest = BigInt.asIntN(64, value);
  for (;;) {
    const byte = Number(rest & 0x7fn);
    rest >>= 7n;
    if ((rest === 0n && byte < 0x40) || (rest === -1n && byte >= 0x40)) {
      out.push(byte);
      return;
    }
    out.push(byte | 0x80);
  }
}

const scratch = new DataView(new ArrayBuffer(8));

function append(out: number[], bytes: number): void {
  for (let at = 0; at < bytes; at += 1) out.push(scratch.getUint8(at));
}

export function encodeInt32(out: number[], value: number): void {
  scratch.setInt32(0, value, true);
  append(out, 4);
}

export function encodeFloat32(out: number[], value: number): void {
  scratch.setFloat32(0, value, true);
  append(out, 4);
}

export function encodeFloat64(out: number[], value: number): void {
  scratch.setFloat64(0, value, true);
  append(out, 8);
}

export function encodeBytes(out: number[], bytes: readonly number[]): void {
  encodeUnsigned(out, bytes.length);
  for (const byte of bytes) out.push(byte);
}

export function encodeName(out: number[], name: string): void {
  encodeBytes(out, Array.from(new TextEncoder().encode(name)));
}
