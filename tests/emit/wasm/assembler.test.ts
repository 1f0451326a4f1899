// The assembler, by running what it writes: scalars, vectors, loops, branches, calls, bulk memory, shared memory and atomics.
import { describe, expect, it } from "vitest";
import type { FunctionBuilder, ModuleBuilder, WasmType } from "../../../src/compiler/emit/wasm/assembler.ts";
import { encodeSigned, encodeSigned64, encodeUnsigned } from "../../../src/compiler/emit/wasm/encode.ts";
import { moduleBuilder } from "../../../src/compiler/emit/wasm/module-builder.ts";
import { type Opcode, opcodes } from "../../../src/compiler/emit/wasm/opcodes.ts";

type Exported = (...values: (number | bigint)[]) => number | bigint | undefined;

function instantiate(write: (module: ModuleBuilder) => void, memory?: WebAssembly.Memory): Record<string, Exported> {
  const module = moduleBuilder();
  if (memory !== undefined) {
    const shared = memory.buffer instanceof SharedArrayBuffer;
    module.importMemory("host", "memory", { initialPages: 1, maximumPages: 2, shared });
  }
  const twice = module.importFunction("host", "twice", ["i32"], ["i32"]);
  expect(twice.index).toBe(0);
  write(module);
  const imports = { host: { memory: memory ?? 0, twice: (value: number) => 2 * value } };
  return new WebAssembly.Instance(new WebAssembly.Module(module.finish()), imports).exports as Record<string, Exported>;
}

function single(
  params: readonly WasmType[],
  results: readonly WasmType[],
  body: (f: FunctionBuilder) => void,
  memory?: WebAssembly.Memory,
): Exported {
  return instantiate((module) => module.function("run", params, results, body, { exported: true }), memory).run as Exported;
}

const memory = (shared = false) => new WebAssembly.Memory({ initial: 1, maximum: 2, shared });

describe("numbers in LEB128", () => {
  const encode = (write: (out: number[]) => void): number[] => {
    const out: number[] = [];
    write(out);
    return out;
  };
  it("writes unsigned numbers", () => {
    expect(encode((out) => encodeUnsigned(out, 0))).toEqual([0]);
    expect(encode((out) => encodeUnsigned(out, 624485))).toEqual([0xe5, 0x8e, 0x26]);
    expect(encode((out) => encodeUnsigned(out, 2 ** 32 - 1))).toEqual([0xff, 0xff, 0xff, 0xff, 0x0f]);
  });
  it("writes signed numbers", () => {
    expect(encode((out) => encodeSigned(out, 63))).toEqual([63]);
    expect(encode((out) => encodeSigned(out, 64))).toEqual([0xc0, 0x00]);
    expect(encode((out) => encodeSigned(out, -123456))).toEqual([0xc0, 0xbb, 0x78]);
    expect(encode((out) => encodeSigned64(out, -123456n))).toEqual([0xc0, 0xbb, 0x78]);
  });
});

