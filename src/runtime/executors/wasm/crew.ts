// The threads of a session besides its own. They sleep until a run is announced in shared memory, then take work items beside the
// session's thread until the run is over; no JavaScript runs in between. A run never waits for a thread to start or to wake; where
// it waits long for one that has work in hand, it hands over to the event loop, which hears of threads that have ended.
import { control } from "../../../compiler/emit/wasm/program-control.ts";
import { ExecutionError } from "../feeds.ts";
import type { SessionMemory } from "./memory.ts";
import { type WorkerMessage, words, workerSource } from "./worker-source.ts";

/** A thread that runs `workerSource` and takes messages. */
export interface WorkerHandle {
  post(message: WorkerMessage): void;
  stop(): void;
}

/** Starts a thread that does not keep the process alive. `failed` is called where it ends by itself or throws. */
export type StartWorker = (source: string, failed: (reason: string) => void) => WorkerHandle;

/** A range of a program's work lists, as the driver's `together` takes it. */
export interface Announcement {
  readonly program: number;
  /** The program's name, for messages. */
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly workspace: number;
  /** The arena of the session's own thread; worker k has the one k · arenaBytes after it, k from 1. */
  readonly arena: number;
  readonly arenaBytes: number;
}

export interface Crew {
  /** Threads, the session's own included. */
  readonly threads: number;
  /** Makes a program known to all threads. */
  load(program: number, module: WebAssembly.Module): void;
  unload(program: number): void;
  /**
   * Runs `own` on this thread while the others help; its first argument is the number of the first list, its result that of the
   * driver's `together`. Over when it returns, unless this thread has waited long for another: then the promise says when it is over.
   * Throws or rejects with `ExecutionError` where a thread failed or was killed.
   */
  run(announcement: Announcement, own: (first: number, patience: number) => number): Promise<void> | undefined;
  /** Throws `ExecutionError` if a run has ended before it was finished: what it should have written may be there or not. */
  check(): void;
  stop(): void;
}

export interface CrewOptions {
  readonly threads: number;
  readonly start: StartWorker;
  /** Whether this thread may sleep; a browser's main thread may not. */
  readonly mayWait: boolean;
}

/** Times that a thread looks whether a work list is over before it sleeps: some tens of microseconds. */
const patience = 20_000;

/** The same for a thread that may not sleep, before it lets its page breathe: some tens of milliseconds. */
const patienceAwake = 2 ** 25;

/** Nothing is started before the first run. */
export function gatherCrew(memory: SessionMemory, { threads, start, mayWait }: CrewOptions): Crew {
  const block = new Int32Array(memory.memory.buffer, 0, words.end);
  const tickets = new BigInt64Array(memory.memory.buffer, 0, words.end / 2);
  const programs = new Map<number, WebAssembly.Module>();
  let workers: readonly WorkerHandle[] | undefined;
  let first = 0;
  /** Why a thread failed. */
  let reason: string | undefined;
  /** The name of the program whose run waits for a thread, between two looks at it. */
  let waiting: string | undefined;
  /** The message of every run and read, once a run has ended before it was finished. */
  let unfinished: string | undefined;

  const announce = (write: () => void): void => {
    // Odd while the words are being written, so that nobody takes half of an announcement.
    Atomics.add(block, words.epoch, 1);
    write();
    Atomics.add(block, words.epoch, 1);
    Atomics.notify(block, words.epoch);
  };
  /** Counted before it is posted: a thread that sees the count leaves for its event loop, where the message will come. */
  const post = (message: WorkerMessage): void => {
    announce(() => Atomics.add(block, words.mail, 1));
    for (const worker of workers ?? []) worker.post(message);
  };
  const begin = (): void => {
    const failed = (why: string): void => {
      reason ??= why;
    };
    try {
      workers = Array.from({ length: threads - 1 }, () => start(workerSource, failed));
    } catch (error) {
      workers = [];
      failed(reasonOf(error));
    }
    Atomics.add(block, words.mail, 1);
    workers.forEach((worker, at) => {
      worker.post({ kind: "start", thread: at + 1, memory: memory.memory });
    });
    for (const [program, module] of programs) post({ kind: "load", program, module });
  };
  const check = (): void => {
    if (unfinished !== undefined) throw new ExecutionError(unfinished);
  };
  const threadFailed = (): boolean => {
    if (Atomics.load(block, words.failed) !== 0) reason ??= readFailure(memory);
    return reason !== undefined;
  };
  /** After a part of a run: throws where the run will not be finished, and declares it over, so that no thread waits for it. */
  const checkRun = (name: string, end: number): void => {
    if (threadFailed()) {
      unfinished ??= `a thread of the backend wasm failed in the middle of a step of ${name} (${reason}), so the variables may be half-written; ${mend}`;
    }
    if (unfinished === undefined) return;
    Atomics.store(tickets, control.ticket / 8, BigInt.asIntN(64, BigInt(end >>> 0) << 32n));
    Atomics.notify(block, control.ticket / 4 + 1);
    check();
  };
  const finishLater = async (name: string, end: number, part: () => boolean): Promise<void> => {
    waiting = name;
    try {
      do {
        // The news of a thread that has ended arrives in the event loop.
        await new Promise((resolve) => setTimeout(resolve, 0));
        checkRun(name, end);
      } while (!part());
    } finally {
      waiting = undefined;
    }
  };

  return {
    threads,
    load(program, module) {
      programs.set(program, module);
      if (workers !== undefined) post({ kind: "load", program, module });
    },
    unload(program) {
      programs.delete(program);
      if (workers !== undefined) post({ kind: "unload", program });
    },
    check,
    run({ program, name, from, to, workspace, arena, arenaBytes }, own) {
      if (workers === undefined) begin();
      check();
      if (threadFailed())
        throw new ExecutionError(`a thread of the backend wasm failed before a step of ${name} (${reason}); ${mend}`);
      const lists = to - from;
      announce(() => {
        block[words.program] = program;
        block[words.first] = first;
        block[words.from] = from;
        block[words.to] = to;
        block[words.patience] = patience;
        block[words.workspace] = workspace;
        block[words.arena] = arena;
        block[words.arenaBytes] = arenaBytes;
      });
      const [number, end] = [first, (first + lists) | 0];
      first = end;
      /** Whether the run is over. */
      const part = (): boolean => {
        let left = 0;
        try {
          left = own(number, mayWait ? patience : -patienceAwake);
        } catch (error) {
          reason ??= reasonOf(error);
        }
        checkRun(name, end);
        return left === 0;
      };
      return part() ? undefined : finishLater(name, end, part);
    },
    stop() {
      if (waiting !== undefined) {
        unfinished ??= `the session was disposed in the middle of a step of ${waiting}; await the step before you dispose of its session`;
      }
      for (const worker of workers ?? []) worker.stop();
      workers = [];
      programs.clear();
    },
  };
}

const mend = "start again, with MMX_THREADS=1 to do without threads";

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function readFailure(memory: SessionMemory): string {
  const text = new Uint8Array(memory.memory.buffer, 4 * words.reason, words.reasonBytes).slice();
  const end = text.indexOf(0);
  return new TextDecoder().decode(text.subarray(0, end === -1 ? text.length : end));
}
