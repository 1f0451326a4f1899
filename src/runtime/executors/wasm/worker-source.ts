// The script of a helping thread, as text: it runs in node's worker_threads and in a browser's Worker alike, wherever the bundle lies.
import { control } from "../../../compiler/emit/wasm/program-control.ts";

export type WorkerMessage =
  | { readonly kind: "start"; readonly thread: number; readonly memory: WebAssembly.Memory }
  | { readonly kind: "load"; readonly program: number; readonly module: WebAssembly.Module }
  | { readonly kind: "unload"; readonly program: number };

/** The executor's part of the control block, in words of 4 bytes; the driver's part lies before it. */
export const words = {
  /** Grows by 2 with every announcement; odd while one is being written. Threads sleep on it. */
  epoch: 80,
  /** Messages posted to each thread so far. */
  mail: 96,
  /** The run announced last. */
  program: 112,
  first: 113,
  from: 114,
  to: 115,
  patience: 116,
  workspace: 117,
  arena: 118,
  arenaBytes: 119,
  /** 1 once a thread has failed; `reason` then holds why, in UTF-8. */
  failed: 128,
  reason: 256,
  reasonBytes: 1024,
  end: 1024,
} as const;

/** Times that a thread looks for the next run before it sleeps: some tens of microseconds. */
const looks = 5_000;

export const workerSource = `"use strict";
const inNode = typeof process === "object" && process.versions !== undefined && process.versions.node !== undefined;
const port = inNode ? require("node:worker_threads").parentPort : self;
const programs = new Map();
let thread, memory, words, seen = 0, received = 0;

function handle(message) {
  received += 1;
  if (message.kind === "start") {
    thread = message.thread;
    memory = message.memory;
    words = new Int32Array(memory.buffer, 0, ${words.end});
  } else if (message.kind === "unload") programs.delete(message.program);
  else {
    const host = () => { throw new Error("a host function was called on a helping thread"); };
    programs.set(message.program, new WebAssembly.Instance(message.module, { mmx: { memory, host } }).exports.together);
  }
  serve();
}

/** Takes part in runs until a message has been posted; messages are handed over only once this returns. */
function serve() {
  for (;;) {
    const epoch = Atomics.load(words, ${words.epoch});
    if (Atomics.load(words, ${words.mail}) !== received) return;
    if (epoch !== seen && (epoch & 1) === 0) {
      seen = epoch;
      takePart(epoch);
      continue;
    }
    let look = 0;
    while (look < ${looks} && Atomics.load(words, ${words.epoch}) === epoch) look += 1;
    if (look === ${looks}) Atomics.wait(words, ${words.epoch}, epoch);
  }
}

function takePart(epoch) {
  const run = programs.get(words[${words.program}]);
  const first = words[${words.first}], from = words[${words.from}], to = words[${words.to}], patience = words[${words.patience}];
  const workspace = words[${words.workspace}], arena = words[${words.arena}] + thread * words[${words.arenaBytes}];
  if (run === undefined || Atomics.load(words, ${words.epoch}) !== epoch) return;
  try {
    // Another result than 0: it has slept long. A run that will not be finished is declared over in the ticket.
    while (run(first, from, to, patience, arena, workspace) !== 0);
  } catch (error) {
    fail(error, first + to - from);
  }
}

/** Says why and declares the run over, so that no thread waits for what this one had taken. */
function fail(error, end) {
  const text = new TextEncoder().encode(String(error)).slice(0, ${words.reasonBytes - 1});
  new Uint8Array(memory.buffer, ${4 * words.reason}, ${words.reasonBytes}).set(text);
  Atomics.store(words, ${words.failed}, 1);
  const over = BigInt.asIntN(64, BigInt(end >>> 0) << 32n);
  Atomics.store(new BigInt64Array(memory.buffer, 0, ${words.end / 2}), ${control.ticket / 8}, over);
  Atomics.notify(words, ${control.ticket / 4 + 1});
}

if (inNode) port.on("message", handle);
else port.onmessage = (event) => handle(event.data);
`;