describe("the assembler", () => {
  it.each([0, 1, -1, 63, 64, -64, -65, 8191, 2 ** 31 - 1, -(2 ** 31)])("gives constants of %i back", (value) => {
    expect(single([], ["i32"], (f) => f.i32(value))()).toBe(value);
    expect(single([], ["i64"], (f) => f.i64(BigInt(value) * 2n ** 31n))()).toBe(BigInt(value) * 2n ** 31n);
    expect(single([], ["f32"], (f) => f.f32(value / 4))()).toBe(Math.fround(value / 4));
    expect(single([], ["f64"], (f) => f.f64(value / 3))()).toBe(value / 3);
  });

  it("keeps locals of different types apart and reuses what is given back", () => {
    const run = single(["i32"], ["f32"], (f) => {
      const [x] = f.params;
      if (x === undefined) throw new RangeError("a parameter is missing");
      const [a, b, c] = [f.local("f32"), f.local("i32"), f.local("f32")];
      f.release(a);
      expect(f.local("f32")).toBe(a);
      f.get(x);
      f.i32(3);
      f.op("i32.mul");
      f.tee(b);
      f.op("f32.convert_i32_s");
      f.set(c);
      f.f32(0.5);
      f.set(a);
      f.get(a);
      f.get(c);
      f.op("f32.add");
    });
    expect(run(7)).toBe(21.5);
    expect(() => single(["i32"], [], (f) => f.release(...f.params))).toThrow(RangeError);
  });

  it("loops, branches and calls", () => {
    const exports = instantiate((module) => {
      const square = module.function("square", ["i32"], ["i32"], (f) => {
        for (const param of [...f.params, ...f.params]) f.get(param);
        f.op("i32.mul");
      });
      module.function(
        "sumOfSquares",
        ["i32"],
        ["i32"],
        (f) => {
          const [limit] = f.params;
          if (limit === undefined) throw new RangeError("a parameter is missing");
          const [at, total] = [f.local("i32"), f.local("i32")];
          f.block((done) => {
            f.loop((again) => {
              f.get(at);
              f.get(limit);
              f.op("i32.ge_s");
              f.branchIf(done);
              f.get(total);
              f.get(at);
              f.call(square);
              f.op("i32.add");
              f.set(total);
              f.get(at);
              f.i32(1);
              f.op("i32.add");
              f.set(at);
              f.branch(again);
            });
          });
          f.get(total);
        },
        { exported: true },
      );
    });
    expect(exports.sumOfSquares?.(5)).toBe(0 + 1 + 4 + 9 + 16);
    expect(exports.sumOfSquares?.(0)).toBe(0);
    expect(exports.square).toBeUndefined();
  });

  it("chooses with results", () => {
    const run = single(["i32"], ["f32"], (f) => {
      for (const param of f.params) f.get(param);
      f.if(
        () => f.f32(1),
        () => f.f32(2),
        "f32",
      );
    });
    expect([run(1), run(0)]).toEqual([1, 2]);
  });

  it("calls imported functions", () => {
    const exports = instantiate((module) => {
      const host = { index: 0, name: "twice", params: ["i32"], results: ["i32"] } as const;
      module.function(
        "run",
        ["i32"],
        ["i32"],
        (f) => {
          for (const param of f.params) f.get(param);
          f.call(host);
        },
        { exported: true },
      );
    });
    expect(exports.run?.(21)).toBe(42);
  });

  it("computes on four lanes, moves lanes, and reads and writes single ones", () => {
    const shared = memory();
    const floats = new Float32Array(shared.buffer);
    floats.set([1, 2, 3, 4, 10, 20, 30, 40]);
    const run = single(
      ["i32"],
      ["f32"],
      (f) => {
        const [at] = f.params;
        if (at === undefined) throw new RangeError("a parameter is missing");
        const sum = f.local("v128");
        f.get(at);
        f.get(at);
        f.memory("v128.load", 0);
        f.get(at);
        f.memory("v128.load", 16);
        f.op("f32x4.add");
        f.f32x4(0.5);
        f.op("f32x4.mul");
        f.tee(sum);
        f.memory("v128.store", 48);
        f.i32(64);
        f.get(sum);
        f.memoryLane("v128.store32_lane", 2, 4);
        f.get(sum);
        f.get(sum);
        f.shuffle([12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3]);
        f.lane("f32x4.extract_lane", 0);
      },
      shared,
    );
    expect(run(0)).toBe(22);
    expect([...floats.subarray(12, 16)]).toEqual([5.5, 11, 16.5, 22]);
    expect(floats[17]).toBe(16.5);
  });

  it("fills and copies memory", () => {
    const buffer = memory();
    const run = single(
      [],
      [],
      (f) => {
        f.i32(8);
        f.i32(7);
        f.i32(4);
        f.op("memory.fill");
        f.i32(20);
        f.i32(6);
        f.i32(4);
        f.op("memory.copy");
      },
      buffer,
    );
    run();
    expect([...new Uint8Array(buffer.buffer, 0, 26)]).toEqual([
      ...[0, 0, 0, 0, 0, 0, 0, 0, 7, 7, 7, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 7, 0, 0],
    ]);
  });

  it("has atomic instructions on shared memory", () => {
    const shared = memory(true);
    const words = new Int32Array(shared.buffer);
    words[1] = 5;
    const run = single(
      [],
      ["i32"],
      (f) => {
        f.i32(4);
        f.i32(3);
        f.memory("i32.atomic.rmw.add");
        f.op("atomic.fence");
        f.i32(8);
        f.i32(4);
        f.memory("i32.atomic.load");
        f.memory("i32.atomic.store");
        f.i32(0);
        f.i32(1);
        f.memory("memory.atomic.notify");
        f.op("i32.add");
      },
      shared,
    );
    expect(run()).toBe(5);
    expect([...words.subarray(0, 3)]).toEqual([0, 8, 8]);
  });

  it("refuses imports after functions and branches out of their blocks", () => {
    const module = moduleBuilder();
    module.function("first", [], [], () => {});
    expect(() => module.importFunction("host", "late", [], [])).toThrow(RangeError);
    expect(() =>
      single([], [], (f) => {
        let inner: { readonly depth: number } | undefined;
        f.block((label) => {
          inner = label;
        });
        if (inner !== undefined) f.branch(inner);
      }),
    ).toThrow(RangeError);
  });
});

// Operands and results of every instruction without immediates, from its name, so that a wrong code gives an invalid module.
describe("every arithmetic instruction has the code of its name", () => {
  const arithmetic = (Object.keys(opcodes) as Opcode[]).filter((name) =>
    /^[if](32|64)(x[24])?\.(add|sub|mul|div(_[su])?|min(_[su])?|max(_[su])?|abs|neg|sqrt|eq|ne|[lg][te](_[su])?|and|or|xor|sh[lr](_[su])?)$/.test(
      name,
    ),
  );
  it.each(arithmetic)("%s", (name) => {
    const [shape = "", operation = ""] = name.split(".");
    const type = (shape.includes("x") ? "v128" : shape) as WasmType;
    const operands: WasmType[] = /^(abs|neg|sqrt)$/.test(operation)
      ? [type]
      : [type, /^sh/.test(operation) && type === "v128" ? "i32" : type];
    const compares = /^(eq|ne|[lg][te](_[su])?)$/.test(operation) && type !== "v128";
    const module = moduleBuilder();
    module.function("run", operands, [compares ? "i32" : type], (f) => {
      for (const param of f.params) f.get(param);
      f.op(name);
    });
    expect(WebAssembly.validate(module.finish())).toBe(true);
  });
});
