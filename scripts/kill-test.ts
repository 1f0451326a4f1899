// Ends a short training without warning at ten random moments, resumes it each time, and compares every weight, bank,
// optimiser value and logged row with an uninterrupted training, bit for bit. Another one is ended again and again until it
// is done. Exits with 1 on any difference. `npx tsx scripts/kill-test.ts [SEED]`; needs the built command.
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "./kill-test/training.ts";
import { endAndResume, repeatedMoments, spreadMoments, type Trial, trainReference } from "./kill-test/trials.ts";

const kills = 10;
const repeats = 12;
const seed = Number(process.argv[2] ?? 1);
const root = fileURLToPath(new URL("..", import.meta.url));

/** The built command, copied, so that a build meanwhile does not change what is compared. */
function copiedCommand(folder: string): Command {
  mkdirSync(folder);
  for (const part of ["bin", "dist", "package.json"]) cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  return { program: process.execPath, arguments: [join(folder, "bin", "mmx.js")] };
}

function row(name: string, when: string, { endings, compared, differences }: Trial): string {
  const ended = endings.filter(({ how }) => how !== "done");
  const saving = ended.filter(({ leftPartial }) => leftPartial).length;
  const result = differences.length === 0 ? "identical" : `DIFFERS: ${differences.join("; ")}`;
  return `${name.padEnd(9)} ${when.padEnd(40)} ${String(ended.length).padStart(5)} ${String(saving).padStart(12)} ${String(compared).padStart(11)}   ${result}`;
}

const folder = mkdtempSync(join(tmpdir(), "mmx-kill-"));
let different = 0;
try {
  const reference = await trainReference(folder, copiedCommand(join(folder, "mmx")));
  console.log(`seed ${seed}; the uninterrupted training gave ${reference.events.length} events`);
  console.log(
    "run       killed after                              ended  while saving  compared on   final weights, banks and log",
  );
  console.log("                                                                          the way");
  for (const [index, moment] of spreadMoments(reference.events, kills, seed).entries()) {
    const trial = await endAndResume(reference, `killed-${index + 1}`, [moment]);
    const at = reference.events[moment.events - 1] ?? "";
    const when = `event ${moment.events} (${at}) + ${moment.delay.toFixed(1)} ms`;
    console.log(row(String(index + 1), when, trial));
    if (trial.differences.length > 0) different += 1;
    if (trial.endings[0]?.how !== "killed") {
      console.log("          …was done before it could be killed");
      different += 1;
    }
  }
  const trial = await endAndResume(reference, "repeated", repeatedMoments(repeats, seed));
  console.log(row("again", "8 to 27 events, every third by Ctrl-C", trial));
  if (trial.differences.length > 0) different += 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(different === 0 ? "Every training ended with the same bits." : `${different} trainings differ.`);
process.exitCode = different === 0 ? 0 : 1;
