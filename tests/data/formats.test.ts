import { readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { ColumnType } from "../../src/compiler/data/header.ts";
import { type Column, columnsOf, FormatError, type NumericArray } from "../../src/runtime/data/formats/format.ts";
import { narrowHalf, widenHalf } from "../../src/runtime/data/formats/half.ts";
import { readColumns, readHeader } from "../../src/runtime/data/formats/index.ts";
import { decodeNpy, encodeNpy } from "../../src/runtime/data/formats/npy.ts";
import { writeColumns, writeNpz } from "../../src/runtime/data/formats/write.ts";
import { sharedData, temporaryFolder } from "./schemas.ts";

/** An npy array with a head written by hand, as NumPy would write it. */
function npy(descr: string, shape: string, payload: Uint8Array, fortran = "False"): Uint8Array {
  const head = `{'descr': ${descr}, 'fortran_order': ${fortran}, 'shape': (${shape}), }`.padEnd(117);
  return new Uint8Array([
    0x93,
    ...new TextEncoder().encode("NUMPY"),
    1,
    0,
    118,
    0,
    ...new TextEncoder().encode(`${head}\n`),
    ...payload,
  ]);
}

const bytes = (values: ArrayBufferView): Uint8Array => new Uint8Array(values.buffer);

test("npy arrays of every element type are read", () => {
  const cases: readonly [string, Uint8Array, readonly (number | string)[]][] = [
    ["'<f2'", bytes(new Uint16Array([0x3c00, 0xc000])), [1, -2]],
    ["'<f4'", bytes(new Float32Array([1.5, -2])), [1.5, -2]],
    ["'>f4'", new Uint8Array([0x3f, 0xc0, 0, 0, 0xc0, 0, 0, 0]), [1.5, -2]],
    ["'<f8'", bytes(new Float64Array([0.1, -2])), [0.1, -2]],
    ["'|i1'", bytes(new Int8Array([-1, 2])), [-1, 2]],
    ["'<i2'", bytes(new Int16Array([-300, 2])), [-300, 2]],
    ["'>i2'", new Uint8Array([1, 0, 0, 2]), [256, 2]],
    ["'<i4'", bytes(new Int32Array([-70000, 2])), [-70000, 2]],
    ["'<i8'", bytes(new BigInt64Array([-5n, 2n ** 40n])), [-5, 2 ** 40]],
    ["'<u8'", bytes(new BigUint64Array([5n, 2n ** 40n])), [5, 2 ** 40]],
    ["'<u2'", bytes(new Uint16Array([65535, 1])), [65535, 1]],
    ["'<u4'", bytes(new Uint32Array([4294967295, 1])), [4294967295, 1]],
    ["'|b1'", new Uint8Array([1, 0]), [1, 0]],
    ["'<U2'", bytes(new Uint32Array([0x6f, 0x6b, 0x1f600, 0])), ["ok", "😀"]],
    ["'>U1'", new Uint8Array([0, 0, 0, 0x61, 0, 0, 0, 0x62]), ["a", "b"]],
    ["'|S3'", new TextEncoder().encode("abcd\0\0"), ["abc", "d"]],
  ];
  for (const [descr, payload, expected] of cases) {
    const found = decodeNpy("x", npy(descr, "2,", payload), "x.npy");
    expect([descr, Array.from(found.values as ArrayLike<number | string>)]).toEqual([descr, expected]);
  }
});

test("Fortran order is turned into row-major", () => {
  // numpy.asfortranarray([[1, 2, 3], [4, 5, 6]]) stores columns first.
  const found = decodeNpy("x", npy("'<f4'", "2, 3", bytes(new Float32Array([1, 4, 2, 5, 3, 6])), "True"), "x.npy");
  expect(found.shape).toEqual([2, 3]);
  expect([...(found.values as Float32Array)]).toEqual([1, 2, 3, 4, 5, 6]);
});

test.each([
  ["'|O'", "pickled Python objects"],
  ["[('a', '<f4')]", "structured array"],
  ["'<c8'", "element type <c8"],
])("an array of type %s is refused with a reason and a remedy", (descr, reason) => {
  expect(() => decodeNpy("x", npy(descr, "1,", new Uint8Array(8)), "x.npy")).toThrow(reason);
});

test("an array that is cut off, a wide integer and another format are refused", () => {
  expect(() => decodeNpy("x", npy("'<f4'", "4,", new Uint8Array(8)), "x.npy")).toThrow(
    "cut off: 4 elements need 16 bytes, and 8",
  );
  expect(() => decodeNpy("x", npy("'<i8'", "1,", bytes(new BigInt64Array([2n ** 60n]))), "x.npy")).toThrow(
    "element 0 is 1152921504606846976",
  );
  expect(() => decodeNpy("x", new TextEncoder().encode("hello, this is text"), "x.npy")).toThrow(
    "does not start like a NumPy array",
  );
});

test("half precision: all finite patterns survive, rounding is to even", () => {
  const patterns = Uint16Array.from({ length: 0x10000 }, (_, pattern) => pattern).filter(
    (pattern) => (pattern & 0x7c00) !== 0x7c00,
  );
  expect(narrowHalf(widenHalf(patterns))).toEqual(patterns);
  expect([...narrowHalf([2049, 2051, 65519, 65520, Number.NaN])]).toEqual([0x6800, 0x6802, 0x7bff, 0x7c00, 0x7e00]);
});

const elements: readonly (readonly [ColumnType, (values: readonly number[]) => NumericArray])[] = [
  ["f32", (values) => Float32Array.from(values)],
  ["f64", (values) => Float64Array.from(values)],
  ["i8", (values) => Int8Array.from(values)],
  ["u16", (values) => Uint16Array.from(values)],
  ["i32", (values) => Int32Array.from(values)],
  // -0 is no whole number of 64 bits: adding 0 makes it 0.
  ["i64", (values) => Float64Array.from(values, (value) => Math.trunc(value) + 0)],
  ["bool", (values) => Uint8Array.from(values, (value) => (value > 0 ? 1 : 0))],
];

const anyColumn: fc.Arbitrary<Column> = fc
  .tuple(
    fc.constantFrom(...elements),
    fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 3 }),
    fc.nat(),
    fc.boolean(),
  )
  .map(([[type, make], shape, seed, words]) => {
    const count = shape.reduce((product, size) => product * size, 1);
    const numbers = Array.from({ length: count }, (_, at) => ((seed + at * 37) % 201) - 100 + 0.25);
    if (words) return { name: "w", type: "text" as const, shape, values: numbers.map((value) => `é,"${value}\n`) };
    return { name: "x", type, shape, values: make(numbers) };
  });

