// Checkpoints on disk: what is written comes back, and every kind of damage is named.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { HostTensor } from "../../src/runtime/executors/executor.ts";
import { type CheckpointHeader, loadCheckpoint, saveCheckpoint } from "../../src/runtime/train/checkpoint.ts";
import { decodeSafetensors, encodeSafetensors } from "../../src/runtime/train/safetensors.ts";
import { stageStart } from "../../src/runtime/train/stage.ts";

const header: CheckpointHeader = {
  format: "mmx-checkpoint",
  version: 1,
  model: "Tri",
  seed: 1111,
  planHash: "a".repeat(64),
  executor: "tfjs-cpu",
  position: { ...stageStart(0), running: { samples: 3, sums: { "": 0.1 + 0.2, task: 1e-300 } } },
  statistics: { mosi: { text: { mean: [0.5], scale: [2] } } },
};
const variables = new Map<string, HostTensor>([
  ["Tri/h/text/Coder/Linear.weight", { dtype: "f32", shape: [2, 3], data: Float32Array.of(1, -0, 3.5, 1e-40, 5, 6) }],
  ["Tri/seen", { dtype: "i32", shape: [2], data: Int32Array.of(-1, 2147483647) }],
  ["Tri/exact", { dtype: "f32", shape: [], data: Float64Array.of(Math.PI) }],
  ["Tri/none", { dtype: "f32", shape: [0, 4], data: new Float32Array(0) }],
]);

let path: string;
beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), "mmx-checkpoint-")), "last.safetensors");
});

describe("round trip", () => {
  test("all bits of tensors and header come back, and nothing else is left in the folder", async () => {
    await saveCheckpoint(path, { header, variables });
    const loaded = await loadCheckpoint(path);
    expect(loaded.header).toEqual(header);
    expect(loaded.variables).toEqual(variables);
    expect(readdirSync(join(path, ".."))).toEqual(["last.safetensors"]);
  });

  test("the file follows the format: header length, JSON, then tensors aligned and without gaps", async () => {
    const bytes = encodeSafetensors({ tensors: variables, metadata: { note: "x" } });
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const json = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<
      string,
      { data_offsets: [number, number] }
    >;
    expect(length % 8).toBe(0);
    expect(json.__metadata__).toEqual({ note: "x" });
    expect(json["Tri/exact"]).toEqual({ dtype: "F64", shape: [], data_offsets: [0, 8] });
    const ends = Object.entries(json).flatMap(([name, entry]) => (name === "__metadata__" ? [] : [entry.data_offsets]));
    expect(ends.sort((a, b) => a[0] - b[0] || a[1] - b[1])).toEqual([
      [0, 8],
      [8, 32],
      [32, 40],
      [40, 40],
    ]);
    expect(bytes.length).toBe(8 + length + 40);
  });

  test("a tensor with a value that is not finite is not kept", async () => {
    const spoiled = new Map([["w", { dtype: "f32", shape: [1], data: Float32Array.of(Number.NaN) } as const]]);
    await expect(saveCheckpoint(path, { header, variables: spoiled })).rejects.toThrow(/w holds a value that is not finite/);
    await expect(loadCheckpoint(path)).rejects.toThrow(/there is no such file/);
  });
});

describe("damage", () => {
  const damaged = async (change: (bytes: Buffer) => Uint8Array): Promise<string> => {
    await saveCheckpoint(path, { header, variables });
    writeFileSync(path, change(readFileSync(path)));
    return loadCheckpoint(path).then(
      () => "nothing",
      (problem: Error) => problem.message,
    );
  };
  /** Replaces text in the header by text of the same length, so that nothing else moves. */
  const replace =
    (from: string, to: string) =>
    (bytes: Buffer): Buffer => {
      const at = bytes.indexOf(from);
      expect(at).toBeGreaterThan(0);
      expect(to.length).toBe(from.length);
      bytes.write(to, at);
      return bytes;
    };

  test("is named", async () => {
    expect(await damaged(() => new Uint8Array(3))).toMatch(/damaged: it has 3 bytes/);
    expect(await damaged((bytes) => bytes.subarray(0, bytes.length - 1))).toMatch(/damaged: it is cut off/);
    expect(await damaged((bytes) => bytes.subarray(0, 100))).toMatch(/damaged: its header claims \d+ bytes, but 92 are there/);
    expect(await damaged((bytes) => Buffer.concat([bytes, Buffer.alloc(4)]))).toMatch(
      /its tensors take 40 bytes, but 44 are there/,
    );
    const flipped = (bytes: Buffer): Buffer => {
      bytes[bytes.length - 2] = (bytes[bytes.length - 2] ?? 0) ^ 1;
      return bytes;
    };
    expect(await damaged(flipped)).toMatch(/do not have the checksum written with them/);
    expect(await damaged(replace('"shape":[2,3]', '"shape":[2,4]'))).toMatch(/takes 24 bytes, but its shape needs 32/);
  });

  test("of the header is given with line and column", async () => {
    expect(await damaged(replace('"dtype":"F32"', '"dtype":"Q32"'))).toMatch(
      /last\.safetensors \(header\):1:\d+: .*dtype must be one of F32, F64, I32/,
    );
    expect(await damaged(replace('{"__metadata__"', '["__metadata__"'))).toMatch(
      /\(header\):1:\d+: a comma or \] should stand here/,
    );
    expect(await damaged(replace('\\"seed\\":1111', '\\"seed\\":null'))).toMatch(
      /__metadata__\.mmx\):1:\d+: seed must be integer/,
    );
    expect(await damaged(replace('\\"batch\\":0', '\\"batsh\\":0'))).toMatch(
      /__metadata__\.mmx\):1:\d+: “batsh” is not known here/,
    );
  });

  test("a safetensors file that is no checkpoint", async () => {
    writeFileSync(path, encodeSafetensors({ tensors: variables, metadata: {} }));
    await expect(loadCheckpoint(path)).rejects.toThrow(/no checkpoint of mmx/);
    expect((await decodeSafetensors(readFileSync(path), path)).tensors).toEqual(variables);
  });
});
