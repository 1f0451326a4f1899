// Running other programs, with errors that say what to do.
import { spawnSync } from "node:child_process";

/** Something is missing or failed; `remedy` says how to mend it. */
export class BuildError extends Error {
  constructor(message, remedy) {
    super(message);
    this.remedy = remedy;
  }
}

/** The program's standard output. Throws `BuildError` with `failure` and the end of its error output where it fails. */
export function attempt(program, parameters, { cwd, env, failure, remedy }) {
  const { status, stdout, stderr, error } = spawnSync(program, parameters, { cwd, env, encoding: "utf8", maxBuffer: 1 << 28 });
  if (status === 0) return stdout;
  const reason = error === undefined ? stderr.trim().split("\n").slice(-12).join("\n") : error.message;
  throw new BuildError(`${failure}\n  ${[program, ...parameters].join(" ")}\n${reason}`, remedy);
}

/** Whether the program can be started at all. */
export function starts(program, parameters = ["--version"]) {
  return spawnSync(program, parameters, { stdio: "ignore" }).status === 0;
}
