// Keeps two processes from working on one sweep: each leaves a file with its number in the sweep's folder, then looks for those of
// others. Nobody ever takes a file that another may just have made, so no moment is left in which both could begin.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { SweepError } from "./sweep-index.ts";

const pattern = /^sweep-(\d+)\.lock$/;

/** Processes that begin in the same moment see one another: each steps back and tries again after another while. */
const tries = 5;

interface Holder {
  readonly path: string;
  readonly process: number;
  readonly machine: string;
}

/**
 * Makes the sweep's folder this process's own; the function given back lets it go, as does the process's end unless it is killed.
 * `shown` is the folder as the user wrote it. Throws `SweepError` where another process that lives, or one on another machine, has it.
 */
export async function lockSweep(folder: string, shown: string): Promise<() => void> {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `sweep-${process.pid}.lock`);
  const release = (): void => {
    rmSync(path, { force: true });
    process.off("exit", release);
  };
  for (let left = tries; ; left -= 1) {
    writeFileSync(path, `${beginning(process.pid)} ${hostname()}\n`);
    process.on("exit", release);
    const other = holderBeside(folder, path);
    if (other === undefined) return release;
    release();
    if (left === 1) throw new SweepError(`another mmx works on the sweep in ${shown}: ${named(other)}`, remedy(other));
    await wait(20 + Math.random() * 100);
  }
}

const named = ({ process: number, machine }: Holder): string =>
  machine === hostname() ? `process ${number}` : `process ${number} on the machine ${machine}`;

const remedy = (other: Holder): string =>
  `Wait until it is done, stop it, or give another folder with --out.${
    other.machine === hostname() ? "" : ` If it no longer runs there, delete ${other.path}.`
  }`;

/** Another process that may be at work in the folder. What dead processes left is removed. */
function holderBeside(folder: string, own: string): Holder | undefined {
  for (const name of readdirSync(folder)) {
    const number = pattern.exec(name)?.[1];
    const path = join(folder, name);
    if (number === undefined || path === own) continue;
    const text = textOf(path);
    if (text === undefined) continue;
    const [, began = "", machine = ""] = /^(\S*) (.*)\n$/.exec(text) ?? [];
    // Another machine's processes cannot be asked after. A file without its line is being written, or its writer was killed.
    if (machine !== "" && machine !== hostname()) return { path, process: Number(number), machine };
    if (lives(Number(number)) && (machine === "" || began === beginning(Number(number)))) {
      return { path, process: Number(number), machine: hostname() };
    }
    rmSync(path, { force: true });
  }
  return undefined;
}

/** Undefined where its process has just taken it away. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function lives(number: number): boolean {
  try {
    return process.kill(number, 0);
  } catch (error) {
    // The process of another user.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** When the process began, so that another which later has its number is told apart: the 22nd field of Linux's stat, elsewhere "-". */
function beginning(number: number): string {
  const text = process.platform === "linux" ? textOf(`/proc/${number}/stat`) : undefined;
  // The second field is a name in brackets, which may itself hold blanks and brackets.
  return text?.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "-";
}
