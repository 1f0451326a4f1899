// A WebAssembly module while it is written: imports, functions and their types, and in the end the bytes of its sections.
import type { FunctionHandle, ModuleBuilder, ModuleOptions, WasmType } from "./assembler.ts";
import { encodeBytes, encodeName, encodeUnsigned } from "./encode.ts";
import { encodeFunction, typeCodes } from "./encode-function.ts";

const sections = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const;
const [functionKind, memoryKind, functionType] = [0x00, 0x02, 0x60];

interface Defined {
  readonly name: string;
  readonly index: number;
  readonly type: number;
  readonly exported: boolean;
  code: readonly number[];
}

export function moduleBuilder(options: ModuleOptions = {}): ModuleBuilder {
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
        code: [],
      };
      // Its place is taken first: the body may define functions of its own.
      defined.push(entry);
      entry.code = encodeFunction(params, body, options);
      return { index: entry.index, name, params, results };
    },
    finish() {
      const out = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
      section(out, sections.type, typeBytes);
      section(out, sections.import, imports);
      section(
        out,
        sections.function,
        defined.map(({ type }) => unsigned(type)),
      );
      section(out, sections.export, defined.filter(({ exported }) => exported).map(exportBytes));
      section(
        out,
        sections.code,
        defined.map(({ code }) => counted(code)),
      );
      return Uint8Array.from(out);
    },
  };
}

function section(out: number[], kind: number, entries: readonly (readonly number[])[]): void {
  if (entries.length === 0) return;
  const bytes = unsigned(entries.length);
  for (const entry of entries) for (const byte of entry) bytes.push(byte);
  out.push(kind);
  encodeBytes(out, bytes);
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

function counted(bytes: readonly number[]): number[] {
  const out: number[] = [];
  encodeBytes(out, bytes);
  return out;
}
