// `mmx init`: a folder to start from: a small spec that checks and trains, and a page that says how.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import type { Act, Context } from "../context.ts";
import { examples } from "../context.ts";
import type { ExitCode } from "../failure.ts";
import { CommandError, exitCode } from "../failure.ts";

/** The spec that `mmx init` writes. */
export const starterSpec = `mmx 1
/// A first model: a sentiment score from text and audio, either of which may be missing.

dim D = 32  // try: mmx train model.mmx --set D=64

data clips {
  file "clips.npz"
  text:  f32[B, Ft] optional  // Ft is bound by the file
  audio: f32[B, Fa] optional
  mood:  target f32[B] in -3 .. 3
  split random { train: 70%, valid: 10%, test: 20% } seed 1
  standardise text, audio
}

modalities M = text | audio

/// Features in, a vector of width D out; one set of weights a modality.
module Coder(x: f32[B, F]) -> f32[B, D] {
  x |> Linear(D) |> gelu() |> dropout(0.1)
}

model First(clip: clips) {
  h[m] = clip[m] |> Coder() for m in M
  fused = mean(h[m] for m in M) else 0  // over the modalities that are there; 0 where none is
  score = fused |> MLP(D, 1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood)
}

train First on clips {
  seed: 1
  batch: 32
  stage main {
    epochs: 20
    minimize: task
    optimizer: adamw(lr: 3e-3)
    schedule: cosine()
    drop: { text: 20%, audio: 20% }  // hide modalities at random, so that either has to do
    keep: best(valid.mae)
  }
}

evaluate First on clips.test {
  metrics: [mae, pearson]
  missing: subsets(all)
}
`;

const starterReadme = `# A first mmx model

\`\`\`sh
mmx data synth model.mmx     # writes clips.npz: made-up data of the right types, with something to learn in it
mmx check model.mmx
mmx train model.mmx          # ends with the test results and the path of a report
\`\`\`

Then put your own data in: \`mmx data inspect FILE\` prints the \`data\` block of an npz or csv file.
`;

const files = [
  ["model.mmx", starterSpec],
  ["README.md", starterReadme],
] as const;

export function addInit(program: Command, act: Act): void {
  program
    .command("init")
    .summary("write a small spec to start from")
    .description("Writes model.mmx and README.md into DIR (made where it is not there). Files that exist are never changed.")
    .argument("[dir]", "the folder", ".")
    .addHelpText("after", examples("mmx init first"))
    .action((folder: string, _options: unknown, command: Command) => act(command, (context) => init(folder, context)));
}

async function init(folder: string, context: Context): Promise<ExitCode> {
  const { terminal } = context;
  const target = resolve(terminal.folder, folder);
  const taken = files.map(([name]) => name).filter((name) => existsSync(join(target, name)));
  if (taken.length > 0) {
    throw new CommandError(
      `${join(folder, taken[0] ?? "")} is there already, and mmx init changes no file.`,
      "Name another folder: mmx init DIR",
    );
  }
  mkdirSync(target, { recursive: true });
  for (const [name, text] of files) writeFileSync(join(target, name), text);
  const spec = join(folder, "model.mmx");
  if (context.json) {
    terminal.write(`${JSON.stringify({ written: files.map(([name]) => join(folder, name)) })}\n`);
  } else {
    terminal.write(`Wrote ${files.map(([name]) => join(folder, name)).join(" and ")}. Next:\n`);
    terminal.write(`  mmx data synth ${spec}\n  mmx train ${spec}\n`);
  }
  return exitCode.ok;
}