test("npz: what is written is read back, header and values", async () => {
  const folder = await temporaryFolder();
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(anyColumn, { selector: ({ name }) => name, minLength: 1 }), async (list) => {
      const path = join(folder, "round.npz");
      await writeNpz(path, columnsOf(list));
      const header = await readHeader(path);
      expect(header.columns).toEqual(list.map(({ name, type, shape }) => ({ name, type, shape })));
      expect([...(await readColumns(path)).values()]).toEqual(list);
    }),
    { numRuns: 40 },
  );
});

test("npz: the same columns give the same bytes, and only the columns asked for are read", async () => {
  const folder = await temporaryFolder();
  const list = columnsOf([
    { name: "a", type: "f32", shape: [2], values: new Float32Array([1, 2]) },
    { name: "b", type: "text", shape: [2], values: ["x", "yy"] },
  ]);
  await writeNpz(join(folder, "one.npz"), list);
  await writeNpz(join(folder, "two.npz"), list);
  expect(await readFile(join(folder, "one.npz"))).toEqual(await readFile(join(folder, "two.npz")));
  expect([...(await readColumns(join(folder, "one.npz"), ["b"])).keys()]).toEqual(["b"]);
  await expect(readColumns(join(folder, "one.npz"), ["c"])).rejects.toThrow("there is no column c");
});

