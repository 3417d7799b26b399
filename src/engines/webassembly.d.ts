/** What this project uses of WebAssembly (https://webassembly.github.io/spec/js-api/); the types of Node have none. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array)
  }

  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, (...values: never[]) => unknown>>)
    readonly exports: Record<string, unknown>
  }

  class Memory {
    /** Detached when the memory grows. */
    readonly buffer: ArrayBuffer
  }

  function compile(bytes: Uint8Array): Promise<Module>
}
