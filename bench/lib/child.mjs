// An implementation as the bench sees it: a process that has prepared its step and runs as many as it is told to. A process whose
// turn it is not is stopped by a signal: threads that spin while they wait would take the cores from what is measured.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const mark = "@bench ";
const running = new Set();

/** Ends what is still running when the bench is interrupted or fails. */
export function stopAll() {
  for (const child of running) signal(child, "SIGKILL");
}

/** Whether processes can be stopped and told to go on. */
const stoppable = process.platform !== "win32";

/** To a process and to those that it has started, which are a group of their own. */
function signal(child, name) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  if (stoppable) process.kill(-child.pid, name);
  else child.kill(name);
}

/**
 * Starts a process and waits for its first step: `{ ready, run(request), stop() }`, or `{ failure }` with what it said where it could
 * not start.
 */
export async function start({ command, args, job, environment = {} }, limit) {
  const child = spawn(command, [...args, JSON.stringify(job)], { env: { ...process.env, ...environment }, detached: stoppable });
  running.add(child);
  let errors = "";
  child.stderr.on("data", (text) => {
    errors = `${errors}${text}`.slice(-4000);
  });
  const waiting = [];
  const messages = [];
  const deliver = (message) => {
    const next = waiting.shift();
    if (next === undefined) messages.push(message);
    else next(message);
  };
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line.startsWith(mark)) deliver(JSON.parse(line.slice(mark.length)));
  });
  child.on("error", (error) => deliver({ event: "failed", message: error.message }));
  child.on("close", (code, signal) => {
    running.delete(child);
    deliver({ event: "failed", message: `ended with ${signal ?? code}\n${errors}` });
  });
  child.stdin.on("error", () => undefined);
  const next = () =>
    messages.length > 0
      ? Promise.resolve(messages.shift())
      : new Promise((resolve) => {
          waiting.push(resolve);
        });
  const stop = () => signal(child, "SIGKILL");
  const pause = () => {
    if (stoppable) signal(child, "SIGSTOP");
  };
  const timer = setTimeout(() => deliver({ event: "failed", message: `no first step within ${limit / 1000} s` }), limit);
  const ready = await next();
  clearTimeout(timer);
  if (ready.event === "failed") {
    stop();
    return { failure: ready.message };
  }
  pause();
  return {
    ready,
    stop,
    async run(request) {
      if (stoppable) signal(child, "SIGCONT");
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const answer = await next();
      pause();
      return answer;
    },
  };
}

/** What a failed start means, in a line. */
export function reason(message) {
  if (/ENOENT/.test(message)) return `not installed (${message.split("\n")[0]})`;
  const missing = /No module named '([^']+)'/.exec(message) ?? /Cannot find (?:module|package) '([^']+)'/.exec(message);
  if (missing !== null) return `not installed (${missing[1]})`;
  const lines = message.trim().split("\n");
  const last = lines.filter((line) => /Error|error/.test(line)).at(-1) ?? lines[0];
  return last.trim().slice(0, 160);
}
