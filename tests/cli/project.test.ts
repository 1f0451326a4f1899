// The project file: commands find data through it, and say where it is wrong.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inFolder, mmx } from "./command.ts";

const spec = `mmx 1
data clips {
  text: f32[B, Ft]
  mood: target f32[B]
}
model Line(clip: clips) {
  score = clip.text |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mse(score, clip.mood)
}
train Line on clips {
  stage main { epochs: 2, minimize: task, optimizer: sgd(lr: 1e-2) }
}
`;

test("a project file above the spec says where data lie; --data wins over it", () =>
  inFolder(async (folder) => {
    mkdirSync(join(folder, "specs"));
    mkdirSync(join(folder, "store"));
    writeFileSync(join(folder, "specs", "line.mmx"), spec);
    writeFileSync(join(folder, "mmx.json"), JSON.stringify({ data: { clips: "store/clips.npz" } }));
    const made = await mmx(["data", "synth", "specs/line.mmx", "--size", "Ft=3", "--samples", "40", "--out", "store/clips.npz"], {
      folder,
    });
    expect(made.exit, made.error).toBe(0);
    const trained = await mmx(["train", "specs/line.mmx", "--out", "run", "--backend", "cpu"], { folder });
    expect(trained.exit, trained.error).toBe(0);
    const other = await mmx(["train", "specs/line.mmx", "--data", "clips=nowhere.npz"], { folder });
    expect(other.exit).toBe(2);
    expect(other.error).toContain("--data clips=nowhere.npz: there is no such file");
  }));

test("a wrong project file is shown with line and column", () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, "line.mmx"), spec);
    writeFileSync(join(folder, "mmx.json"), '{\n  "data": { "clips": 3 }\n}\n');
    const result = await mmx(["train", "line.mmx"], { folder });
    expect(result.exit).toBe(1);
    expect(result.error).toMatch(/mmx\.json:2:22: /);
    expect(result.error).toContain("A project file looks like");
  }));
