// The figure of each paper's example: what `mmx show graph` draws of its spec.
import { fileURLToPath } from "node:url";
import { run } from "../../src/cli/main.ts";
import { silentTerminal } from "./cli-page.ts";

/** Specs with a figure beside them, from the repository root. */
const drawn = ["mmcl/mmcl", "semantic-mac/semantic-mac", "e3rg/e3rg", "mmpda/mmpda", "cyin/cyin"];

/** Path from the repository root, and text, of every figure. */
export async function figures(): Promise<Readonly<Record<string, string>>> {
  const made: Record<string, string> = {};
  for (const spec of drawn)
    made[`examples/${spec.slice(0, spec.indexOf("/"))}/figure.svg`] = await figureOf(`examples/${spec}.mmx`);
  return made;
}

async function figureOf(spec: string): Promise<string> {
  let [out, said] = ["", ""];
  const exit = await run(["show", "graph", spec], {
    ...silentTerminal,
    folder: fileURLToPath(new URL("../../", import.meta.url)),
    write: (text) => {
      out += text;
    },
    writeError: (text) => {
      said += text;
    },
  });
  if (exit !== 0) throw new Error(`mmx show graph ${spec}: ${said}`);
  return out;
}
