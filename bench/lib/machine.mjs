// Where and with what a measurement was made.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { root } from "./bundle.mjs";

/** Processor names are hidden on some virtual machines; family and flags then tell the kind. */
function processor() {
  const [first] = cpus();
  const info = existsSync("/proc/cpuinfo") ? readFileSync("/proc/cpuinfo", "utf8") : "";
  const flags = /^flags\s*:\s*(.*)$/m.exec(info)?.[1].split(" ") ?? [];
  const simd = ["avx512f", "avx2", "avx"].find((flag) => flags.includes(flag));
  return [first?.model.trim() ?? "unknown", simd].filter((part) => part !== undefined).join(", ");
}

const git = (...args) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();

export function machine() {
  return {
    processor: processor(),
    cores: availableParallelism(),
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    node: process.version,
  };
}

/** The time, the commit (marked where compiled code differs from it) and the load when a measurement starts. */
export function moment() {
  const changed = git("status", "--porcelain", "--", "src", "grammar") === "" ? "" : "+";
  return {
    date: new Date().toISOString().slice(0, 16).replace("T", " "),
    commit: `${git("rev-parse", "--short", "HEAD")}${changed}`,
    load: Number(loadavg()[0].toFixed(1)),
  };
}
