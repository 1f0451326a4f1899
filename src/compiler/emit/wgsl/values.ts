// Writes the values of a task's body into a shader where they are needed: once for all iterations that one invocation
// computes side by side ("copies"), or once for each where they differ.
import type { Access, Instruction, Store } from "../../loops/kernel.ts";
import { elementExpression } from "./elements.ts";
import { literal, placeOf, type Shader } from "./shader.ts";
import { loopsOf, type Task } from "./task.ts";

export interface ValuesOptions {
  readonly shader: Shader;
  readonly task: Pick<Task, "sizes" | "body">;
  /** The u32 name of a loop's iteration in a copy; undefined where it is always 0. */
  index(loop: number, copy: number): string | undefined;
  /** The loops whose iteration differs between copies. */
  readonly varying: ReadonlySet<number>;
  /** The loop along which four copies are neighbours, the first at a multiple of 4: vectors are read and written there. */
  readonly vectorLoop?: number;
  /** The finished sum of a contraction. */
  product?(copy: number): string;
}

export interface Values {
  /** The name or expression of a value, written beforehand where it is not there yet. */
  at(instruction: number, copy: number): string;
  /** Gives the value of an instruction, for those that are not computed here. */
  define(instruction: number, expression: string): void;
  /** Values written by `body` are forgotten afterwards: its lines stand in an inner block. */
  scope(body: () => void): void;
  /** The place of a store in a copy; with an index, the place that the index chooses. */
  place(store: Store, copy: number): string;
  /** Writes the store's value in all these copies, combined with what is there unless its mode is `set`. */
  store(store: Store, copies: number): void;
}

/** Whether four neighbours along a loop are one vector in memory. */
export function isVectorAccess(access: Access, loop: number, sizes: readonly number[], stride = 0): boolean {
  const whole = (factor: number): boolean => factor % 4 === 0;
  const others = access.strides.filter((_, other) => other !== loop && sizes[other] !== 1);
  return access.strides[loop] === 1 && [access.offset, stride, ...others, ...(access.steps ?? [])].every(whole);
}

export function combined(mode: "add" | "max", dtype: string, a: string, b: string, use: (name: string) => void): string {
  if (mode === "add") return `${a} + ${b}`;
  if (dtype === "i32") return `max(${a}, ${b})`;
  use("maximum");
  return `maximum(${a}, ${b})`;
}

