// Tasks whose iterations must follow one another along some loops: one invocation for each iteration of the others.
import type { Emission } from "./emission.ts";
import { writeIndices } from "./emission.ts";
import { product, rootsOf, type Task } from "./task.ts";
import { valuesIn } from "./values.ts";

const invocations = 64;

/** `parallel`: the loops whose iterations may run at once. The others run in order, outermost first. */
export function emitOrdered(emission: Emission, task: Task, parallel: ReadonlySet<number>): void {
  const { sizes, stores, path } = task;
  if (product(sizes) === 0) return;
  const loops = [...sizes.keys()].map((loop) => ({ loop, name: `i${loop}`, size: sizes[loop] as number }));
  const [beside, inOrder] = [loops.filter(({ loop }) => parallel.has(loop)), loops.filter(({ loop }) => !parallel.has(loop))];
  const work = product(beside.map(({ size }) => size));
  const shader = emission.shader();
  shader.line(`let flat = group * ${invocations}u + local;`);
  shader.line(`if (flat >= ${work}u) { return; }`);
  writeIndices(shader, "flat", beside);
  const values = valuesIn({ shader, task, varying: new Set(), index: (loop) => (sizes[loop] === 1 ? undefined : `i${loop}`) });
  const nested = (at: number): void => {
    const loop = inOrder[at];
    if (loop === undefined) {
      values.scope(() => {
        for (const store of stores) for (const root of rootsOf(store)) values.at(root, 0);
        for (const store of stores) values.store(store, 1);
      });
      return;
    }
    shader.block(`for (var ${loop.name} = 0u; ${loop.name} < ${loop.size}u; ${loop.name}++)`, () => nested(at + 1));
  };
  nested(0);
  emission.push(shader.finish({ invocations, groups: Math.ceil(work / invocations), path }));
}
