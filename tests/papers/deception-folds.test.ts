// examples/mmpda/prepare.mjs on the real clips: every clip is the target once, no speaker is on both sides of a fold by speaker, and
// what is missing stays missing.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readColumns } from "../../src/runtime/data/formats/index.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const source = join(root, "../shared/data/reallife_deception");
const there = existsSync(join(source, "features.npz"));
if (!there) console.warn(`skipped: ${source} is not there`);
const targets = Array.from({ length: 10 }, (_, target) => target);
const domains = ["film", "first", "second", "third"];

describe.runIf(there)("the folds of the deception data", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "mmx-folds-"));
    const { status, stderr } = spawnSync(process.execPath, [join(root, "examples/mmpda/prepare.mjs"), source, folder], {
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([0, ""]);
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const column = async (kind: string, target: number, domain: string, name: string) =>
    (await readColumns(join(folder, kind, String(target), `${domain}.npz`))).get(name)?.values ?? [];
  const clipsOf = async (kind: string, target: number, domain: string): Promise<string[]> =>
    Array.from(await column(kind, target, domain, "clip"), String);

  /** By clip: its answer and its speaker. */
  const clips = new Map(
    [...readFileSync(join(source, "clips.csv"), "utf8").matchAll(/^(trial_\w+),([01]),(S\d+),/gm)].map(
      ([, clip = "", answer, speaker]) => [clip, { answer: Number(answer), speaker }] as const,
    ),
  );

  test.each(["speaker", "random"])("by %s: every clip is the target once, and in one domain of every fold", async (kind) => {
    const films = (await Promise.all(targets.map((target) => clipsOf(kind, target, "film")))).flat();
    expect(films.toSorted()).toEqual([...clips.keys()].toSorted());
    for (const target of targets) {
      const all = (await Promise.all(domains.map((domain) => clipsOf(kind, target, domain)))).flat();
      expect(all.toSorted()).toEqual([...clips.keys()].toSorted());
    }
  });

  /** Targets one of whose speakers is also in a source. */
  async function shared(kind: string): Promise<number[]> {
    const found: number[] = [];
    for (const target of targets) {
      const [film = new Set(), ...sources] = await Promise.all(
        domains.map(async (domain) => new Set((await clipsOf(kind, target, domain)).map((clip) => clips.get(clip)?.speaker))),
      );
      if (sources.some((speakers) => [...speakers].some((speaker) => film.has(speaker)))) found.push(target);
    }
    return found;
  }

  test("no speaker is on both sides of a fold by speaker; of the folds at random all leak", async () => {
    expect(await shared("speaker")).toEqual([]);
    expect(await shared("random")).toEqual(targets);
  });

  test("answers go with their clips, and what is missing is still missing", async () => {
    const missing: Record<string, string[]> = { audio: [], units: [], gaze: [], pose: [] };
    for (const target of targets) {
      const names = await clipsOf("speaker", target, "film");
      const answers = Array.from(await column("speaker", target, "film", "answer"), Number);
      expect(answers).toEqual(names.map((clip) => clips.get(clip)?.answer));
      for (const [field, absent] of Object.entries(missing)) {
        const values = Array.from(await column("speaker", target, "film", field), Number);
        const width = values.length / names.length;
        for (const [at, clip] of names.entries()) {
          const holes = values.slice(at * width, (at + 1) * width).filter(Number.isNaN).length;
          expect([0, width]).toContain(holes);
          if (holes > 0) absent.push(clip);
        }
      }
    }
    expect(missing).toEqual({
      audio: ["trial_truth_060"],
      units: ["trial_truth_041"],
      gaze: expect.arrayContaining(["trial_truth_004", "trial_truth_041"]),
      pose: ["trial_truth_041"],
    });
    expect(missing.gaze).toHaveLength(2);
  });
});
