// Combines what the invocations of a row hold: within subgroups by exchange where the device has them, else and between subgroups
// in workgroup memory. The order is the same at every run.
import type { Instruction } from "../../loops/kernel.ts";
import type { Emission } from "./emission.ts";
import type { Shader } from "./shader.ts";
import { combined } from "./values.ts";

export type Reduce = Extract<Instruction, { op: "reduce" }>;

/** Combines one value of each lane of a row (for `argmax` with its position); every lane gets the result. */
export type LaneCombiner = (reduce: Reduce, dtype: string, value: string, position: string) => string;

export const keep = (shader: Shader, expression: string): string => {
  const name = shader.name();
  shader.line(`let ${name} = ${expression};`);
  return name;
};

/** `perGroup`: the invocations of a workgroup; `lanes` of them, a power of two, belong to a row. */
export function laneCombiner(emission: Emission, shader: Shader, lanes: number, perGroup: number): LaneCombiner {
  const inSubgroup = Math.min(lanes, emission.device.subgroupSize ?? 1);
  const declared = new Set<string>();
  const memory = (dtype: string): string => {
    const name = `shared_${dtype}`;
    if (!declared.has(name)) shader.declare(`var<workgroup> ${name}: array<${dtype}, ${perGroup}>;`);
    declared.add(name);
    return name;
  };
  const better = (a: string, p: string, b: string, q: string): string => `${b} > ${a} || (${b} == ${a} && ${q} < ${p})`;

  const together = (reduce: Reduce, dtype: string, a: string, b: string): string =>
    combined(reduce.name === "sum" ? "add" : "max", dtype, a, b, shader.use);

  return (reduce, dtype, value, position) => {
    if (lanes === 1) return reduce.name === "argmax" ? `i32(${position})` : value;
    if (reduce.name === "argmax") {
      const [entries, places] = [memory(dtype), memory("u32")];
      shader.line(`${entries}[local] = ${value};`);
      shader.line(`${places}[local] = ${position};`);
      for (let distance = lanes / 2; distance >= 1; distance /= 2) {
        shader.line("workgroupBarrier();");
        shader.block(`if (lane < ${distance}u)`, () => {
          const at = `local + ${distance}u`;
          shader.block(`if (${better(`${entries}[local]`, `${places}[local]`, `${entries}[${at}]`, `${places}[${at}]`)})`, () => {
            shader.line(`${entries}[local] = ${entries}[${at}];`);
            shader.line(`${places}[local] = ${places}[${at}];`);
          });
        });
      }
      shader.line("workgroupBarrier();");
      const result = keep(shader, `i32(${places}[local - lane])`);
      shader.line("workgroupBarrier();");
      return result;
    }
    let part = value;
    if (inSubgroup > 1) shader.use("subgroups");
    for (let distance = 1; distance < inSubgroup; distance *= 2) {
      part = keep(shader, part);
      part = keep(shader, together(reduce, dtype, part, `subgroupShuffleXor(${part}, ${distance}u)`));
    }
    if (inSubgroup === lanes) return part;
    const parts = lanes / inSubgroup;
    const entries = memory(dtype);
    if (inSubgroup > 1) shader.line(`if (lane % ${inSubgroup}u == 0u) { ${entries}[local / ${inSubgroup}u] = ${part}; }`);
    else shader.line(`${entries}[local] = ${part};`);
    const start = inSubgroup > 1 ? `(local - lane) / ${inSubgroup}u` : "local - lane";
    const at = inSubgroup > 1 ? `local / ${lanes}u * ${parts}u + lane` : "local";
    for (let distance = parts / 2; distance >= 1; distance /= 2) {
      shader.line("workgroupBarrier();");
      shader.block(`if (lane < ${distance}u)`, () => {
        const place = keep(shader, at);
        shader.line(
          `${entries}[${place}] = ${together(reduce, dtype, `${entries}[${place}]`, `${entries}[${place} + ${distance}u]`)};`,
        );
      });
    }
    shader.line("workgroupBarrier();");
    const result = keep(shader, `${entries}[${start}]`);
    shader.line("workgroupBarrier();");
    return result;
  };
}
