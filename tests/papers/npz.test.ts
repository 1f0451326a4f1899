// examples/npz.mjs, by which the examples' data scripts read and write archives: what it writes, mmx reads, and so does it.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { strToU8, zipSync } from "fflate";
import { afterAll, describe, expect, test } from "vitest";
import { halves, numbers, readArrays, readSource, texts, writeArchive } from "../../examples/npz.mjs";
import { readColumns } from "../../src/runtime/data/formats/index.ts";

const folder = mkdtempSync(join(tmpdir(), "mmx-npz-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const script = (code: string) => {
  const module = JSON.stringify(fileURLToPath(new URL("../../examples/npz.mjs", import.meta.url)));
  const given = ["--input-type=module", "--eval", `import { readSource } from ${module}; ${code}`];
  return spawnSync(process.execPath, given, { encoding: "utf8" });
};

describe("an archive", () => {
  const path = join(folder, "deep", "a.npz");
  const arrays = {
    table: numbers(Float32Array.of(1, 2, 3, 4, 5, -0.5), [2, 3]),
    counts: numbers(Int32Array.of(7, -7)),
    words: texts(["né", "🙂 is one"]),
  };

  test("is what mmx reads", async () => {
    const size = writeArchive(path, arrays);
    expect(size).toBe(readFileSync(path).length);
    const columns = await readColumns(path);
    expect(columns.get("table")).toMatchObject({ shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, -0.5) });
    expect(columns.get("counts")).toMatchObject({ shape: [2], values: Int32Array.of(7, -7) });
    expect(columns.get("words")).toMatchObject({ shape: [2], values: ["né", "🙂 is one"] });
    expect(readdirSync(join(folder, "deep"))).toEqual(["a.npz"]);
  });

  test("comes back with shapes, and has the same bytes each time", () => {
    writeArchive(path, arrays);
    const before = readFileSync(path);
    expect(readArrays(before, ["counts", "table"])).toEqual({
      counts: { shape: [2], values: Int32Array.of(7, -7) },
      table: { shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, -0.5) },
    });
    writeArchive(path, arrays);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test("that has no such array, or one stored otherwise, is named", () => {
    writeArchive(path, arrays);
    expect(() => readArrays(readFileSync(path), ["sound"])).toThrow("the archive has no array sound");
    expect(() => readArrays(readFileSync(path), ["words"])).toThrow("words is stored otherwise");
    expect(() => numbers(Float32Array.of(1, 2, 3), [2, 2])).toThrow("3 values do not fill the shape [2, 2]");
  });

  test("of half-precision numbers gives their values", () => {
    const bits = Uint16Array.of(0x3c00, 0xc000, 0x3555, 0x0001, 0x8400, 0x0000);
    const head = "{'descr': '<f2', 'fortran_order': False, 'shape': (6,), }".padEnd(117);
    const start = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]);
    const file = Buffer.concat([start, strToU8(`${head}\n`), Buffer.from(bits.buffer)]);
    const expected = Float32Array.of(1, -2, 0.333251953125, 2 ** -24, -(2 ** -14), 0);
    expect(halves(Buffer.from(bits.buffer))).toEqual(expected);
    expect(readArrays(zipSync({ "x.npy": file }), ["x"]).x).toEqual({ shape: [6], values: expected });
  });
});

describe("a source", () => {
  const path = join(folder, "source.csv");
  writeFileSync(path, "a,b\n");
  const sum = createHash("sha256").update("a,b\n").digest("hex");

  test("of the right checksum is read", () => {
    expect(Buffer.from(readSource(path, { usage: "node x.mjs", sum })).toString()).toBe("a,b\n");
  });

  test("that is not there, or another, ends the script in one line", () => {
    const missing = script(`readSource("nowhere.csv", { usage: "node x.mjs FOLDER" });`);
    expect(missing).toMatchObject({ status: 2, stderr: "nowhere.csv is not there; usage: node x.mjs FOLDER\n" });
    const other = script(`readSource(${JSON.stringify(path)}, { usage: "node x.mjs", sum: "12" });`);
    expect(other.status).toBe(2);
    expect(other.stderr).toBe(`${path} is another file than the README's: its SHA-256 is ${sum}, not 12\n`);
  });
});
