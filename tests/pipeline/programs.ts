// Which of the programs that services call this machine has, for the tests.
import { execFileSync } from "node:child_process";

export function hasProgram(program: string, argument: string): boolean {
  try {
    execFileSync(program, [argument], { stdio: "ignore" });
    return true;
  } catch {
    console.warn(`${program} is not installed: the tests that need it are skipped`);
    return false;
  }
}
