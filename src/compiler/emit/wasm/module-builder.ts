// A WebAssembly module while it is written: imports, functions and their types, and in the end the bytes of its sections.
import type { FunctionHandle, Machine, ModuleBuilder, WasmType } from "./assembler.ts";
import { encodeBytes, encodeName, encodeUnsigned } from "./encode.ts";
import { encodeFunction, typeCodes } from "./encode-function.ts";

const sections = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const;
const [functionKind, memoryKind, functionType] = [0x00, 0x02, 0x60];

interface Defined {
  readonly name: string;
  readonly index: number;
  readonly type: number;
  readonly exported: boolean;
  code: Uint8Array;
}

/** Nothing is expected of a machine that is not known. */
export const anyMachine: Machine = { fusedMultiplyAdd: false, wideVectors: false };

export function moduleBuilder(machine: Machine = anyMachine): ModuleBuilder {
  const types: string[] = [];
  const typeBytes: number[][] = [];
  const imports: number[][] = [];
  const defined: Defined[] = [];
  let importedFunctions = 0;

  const typeIndex = (params: readonly WasmType[], results: readonly WasmType[]): number => {
    const key = `${params.join()}>${results.join()}`;
    const found = types.indexOf(key);
    if (found !== -1) return found;
    const bytes = [functionType];
    encodeBytes(
      bytes,
      params.map((type) => typeCodes[type]),
    );
    encodeBytes(
      bytes,
      results.map((type) => typeCodes[type]),
    );
    typeBytes.push(bytes);
    return types.push(key) - 1;
  };

  return {
    machine,
    importMemory(module, name, { initialPages, maximumPages, shared }) {
      const bytes: number[] = [];
      encodeName(bytes, module);
      encodeName(bytes, name);
      bytes.push(memoryKind, shared ? 0x03 : 0x01);
      encodeUnsigned(bytes, initialPages);
      encodeUnsigned(bytes, maximumPages);
      imports.push(bytes);
    },
    importFunction(module, name, params, results): FunctionHandle {
      if (defined.length > 0) throw new RangeError(`the import of ${module}.${name} comes after a function`);
      const bytes: number[] = [];
      encodeName(bytes, module);
      encodeName(bytes, name);
      bytes.push(functionKind);
      encodeUnsigned(bytes, typeIndex(params, results));
      imports.push(bytes);
      importedFunctions += 1;
      return { index: importedFunctions - 1, name, params, results };
    },
    function(name, params, results, body, { exported = false } = {}): FunctionHandle {
      const entry: Defined = {
        name,
        index: importedFunctions + defined.length,
        type: typeIndex(params, results),
        exported,
        code: new Uint8Array(),
      };
      // Its place is taken first: the body may define functions of its own.
      defined.push(entry);
      entry.code = encodeFunction(params, body, machine);
      return { index: entry.index, name, params, results };
    },
    finish() {
      const header = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);
      return joined([
        header,
        ...section(sections.type, typeBytes),
        ...section(sections.import, imports),
        ...section(
          sections.function,
          defined.map(({ type }) => unsigned(type)),
        ),
        ...section(sections.export, defined.filter(({ exported }) => exported).map(exportBytes)),
        ...section(
          sections.code,
          defined.flatMap(({ code }) => [unsigned(code.length), code]),
          defined.length,
        ),
      ]);
    },
  };
}

type Bytes = ArrayLike<number>;

/** The parts of a section of so many entries; a section without entries is left out. */
function section(kind: number, parts: readonly Bytes[], entries = parts.length): readonly Bytes[] {
  if (entries === 0) return [];
  const count = unsigned(entries);
  const length = parts.reduce((total, part) => total + part.length, count.length);
  return [[kind], unsigned(length), count, ...parts];
}

function joined(parts: readonly Bytes[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function exportBytes({ name, index }: Defined): number[] {
  const out: number[] = [];
  encodeName(out, name);
  out.push(functionKind);
  encodeUnsigned(out, index);
  return out;
}

function unsigned(value: number): number[] {
  const out: number[] = [];
  encodeUnsigned(out, value);
  return out;
}
