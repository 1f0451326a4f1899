// Helping threads in Node: worker_threads.
import { Worker } from "node:worker_threads";
import type { StartWorker } from "./crew.ts";

export const startNodeWorker: StartWorker = (source, failed) => {
  const worker = new Worker(source, { eval: true, name: "mmx", stdin: false });
  let stopped = false;
  worker.unref();
  worker.on("error", (error) => failed(error instanceof Error ? error.message : String(error)));
  worker.on("exit", (code) => {
    if (!stopped) failed(`it ended with exit code ${code}`);
  });
  return {
    post: (message) => worker.postMessage(message),
    stop() {
      stopped = true;
      void worker.terminate();
    },
  };
};