export function valuesIn({ shader, task, index, varying, vectorLoop, product }: ValuesOptions): Values {
  const loops = loopsOf(task);
  let known = new Map<string, string>();
  const differs = (instruction: number): boolean => [...(loops[instruction] ?? [])].some((loop) => varying.has(loop));
  const keyOf = (instruction: number, copy: number): string =>
    differs(instruction) ? `${instruction}:${copy}` : `${instruction}`;

  const at = (instruction: number, copy: number): string => {
    const key = keyOf(instruction, copy);
    const found = known.get(key);
    if (found !== undefined) return found;
    const written = write(instruction, copy);
    known.set(key, written);
    return written;
  };
  const keep = (expression: string): string => {
    const name = shader.name();
    shader.line(`let ${name} = ${expression};`);
    return name;
  };
  const clamped = (instruction: number, size: number, copy: number): string =>
    `u32(clamp(${at(instruction, copy)}, 0i, ${size - 1}i))`;

  const read = (
    instruction: number,
    access: Access,
    copy: number,
    chosen?: { readonly by: number; readonly stride: number; readonly size: number },
  ): string => {
    const placed = (copyAt: number): string => {
      const place = placeOf(access, (loop) => index(loop, copyAt));
      return chosen === undefined || chosen.stride === 0
        ? place
        : `${place} + ${clamped(chosen.by, chosen.size, copyAt)} * ${chosen.stride}u`;
    };
    const steady = chosen === undefined || !differs(chosen.by);
    if (
      vectorLoop !== undefined &&
      steady &&
      shader.isVector(access.buffer) &&
      isVectorAccess(access, vectorLoop, task.sizes, chosen?.stride)
    ) {
      const key = `${instruction}:vector`;
      const vector = known.get(key) ?? keep(shader.readVector(access.buffer, placed(0)));
      known.set(key, vector);
      return `${vector}.${"xyzw"[copy]}`;
    }
    return keep(shader.read(access.buffer, placed(copy)));
  };

  const counter = (factors: readonly number[], base: number | undefined, copy: number): string => {
    const access = { buffer: -1, offset: 0, strides: factors };
    const place = placeOf(access, (loop) => index(loop, copy));
    return base === undefined ? place : `${place} + bitcast<u32>(${at(base, copy)})`;
  };

  function write(which: number, copy: number): string {
    const instruction = task.body[which] as Instruction;
    switch (instruction.op) {
      case "constant":
        return literal(instruction.value, instruction.dtype, shader.use);
      case "index": {
        const name = index(instruction.loop, copy);
        return name === undefined ? "0i" : `i32(${name})`;
      }
      case "load":
        return read(which, instruction.access, copy);
      case "lookup": {
        const { access, index: by, stride, size } = instruction;
        return read(which, access, copy, { by, stride, size });
      }
      case "apply": {
        const inputs = instruction.inputs.map((input) => (task.body[input] as Instruction).dtype);
        const operands = instruction.inputs.map((input) => at(input, copy));
        const context = { inputs, attributes: instruction.attributes, use: shader.use };
        return keep(elementExpression(instruction.name, operands, context));
      }
      case "random": {
        shader.use("threefry");
        shader.use(`random_${instruction.distribution}`);
        const word = (input: number): string => `bitcast<u32>(${at(input, copy)})`;
        const keyName = `${which}:key`;
        const key =
          known.get(keyName) ??
          keep(
            `threefry(vec2<u32>(${word(instruction.seed)}, ${instruction.key >>> 0}u), vec2<u32>(${word(instruction.step)}, 0u))`,
          );
        known.set(keyName, key);
        const [first, second] = instruction.base ?? [];
        const words = `vec2<u32>(${counter(instruction.first, first, copy)}, ${counter(instruction.second, second, copy)})`;
        return keep(`random_${instruction.distribution}(${key}, ${words})`);
      }
      case "product":
        if (product === undefined) throw new RangeError("only a contraction has a product");
        return product(copy);
      case "reduce":
        throw new RangeError("a reduction is read where it is not computed");
    }
  }

  const place = ({ access, index: chosen }: Store, copy: number): string => {
    const start = placeOf(access, (loop) => index(loop, copy));
    return chosen === undefined ? start : `${start} + ${clamped(chosen.value, chosen.size, copy)} * ${chosen.stride}u`;
  };

  return {
    at,
    define: (instruction, expression) => {
      known.set(`${instruction}`, expression);
    },
    scope(body) {
      const outer = known;
      known = new Map(outer);
      body();
      known = outer;
    },
    place,
    store(store, copies) {
      const { access, mode, value, index: chosen } = store;
      const { buffer } = access;
      const { dtype } = task.body[value] as Instruction;
      const vector =
        copies === 4 && vectorLoop !== undefined && chosen === undefined && mode === "set" && shader.isVector(buffer);
      if (vector && isVectorAccess(access, vectorLoop, task.sizes)) {
        const entries = [0, 1, 2, 3].map((copy) => at(value, copy));
        shader.writeVector(buffer, place(store, 0), `vec4<${dtype}>(${entries.join(", ")})`);
        return;
      }
      for (let copy = 0; copy < copies; copy += 1) {
        const entry = at(value, copy);
        if (mode === "set") shader.write(buffer, place(store, copy), entry);
        else {
          const to = keep(place(store, copy));
          shader.write(buffer, to, combined(mode, dtype, shader.read(buffer, to), entry, shader.use));
        }
      }
    },
  };
}

/** The buffers whose every use along a loop is by whole vectors. */
export function vectorBuffers(task: Task, needed: ReadonlySet<number>, loop: number): ReadonlySet<number> {
  const uses: [buffer: number, vector: boolean][] = task.stores.map(({ access, mode, index }) => [
    access.buffer,
    mode === "set" && index === undefined && isVectorAccess(access, loop, task.sizes),
  ]);
  const loops = loopsOf(task);
  for (const at of needed) {
    const instruction = task.body[at] as Instruction;
    if (instruction.op === "load") uses.push([instruction.access.buffer, isVectorAccess(instruction.access, loop, task.sizes)]);
    if (instruction.op === "lookup") {
      const steady = !loops[instruction.index]?.has(loop);
      uses.push([instruction.access.buffer, steady && isVectorAccess(instruction.access, loop, task.sizes, instruction.stride)]);
    }
  }
  const scalar = new Set(uses.filter(([, vector]) => !vector).map(([buffer]) => buffer));
  return new Set(uses.map(([buffer]) => buffer).filter((buffer) => !scalar.has(buffer)));
}
