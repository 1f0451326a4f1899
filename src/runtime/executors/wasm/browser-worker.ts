// Helping threads in a browser: Workers from a script made on the spot.
import type { StartWorker } from "./crew.ts";

/** What is used of a browser's Worker; the package is type-checked without the browser's types. */
interface BrowserWorker {
  postMessage(message: unknown): void;
  terminate(): void;
  onerror: ((event: { readonly message?: string }) => void) | null;
}

export const startBrowserWorker: StartWorker = (source, failed) => {
  const { Worker } = globalThis as unknown as { readonly Worker: new (url: string) => BrowserWorker };
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url);
  worker.onerror = ({ message }) => failed(message ?? "its script did not start");
  return {
    post: (message) => worker.postMessage(message),
    stop() {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
};
