// A spec around operations written in TypeScript, checked in memory.
import { checkSpec } from "../../src/compiler/check/index.ts";
import type { CompiledSpec } from "../../src/compiler/compiled.ts";
import { memoryHost } from "../../src/compiler/host.ts";

/** A model whose hidden layer goes through `call`, after `use "./own.ts"`, which holds `source`. `text` is f32[B, 3]. */
export function specText(call: string): string {
  return `mmx 1
use "./own.ts"
dim T <= 6 ragged
data clips {
  text:  f32[B, 3]
  words: f32[B, T, 2]
  audio: f32[B, 3] optional
  mood:  target f32[B]
}
model Net(clip: clips) {
  h = clip.text |> Linear(4)
  g = clip.text |> Linear(4)
  a = clip.audio |> Linear(4)
  w = clip.words |> Linear(4)
  score = ${call} |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mse(score, clip.mood) + 0 * (mean(g) + mean(a) + mean(w) + mean(h))
}
train Net on clips {
  batch: 4
  stage main { epochs: 1, minimize: task, optimizer: sgd(lr: 0.1) }
}
`;
}

export function checked(call: string, source: string): ReturnType<typeof checkSpec> {
  return checkSpec(memoryHost({ "specs/net.mmx": specText(call), "specs/own.ts": source }), "specs/net.mmx");
}

/** The compiled spec. Throws where it has errors. */
export function compiled(call: string, source: string): CompiledSpec {
  const { compiled: found, diagnostics } = checked(call, source);
  if (found === undefined) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  return found;
}

/** A file that declares one operation of one tensor by the text of its rules. */
export function declaring(rules: string, signature = "own(x: f32[...]) -> f32[...]"): string {
  return `import { operation } from "mmx/extension";\nexport const own = operation("${signature}", {\n${rules}\n});\n`;
}
