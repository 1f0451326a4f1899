// One compute shader being written: its lines, the memories it binds, the functions it calls.
import type { DType } from "../../ir/graph.ts";
import type { Access } from "../../loops/kernel.ts";
import { functionTexts } from "./functions.ts";
import type { Binding, Dispatch } from "./gpu-program.ts";

/** Where buffers lie, as far as code depends on it. */
export interface BufferView {
  readonly dtype: DType;
  /** The memory that holds it; `packed`: together with other buffers, from `offset` on, in elements. */
  readonly memory: number;
  readonly packed: boolean;
  readonly offset: number;
}

export interface Shader {
  line(text: string): void;
  /** Lines in a block `head { … }`. */
  block(head: string, body: () => void): void;
  /** Asks for a function of `functions.ts`. */
  use(name: string): void;
  /** A function of the module's own, `fn head { … }`. */
  routine(head: string, body: () => void): void;
  /** A declaration at the module's level. */
  declare(text: string): void;
  /** A name that no other value of the shader has. */
  name(): string;
  read(buffer: number, place: string): string;
  write(buffer: number, place: string, value: string): void;
  /** Four entries from `place` on, a multiple of 4: of a buffer that the shader's `vectors` name. */
  readVector(buffer: number, place: string): string;
  writeVector(buffer: number, place: string, value: string): void;
  isVector(buffer: number): boolean;
  finish(options: { readonly invocations: number; readonly groups: number; readonly path: string }): Dispatch;
}

export interface ShaderOptions {
  view(buffer: number): BufferView;
  /** Buffers that are bound as vectors of four. */
  readonly vectors: ReadonlySet<number>;
  /** Enclosing loops. */
  readonly depth: number;
  readonly maxWorkgroups: number;
}

interface Bound {
  readonly binding: number;
  readonly memory: number;
  readonly type: string;
  writable: boolean;
}

export function newShader({ view, vectors, depth, maxWorkgroups }: ShaderOptions): Shader {
  let lines: string[] = [];
  const declarations: string[] = [];
  const functions = new Set<string>();
  const bound = new Map<number, Bound>();
  let indent = "  ";
  let names = 0;

  const bind = (buffer: number, writes: boolean): Bound => {
    const { memory, packed, dtype } = view(buffer);
    let found = bound.get(memory);
    if (found === undefined) {
      const type = packed ? "u32" : vectors.has(buffer) ? `vec4<${dtype}>` : dtype;
      found = { binding: bound.size, memory, type, writable: false };
      bound.set(memory, found);
    }
    found.writable ||= writes;
    return found;
  };
  const entry = (buffer: number, place: string, writes: boolean): string => {
    const { packed, offset } = view(buffer);
    const { binding, type } = bind(buffer, writes);
    if (packed) return `m${binding}[${offset === 0 ? place : `${offset}u + ${place}`}]`;
    if (!type.startsWith("vec4")) return `m${binding}[${place}]`;
    return `m${binding}[(${place}) / 4u][(${place}) % 4u]`;
  };

  const shader: Shader = {
    line(text) {
      lines.push(indent + text);
    },
    block(head, body) {
      lines.push(`${indent}${head} {`);
      indent += "  ";
      body();
      indent = indent.slice(2);
      lines.push(`${indent}}`);
    },
    routine(head, body) {
      const [outer, outerIndent] = [lines, indent];
      [lines, indent] = [[], ""];
      shader.block(`fn ${head}`, body);
      declarations.push(...lines);
      [lines, indent] = [outer, outerIndent];
    },
    use: (name) => functions.add(name),
    declare: (text) => declarations.push(text),
    name() {
      names += 1;
      return `v${names}`;
    },
    read(buffer, place) {
      const { packed, dtype } = view(buffer);
      return packed ? `bitcast<${dtype}>(${entry(buffer, place, false)})` : entry(buffer, place, false);
    },
    write(buffer, place, value) {
      shader.line(`${entry(buffer, place, true)} = ${view(buffer).packed ? `bitcast<u32>(${value})` : value};`);
    },
    readVector: (buffer, place) => `m${bind(buffer, false).binding}[(${place}) / 4u]`,
    writeVector: (buffer, place, value) => shader.line(`m${bind(buffer, true).binding}[(${place}) / 4u] = ${value};`),
    isVector: (buffer) => vectors.has(buffer) && !view(buffer).packed,
    finish({ invocations, groups, path }) {
      const bindings: Binding[] = [];
      const memories: string[] = [];
      for (const { binding, memory, type, writable } of bound.values()) {
        bindings.push({ memory, writable });
        const mode = writable ? "read_write" : "read";
        memories.push(`@group(0) @binding(${binding}) var<storage, ${mode}> m${binding}: array<${type}>;`);
      }
      const loops = Array.from({ length: depth }, (_, d) => `@group(1) @binding(${d}) var<uniform> t${d}: u32;`);
      const width = Math.min(groups, maxWorkgroups);
      const height = Math.ceil(groups / width);
      const group = height === 1 ? "workgroup.x" : `workgroup.x + workgroup.y * ${width}u`;
      const code = [
        ...(functions.has("subgroups") ? ["enable subgroups;"] : []),
        ...memories,
        ...loops,
        ...declarations,
        ...functionTexts([...functions].filter((name) => name !== "subgroups")),
        `@compute @workgroup_size(${invocations})`,
        "fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) local: u32) {",
        `  let group = ${group};`,
        ...(width * height === groups ? [] : [`  if (group >= ${groups}u) { return; }`]),
        ...lines,
        "}",
        "",
      ].join("\n");
      return { kind: "dispatch", code, bindings, depth, workgroups: [width, height], path };
    },
  };
  return shader;
}

/** The place of an access as a u32 expression; `index` names the iteration of each loop, undefined where it is always 0. */
export function placeOf(access: Access, index: (loop: number) => string | undefined): string {
  const terms: string[] = [];
  const add = (factor: number, name: string): void => {
    if (factor === 0) return;
    const size = Math.abs(factor) === 1 ? name : `${name} * ${Math.abs(factor)}u`;
    terms.push(terms.length === 0 && factor > 0 ? size : `${factor < 0 ? "-" : "+"} ${size}`);
  };
  if (access.offset !== 0) terms.push(`${access.offset}u`);
  access.strides.forEach((stride, loop) => {
    const name = index(loop);
    if (name !== undefined) add(stride, name);
  });
  (access.steps ?? []).forEach((step, depth) => {
    add(step, `t${depth}`);
  });
  if (terms.length === 0) return "0u";
  return terms[0]?.startsWith("-") ? `0u ${terms.join(" ")}` : terms.join(" ");
}

/** A number as a WGSL literal of its type; special values come from functions. */
export function literal(value: number, dtype: DType, use: (name: string) => void): string {
  if (dtype === "i32") return value === -2147483648 ? "bitcast<i32>(0x80000000u)" : `${value}i`;
  const rounded = Math.fround(value);
  if (Number.isFinite(rounded)) {
    const text = Object.is(rounded, -0) ? "-0" : String(rounded);
    return `${/[.e]/.test(text) ? text : `${text}.0`}f`;
  }
  use("special");
  if (Number.isNaN(rounded)) return "not_a_number()";
  return rounded > 0 ? "infinity()" : "(-infinity())";
}
