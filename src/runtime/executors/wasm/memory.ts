// The memory of a session: a control block, then blocks that last (variables, constants), then the workspace, which all
// programs use in turn. Nothing in the workspace outlives a run, so it may move up whenever more lasting blocks are needed.
import { controlBytes } from "../../../compiler/emit/wasm/program-control.ts";
import { ExecutionError } from "../feeds.ts";

export interface Views {
  readonly f32: Float32Array;
  readonly i32: Int32Array;
}

export interface SessionMemory {
  readonly memory: WebAssembly.Memory;
  readonly shared: boolean;
  readonly maximumPages: number;
  /** Views of all of the memory as it is now; those taken earlier may end too soon. */
  views(): Views;
  /** The address of a new lasting block, a multiple of 64; its bytes hold anything. Throws `ExecutionError` where there is no room. */
  allocate(bytes: number): number;
  free(address: number): void;
  /** How many lasting blocks there are. */
  blocks(): number;
  /** The address of a workspace of so many bytes, good until the next `allocate`. Throws `ExecutionError` where there is no room. */
  workspace(bytes: number): number;
}

const pageBytes = 65536;
/** The most that 32-bit addresses reach, and less for where so much address space cannot be had. */
const maximumPages = [65536, 32768, 16384, 4096];
/** Of the control block: the driver's part, then the executor's (crew.ts). */
const reservedBytes = 4096;

const aligned = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** Shared memory is taken where it is wanted and allowed. */
export function sessionMemory(wantShared: boolean): SessionMemory {
  const { memory, shared, maximum } = createMemory(wantShared);
  let buffer = memory.buffer;
  let views: Views = viewsOf(buffer);
  /** Lasting blocks and the gaps between them, by address: every byte from `reservedBytes` to `top` is in one of the two. */
  const used = new Map<number, number>();
  const gaps: { address: number; bytes: number }[] = [];
  let top = reservedBytes;

  const reach = (end: number): void => {
    const missing = Math.ceil((end - memory.buffer.byteLength) / pageBytes);
    if (missing <= 0) return;
    try {
      memory.grow(missing);
    } catch (error) {
      const needed = `${Math.ceil(end / 2 ** 20)} MiB`;
      throw new ExecutionError(
        `the backend wasm has no room for ${needed}: its memory ends at ${maximum / 16} MiB, and the system may give less. A smaller batch needs less`,
        { cause: error },
      );
    }
  };
  const addGap = (address: number, bytes: number): void => {
    const at = gaps.findIndex((gap) => gap.address > address);
    gaps.splice(at === -1 ? gaps.length : at, 0, { address, bytes });
    for (let index = gaps.length - 1; index > 0; index -= 1) {
      const [left, right] = [gaps[index - 1], gaps[index]];
      if (left === undefined || right === undefined || left.address + left.bytes !== right.address) continue;
      left.bytes += right.bytes;
      gaps.splice(index, 1);
    }
    const last = gaps.at(-1);
    if (last === undefined || last.address + last.bytes !== top) return;
    top = last.address;
    gaps.pop();
  };

  return {
    memory,
    shared,
    maximumPages: maximum,
    views() {
      if (memory.buffer !== buffer) {
        buffer = memory.buffer;
        views = viewsOf(buffer);
      }
      return views;
    },
    allocate(bytes) {
      const size = Math.max(64, aligned(bytes));
      const at = gaps.findIndex((gap) => gap.bytes >= size);
      const gap = gaps[at];
      let address = top;
      if (gap === undefined) {
        reach(top + size);
        top += size;
      } else {
        address = gap.address;
        gap.address += size;
        gap.bytes -= size;
        if (gap.bytes === 0) gaps.splice(at, 1);
      }
      used.set(address, size);
      return address;
    },
    free(address) {
      const bytes = used.get(address);
      if (bytes === undefined) throw new RangeError(`there is no block at ${address}`);
      used.delete(address);
      addGap(address, bytes);
    },
    blocks: () => used.size,
    workspace(bytes) {
      reach(top + bytes);
      return top;
    },
  };
}

const viewsOf = (buffer: ArrayBuffer | SharedArrayBuffer): Views => ({
  f32: new Float32Array(buffer),
  i32: new Int32Array(buffer),
});

function createMemory(wantShared: boolean): { memory: WebAssembly.Memory; shared: boolean; maximum: number } {
  const initial = Math.ceil((reservedBytes + controlBytes) / pageBytes);
  let failure: unknown;
  for (const shared of wantShared && sharedMemoryAllowed() ? [true, false] : [false]) {
    for (const maximum of maximumPages) {
      try {
        return { memory: new WebAssembly.Memory({ initial, maximum, shared }), shared, maximum };
      } catch (error) {
        failure = error;
      }
    }
  }
  throw new ExecutionError("the backend wasm cannot start: the system gives WebAssembly no memory", { cause: failure });
}

/** Browsers give shared memory only to pages that are isolated from other sites. */
function sharedMemoryAllowed(): boolean {
  return (
    typeof SharedArrayBuffer === "function" && (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated !== false
  );
}
