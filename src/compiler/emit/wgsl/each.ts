// Tasks whose iterations are independent of one another: one invocation an iteration, or for four neighbours where they are
// vectors in memory.
import type { Emission } from "./emission.ts";
import { writeIndices } from "./emission.ts";
import { neededBy, product, rootsOf, simplified, type Task } from "./task.ts";
import { isVectorAccess, valuesIn, vectorBuffers } from "./values.ts";

const invocations = 256;

/** Every store touches an entry of its own in every iteration. */
export function emitEach(emission: Emission, given: Task): void {
  const task = simplified(given, false);
  const { sizes, body, stores, path } = task;
  const total = product(sizes);
  if (total === 0 || stores.length === 0) return;
  const last = sizes.length - 1;
  const needed = neededBy(body, stores.flatMap(rootsOf));
  const vectors = last >= 0 && (sizes[last] as number) % 4 === 0 ? vectorBuffers(task, needed, last) : new Set<number>();
  const copies = stores.some(({ access }) => vectors.has(access.buffer) && isVectorAccess(access, last, sizes)) ? 4 : 1;
  const shader = emission.shader(copies === 4 ? vectors : new Set());
  const work = total / copies;
  const perGroup = Math.min(invocations, emission.device.maxInvocations);
  shader.line(`let flat = group * ${perGroup}u + local;`);
  if (work % perGroup !== 0) shader.line(`if (flat >= ${work}u) { return; }`);
  const loops = sizes.map((size, loop) => ({ name: `i${loop}`, size: loop === last ? size / copies : size }));
  writeIndices(shader, "flat", loops);
  if (copies === 4) for (const copy of [0, 1, 2, 3]) shader.line(`let i${last}_${copy} = i${last} * 4u + ${copy}u;`);
  const values = valuesIn({
    shader,
    task,
    varying: new Set(copies === 4 ? [last] : []),
    ...(copies === 4 ? { vectorLoop: last } : {}),
    index: (loop, copy) => (sizes[loop] === 1 ? undefined : copies === 4 && loop === last ? `i${loop}_${copy}` : `i${loop}`),
  });
  // All values before all stores: a store may overwrite what another one reads.
  for (const store of stores)
    for (const root of rootsOf(store)) for (let copy = 0; copy < copies; copy += 1) values.at(root, copy);
  for (const store of stores) values.store(store, copies);
  emission.push(shader.finish({ invocations: perGroup, groups: Math.ceil(work / perGroup), path }));
}
