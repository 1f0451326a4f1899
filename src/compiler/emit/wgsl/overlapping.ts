// Sums whose iterations reach entries in overlapping patterns, as the windows of a convolution do: one invocation an entry,
// which finds the iterations that reach it.
import type { Instruction } from "../../loops/kernel.ts";
import type { Emission } from "./emission.ts";
import { emitOrdered } from "./ordered.ts";
import type { Sum } from "./sums.ts";
import { isInjective, product, type Task } from "./task.ts";
import { combined, valuesIn } from "./values.ts";

const invocations = 64;

export function emitOverlapping(emission: Emission, task: Task, { store, initial }: Sum): void {
  const { sizes, path } = task;
  const { access, value, mode } = store;
  const loops = [...sizes.keys()].map((loop) => ({
    loop,
    name: `i${loop}`,
    size: sizes[loop] as number,
    stride: sizes[loop] === 1 ? 0 : (access.strides[loop] as number),
  }));
  const kept = loops.filter(({ stride }) => stride !== 0);
  if (mode === "set" || kept.some(({ stride }) => stride < 0)) {
    emitOrdered(emission, { ...task, stores: [store] }, new Set());
    return;
  }
  const tried = triedLoops(kept);
  const solved = kept.filter((loop) => !tried.has(loop.loop)).sort((a, b) => b.stride - a.stride);
  const others = loops.filter(({ loop, stride }) => stride === 0 || tried.has(loop));
  const span = 1 + kept.reduce((reach, { stride, size }) => reach + (size - 1) * stride, 0);
  const { dtype } = task.body[value] as Instruction;

  const shader = emission.shader();
  shader.line(`let entry = group * ${invocations}u + local;`);
  shader.line(`if (entry >= ${span}u) { return; }`);
  const steps = (access.steps ?? []).flatMap((step, depth) => (step === 0 ? [] : [` + t${depth} * ${step}u`]));
  shader.line(`let place = ${access.offset}u + entry${steps.join("")};`);
  if (initial === undefined) shader.line(`var sum: ${dtype} = ${shader.read(access.buffer, "place")};`);
  else shader.line(`var sum: ${dtype} = ${dtype}(${initial});`);
  const values = valuesIn({ shader, task, varying: new Set(), index: (loop) => (sizes[loop] === 1 ? undefined : `i${loop}`) });
  const solve = (): void => {
    const taken = others.flatMap(({ name, stride }) => (stride === 0 ? [] : [` - i32(${name}) * ${stride}`]));
    shader.line(`let rest = i32(entry)${taken.join("")};`);
    shader.line("var left = u32(max(rest, 0));");
    for (const { name, size, stride } of solved) {
      shader.line(`let ${name} = min(left / ${stride}u, ${size - 1}u);`);
      shader.line(`left -= ${name} * ${stride}u;`);
    }
    shader.block("if (rest >= 0 && left == 0u)", () => {
      values.scope(() => shader.line(`sum = ${combined(mode, dtype, "sum", values.at(value, 0), shader.use)};`));
    });
  };
  const nested = (at: number): void => {
    const loop = others[at];
    if (loop === undefined) solve();
    else if (loop.size === 1) nested(at + 1);
    else shader.block(`for (var ${loop.name} = 0u; ${loop.name} < ${loop.size}u; ${loop.name}++)`, () => nested(at + 1));
  };
  nested(0);
  shader.write(access.buffer, "place", "sum");
  emission.push(shader.finish({ invocations, groups: Math.ceil(span / invocations), path }));
}

interface Walk {
  readonly loop: number;
  readonly size: number;
  readonly stride: number;
}

/** The fewest iterations to try one by one so that the other loops' iterations follow from the entry. */
function triedLoops(kept: readonly Walk[]): ReadonlySet<number> {
  let best: readonly Walk[] = kept;
  for (let bits = 0; bits < 2 ** kept.length; bits += 1) {
    const tried = kept.filter((_, at) => (bits >> at) & 1);
    const rest = kept.filter((_, at) => !((bits >> at) & 1));
    if (!isInjective(rest.map(({ stride, size }) => [stride, size]))) continue;
    if (product(tried.map(({ size }) => size)) < product(best.map(({ size }) => size))) best = tried;
  }
  return new Set(best.map(({ loop }) => loop));
}
