/** No request or reply is longer: a genesis of a million accounts, a block with all its trie nodes. */
export const MAX_BYTES = 256 * 1024 * 1024

type WasmFunction = (...values: number[]) => unknown

/**
 * The exports and the memory of an engine that takes a request in memory from its `alloc` and gives a reply, address and length
 * in one number, that it wants back by `release`. Whatever is thrown here leaves its memory in any state.
 */
export class EngineMemory {
  readonly #exports: Record<string, unknown>
  readonly #memory: WebAssembly.Memory

  constructor(exports: Record<string, unknown>) {
    this.#exports = exports
    if (!(exports.memory instanceof WebAssembly.Memory)) throw new TypeError('The module exports no memory.')
    this.#memory = exports.memory
  }

  /** Bytes that it holds; they never become fewer. */
  get size(): number {
    return this.#memory.buffer.byteLength
  }

  /** What the function `name` replies to a request, copied out. */
  call(name: string, request: Uint8Array): Uint8Array {
    const [at, length] = span(this.function(name)(this.place(request), request.length))
    const reply = this.bytes(at, length).slice()
    this.function('release')(at, length)
    if (reply[0] !== 0 && reply[0] !== 1) throw new RangeError(`the reply begins with ${reply[0] ?? 'nothing'}`)
    return reply
  }

  /** Copies `bytes` into memory that the engine gives, and that is its own from then on. */
  place(bytes: Uint8Array): number {
    if (bytes.length > MAX_BYTES) throw new RangeError(`${bytes.length} bytes are more than ${MAX_BYTES}`)
    const at = Number(this.function('alloc')(bytes.length)) >>> 0
    this.bytes(at, bytes.length).set(bytes)
    return at
  }

  /** A view that is good until memory grows, which any call into the engine may do. */
  bytes(at: number, length: number): Uint8Array {
    if (length > MAX_BYTES) throw new RangeError(`${length} bytes are more than ${MAX_BYTES}`)
    return new Uint8Array(this.#memory.buffer, at >>> 0, length)
  }

  function(name: string): WasmFunction {
    const found = this.#exports[name]
    if (typeof found !== 'function') throw new TypeError(`the module exports no function "${name}"`)
    return found as WasmFunction
  }
}

function span(value: unknown): [at: number, length: number] {
  if (typeof value !== 'bigint') throw new TypeError('the reply is no 64-bit integer')
  return [Number(BigInt.asUintN(32, value >> 32n)), Number(BigInt.asUintN(32, value))]
}
