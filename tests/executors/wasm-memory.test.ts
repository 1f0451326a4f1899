// The memory of a wasm session: lasting blocks that never overlap, the workspace above them.
import fc from "fast-check";
import { expect, test } from "vitest";
import { sessionMemory } from "../../src/runtime/executors/wasm/memory.ts";
import { threadCount } from "../../src/runtime/executors/wasm/threads.ts";

test("blocks never overlap, whatever is allocated and freed; in the end all room is one again", () => {
  const command = fc.oneof(fc.integer({ min: 0, max: 500 }), fc.constant("free" as const));
  fc.assert(
    fc.property(fc.array(command, { maxLength: 60 }), fc.nat(), (commands, pick) => {
      const memory = sessionMemory(false);
      const empty = memory.workspace(0);
      const held: { readonly address: number; readonly bytes: number }[] = [];
      for (const [at, each] of commands.entries()) {
        if (each === "free") {
          const [block] = held.splice((pick + at) % Math.max(1, held.length), 1);
          if (block !== undefined) memory.free(block.address);
          continue;
        }
        const address = memory.allocate(each);
        expect(address % 64).toBe(0);
        expect(address).toBeGreaterThanOrEqual(empty);
        for (const other of held) {
          expect(address + each <= other.address || other.address + other.bytes <= address).toBe(true);
        }
        held.push({ address, bytes: each });
        expect(memory.workspace(16)).toBeGreaterThanOrEqual(address + each);
      }
      expect(memory.blocks()).toBe(held.length);
      for (const { address } of held) memory.free(address);
      expect(memory.workspace(0)).toBe(empty);
    }),
  );
});

test.each([false, true])("grows, and keeps what is there (shared: %s)", (shared) => {
  const memory = sessionMemory(shared);
  expect(memory.shared).toBe(shared);
  const address = memory.allocate(4);
  memory.views().f32[address / 4] = 7;
  const workspace = memory.workspace(5_000_000);
  expect(memory.views().f32.byteLength).toBeGreaterThanOrEqual(workspace + 5_000_000);
  expect(memory.views().f32[address / 4]).toBe(7);
});

test("says what is too large", () => {
  const memory = sessionMemory(false);
  expect(() => memory.workspace(5 * 2 ** 30)).toThrow(/^the backend wasm has no room for 5121 MiB: its memory ends at 4096 MiB/);
  expect(() => memory.free(12)).toThrow("there is no block at 12");
});

test("threads: what MMX_THREADS says, else one a core, at most 8", () => {
  expect(threadCount({}, 2)).toBe(2);
  expect(threadCount({ MMX_THREADS: "" }, 64)).toBe(8);
  expect(threadCount({ MMX_THREADS: "12" }, 2)).toBe(12);
  for (const wrong of ["0", "two", "1.5", "65"]) {
    expect(() => threadCount({ MMX_THREADS: wrong }, 2)).toThrow(
      `MMX_THREADS is ${wrong}, where the number of threads is meant: 1 to 64`,
    );
  }
});