/** A zip whose directory keeps sizes, offset and entry count in zip64 fields only, as tools write for big archives. */
function zip64Archive(name: string, content: Uint8Array, checksum: number): Uint8Array {
  const packed = deflateRawSync(content);
  const label = new TextEncoder().encode(name);
  const full = 0xffffffff;
  const local = new DataView(new ArrayBuffer(30));
  local.setUint32(0, 0x04034b50, true);
  local.setUint16(8, 8, true);
  local.setUint16(26, label.length, true);
  const central = new DataView(new ArrayBuffer(46));
  central.setUint32(0, 0x02014b50, true);
  central.setUint16(10, 8, true);
  central.setUint32(16, checksum, true);
  for (const at of [20, 24, 42]) central.setUint32(at, full, true);
  central.setUint16(28, label.length, true);
  central.setUint16(30, 28, true);
  const extra = new DataView(new ArrayBuffer(28));
  extra.setUint16(0, 1, true);
  extra.setUint16(2, 24, true);
  extra.setBigUint64(4, BigInt(content.length), true);
  extra.setBigUint64(12, BigInt(packed.length), true);
  const start = 30 + label.length + packed.length;
  const length = 46 + label.length + 28;
  const record = new DataView(new ArrayBuffer(56));
  record.setUint32(0, 0x06064b50, true);
  record.setBigUint64(32, 1n, true);
  record.setBigUint64(40, BigInt(length), true);
  record.setBigUint64(48, BigInt(start), true);
  const locator = new DataView(new ArrayBuffer(20));
  locator.setUint32(0, 0x07064b50, true);
  locator.setBigUint64(8, BigInt(start + length), true);
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(10, 0xffff, true);
  end.setUint32(12, full, true);
  end.setUint32(16, full, true);
  return Buffer.concat([
    bytes(local),
    label,
    packed,
    bytes(central),
    label,
    bytes(extra),
    bytes(record),
    bytes(locator),
    bytes(end),
  ]);
}

/** CRC-32 the slow way, bit by bit. */
function checksum(content: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of content) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

test("npz: a zip64 directory is read", async () => {
  const path = join(await temporaryFolder(), "wide.npz");
  const column: Column = { name: "x", type: "f32", shape: [3], values: new Float32Array([1, 2, 3]) };
  const content = encodeNpy(column);
  await writeFile(path, zip64Archive("x.npy", content, checksum(content)));
  expect((await readHeader(path)).columns).toEqual([{ name: "x", type: "f32", shape: [3] }]);
  expect([...(await readColumns(path)).values()]).toEqual([column]);
});

test("npz: a cut, damaged, foreign or missing file is refused", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "x.npz");
  const whole = columnsOf([
    { name: "x", type: "f32", shape: [500], values: Float32Array.from({ length: 500 }, (_, at) => Math.sin(at)) },
  ]);
  await writeNpz(path, whole);
  const content = await readFile(path);
  const damaged = Uint8Array.from(content);
  damaged[700] = (damaged[700] as number) ^ 0xff;
  await writeFile(join(folder, "damaged.npz"), damaged);
  await expect(readColumns(join(folder, "damaged.npz"))).rejects.toThrow("bytes are damaged");
  await truncate(path, content.length - 30);
  await expect(readHeader(path)).rejects.toThrow("not a whole zip archive");
  await expect(readHeader(join(folder, "none.npz"))).rejects.toThrow("there is no such file");
  await expect(readHeader(folder)).rejects.toThrow("it is a folder");
  await writeFile(join(folder, "x.mat"), "");
  await expect(readHeader(join(folder, "x.mat"))).rejects.toThrow("It reads .npz, .npy, .csv");
});

