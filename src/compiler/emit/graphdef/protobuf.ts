// A writer of protocol buffers' wire format, as far as TensorFlow's graphs need it:
// https://protobuf.dev/programming-guides/encoding. A message is the concatenation of its fields.

export type Field = Uint8Array;

const utf8 = new TextEncoder();

/** The fields one after another. */
export function message(...parts: readonly (Field | readonly Field[])[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part instanceof Uint8Array ? part.length : total(part);
  const result = new Uint8Array(length);
  let at = 0;
  const put = (field: Field): void => {
    result.set(field, at);
    at += field.length;
  };
  for (const part of parts) {
    if (part instanceof Uint8Array) put(part);
    else for (const field of part) put(field);
  }
  return result;
}

function total(fields: readonly Field[]): number {
  let length = 0;
  for (const field of fields) length += field.length;
  return length;
}

/** A whole number in groups of seven bits, the lowest first; negative numbers as 64-bit two's complement. */
function varint(value: number): Uint8Array {
  if (value >= 0 && value < 128) return Uint8Array.of(value);
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

const tag = (field: number, wireType: number): Uint8Array => varint(field * 8 + wireType);

/** int32, int64, enum or bool. */
export const integer = (field: number, value: number | boolean): Field => message(tag(field, 0), varint(Number(value)));

/** Bytes, text or an embedded message. */
export function bytes(field: number, value: Uint8Array | string): Field {
  const content = typeof value === "string" ? utf8.encode(value) : value;
  return message(tag(field, 2), varint(content.length), content);
}

/** One entry of a map whose keys are text. */
export const entry = (field: number, key: string, value: Field): Field => bytes(field, message(bytes(1, key), value));

/** Whole numbers packed into one field. */
export const packed = (field: number, values: readonly number[]): Field => bytes(field, message(values.map(varint)));
