// The part of the WebAssembly JavaScript interface that is used here: TypeScript declares it only among the browser's types,
// which this package does without.
declare namespace WebAssembly {
  interface MemoryDescriptor {
    readonly initial: number;
    readonly maximum?: number;
    readonly shared?: boolean;
  }

  class Memory {
    constructor(descriptor: MemoryDescriptor);
    /** Another object after each growth; a SharedArrayBuffer where the memory is shared. */
    readonly buffer: ArrayBuffer;
    /** By pages of 64 KiB; gives the number before. Throws `RangeError` where there is no more. */
    grow(pages: number): number;
  }

  class Module {
    constructor(bytes: Uint8Array);
  }

  type ImportValue = Memory | number | ((...values: number[]) => number | undefined);
  type Exports = Readonly<Record<string, (...values: number[]) => number | undefined>>;
  type Imports = Readonly<Record<string, Readonly<Record<string, ImportValue>>>>;

  class Instance {
    constructor(module: Module, imports?: Imports);
    readonly exports: Exports;
  }

  function compile(bytes: Uint8Array): Promise<Module>;
  function instantiate(bytes: Uint8Array, imports?: Imports): Promise<{ readonly module: Module; readonly instance: Instance }>;
  function validate(bytes: Uint8Array): boolean;
}
