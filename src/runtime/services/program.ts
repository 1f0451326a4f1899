// Runs a program of the machine for a service: what it prints, and an error that says how to get it where it is missing.
import { spawn } from "node:child_process";
import { ServiceError } from "./service.ts";

export interface ProgramCall {
  readonly service: string;
  readonly program: string;
  readonly arguments: readonly string[];
  /** Written to its standard input, one piece after another. */
  readonly input?: Iterable<Uint8Array> | undefined;
  /** How to install it. */
  readonly remedy: string;
}

/** What the program wrote on standard output. Throws a `ServiceError` where it is missing or fails. */
export function runProgram({ service, program, arguments: given, input, remedy }: ProgramCall): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...given], { stdio: ["pipe", "pipe", "pipe"] });
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on("data", (piece: Buffer) => output.push(piece));
    child.stderr.on("data", (piece: Buffer) => errors.push(piece));
    child.on("error", (error: NodeJS.ErrnoException) => {
      const missing = error.code === "ENOENT";
      reject(
        new ServiceError(service, missing ? `needs ${program}, which is not installed` : `failed: ${error.message}`, remedy),
      );
    });
    child.on("close", (code) => {
      if (code === 0) resolve(Buffer.concat(output));
      else reject(new ServiceError(service, `failed: ${program} ended with ${code}: ${lastLine(Buffer.concat(errors))}`));
    });
    // A program that ends early closes its input; what went wrong is told by its exit code.
    child.stdin.on("error", () => undefined);
    writeAll(child.stdin, input ?? []).then(() => child.stdin.end(), reject);
  });
}

async function writeAll(
  stream: NodeJS.WritableStream & { readonly destroyed?: boolean },
  pieces: Iterable<Uint8Array>,
): Promise<void> {
  for (const piece of pieces) {
    if (stream.destroyed) return;
    if (!stream.write(piece)) {
      await new Promise<void>((resume) => {
        const go = (): void => {
          stream.off("drain", go);
          stream.off("close", go);
          resume();
        };
        stream.on("drain", go);
        stream.on("close", go);
      });
    }
  }
}

function lastLine(text: Buffer): string {
  const lines = text.toString("utf8").trim().split("\n");
  return lines.at(-1) ?? "";
}