test("npy: a lone array is a column named after its file", async () => {
  const path = join(await temporaryFolder(), "text.npy");
  await writeFile(path, encodeNpy({ name: "anything", type: "i32", shape: [2, 1], values: new Int32Array([7, 8]) }));
  expect((await readHeader(path)).columns).toEqual([{ name: "text", type: "i32", shape: [2, 1] }]);
  expect((await readColumns(path)).get("text")?.values).toEqual(new Int32Array([7, 8]));
});

async function csvOf(text: string): Promise<string> {
  const path = join(await temporaryFolder(), "table.csv");
  await writeFile(path, text);
  return path;
}

test("csv: columns are typed by their cells; quotes, byte order mark and empty cells", async () => {
  const path = await csvOf('\ufeffid,n,x,flag,words\r\n007,1,0.5,true,"a, ""b""\nc"\r\n008,-2,,FALSE,d\r\n');
  const columns = await readColumns(path);
  expect((await readHeader(path)).columns.map(({ name, type, shape }) => [name, type, ...shape])).toEqual([
    ["id", "text", 2],
    ["n", "i64", 2],
    ["x", "f64", 2],
    ["flag", "bool", 2],
    ["words", "text", 2],
  ]);
  expect([...columns.values()].map((column) => Array.from(column.values as ArrayLike<number | string>))).toEqual([
    ["007", "008"],
    [1, -2],
    [0.5, Number.NaN],
    [1, 0],
    ['a, "b"\nc', "d"],
  ]);
});

test.each([
  ["a,b\n1,2\n3\n", "another number of cells than the first row"],
  ["a,a\n1,2\n", 'two columns are called "a"'],
  ['a,b\n1,"2\n', "not well-formed csv"],
  ["", "it is empty"],
])("csv: %j is refused", async (text, reason) => {
  const path = await csvOf(text);
  await expect(readColumns(path)).rejects.toThrow(reason);
  await expect(readHeader(path)).rejects.toThrow(FormatError);
});

test("csv: what is written is read back, vectors as numbered columns", async () => {
  const path = join(await temporaryFolder(), "out.csv");
  const values = new Float64Array([0.1, -2, Number.NaN, 4]);
  await writeColumns(
    path,
    columnsOf([
      { name: "p", type: "f64", shape: [2, 2], values },
      { name: "w", type: "text", shape: [2], values: ['q"', " a,b\n"] },
    ]),
  );
  const columns = await readColumns(path);
  expect([...columns.keys()]).toEqual(["p_0", "p_1", "w"]);
  expect(columns.get("p_0")?.values).toEqual(new Float64Array([0.1, Number.NaN]));
  expect(columns.get("w")?.values).toEqual(['q"', " a,b\n"]);
  await expect(writeColumns(join(path, "x.mat"), columns)).rejects.toThrow("Give it .npz or .csv");
});

test("real files: headers and values", async (context) => {
  const mosi = sharedData("mosi/mosi_utterance.npz");
  const mfeat = sharedData("mfeat/mfeat.npz");
  if (mosi === undefined || mfeat === undefined) return context.skip("the shared data folder is not there");
  expect((await readHeader(mosi)).columns.map(({ name, type, shape }) => `${name} ${type} ${shape.join("x")}`)).toEqual([
    "text f32 2199x100",
    "audio f32 2199x73",
    "video f32 2199x100",
    "label f32 2199",
    "fold_std u8 2199",
    "fold_bclstm u8 2199",
  ]);
  const label = (await readColumns(mosi, ["label"])).get("label")?.values as Float32Array;
  expect([...label.slice(0, 3)].map((value) => Math.round(value * 10) / 10)).toEqual([2.4, -0.8, -1]);
  // fac is stored in Fortran order; these are the first cells of the source table's first row.
  const fac = (await readColumns(mfeat, ["fac"])).get("fac");
  expect(fac?.shape).toEqual([2000, 216]);
  expect(Array.from((fac?.values ?? []) as ArrayLike<number>).slice(0, 3)).toEqual([98, 236, 531]);
});
