import { MetisSeqError, messageOf } from '../../../../core/errors/index.js'
import { EngineMemory, MAX_BYTES } from '../../../../engines/memory.js'
import { recoverKey } from './ecdsa.js'
import { refusalError, refused, text, trapped } from './refusals.js'

/** Where trie nodes and code lie, by their hash; undefined when they are not there. */
export interface StateSource {
  node(hash: Uint8Array): Uint8Array | undefined
  code(hash: Uint8Array): Uint8Array | undefined
}

/** What the engine asks of the node around it. */
export interface Host extends StateSource {
  /** Hash of the ancestor with that number of the block being executed (BLOCKHASH). */
  blockHash(number: number): Uint8Array | undefined
}

/** Functions of the block path (RLP), then those of reads (JSON). */
export type EvmFunction =
  | ('open' | 'genesis' | 'begin' | 'apply' | 'finish')
  | ('account' | 'storage' | 'signatures' | 'addresses' | 'decode')
  | ('call' | 'estimate' | 'access_list' | 'proof' | 'trace_block' | 'trace_call' | 'simulate')

/**
 * The execution engine with a memory of its own. Calls are synchronous and must not overlap. After a trap, or an error that the host
 * threw, its memory may be anything: it is dead then and refuses further use.
 */
export class Instance {
  readonly #host: Host
  readonly #memory: EngineMemory
  #panic: string | undefined
  #hostFailure: { error: unknown } | undefined
  #dead = false

  constructor(module: WebAssembly.Module, host: Host) {
    this.#host = host
    const { exports } = new WebAssembly.Instance(module, { host: this.#imports() })
    this.#memory = new EngineMemory(exports)
  }

  get dead(): boolean {
    return this.#dead
  }

  /** Bytes that it holds; they never become fewer. */
  get size(): number {
    return this.#memory.size
  }

  /**
   * Calls a function of the engine and copies its reply out.
   * @throws MetisSeqError `STATE_INCOMPLETE` (exit 9), `EVM_REFUSED`; `EVM_TRAPPED` and whatever the host threw kill the instance;
   * `EVM_DEAD` where it was dead before
   */
  invoke(name: EvmFunction, request: Uint8Array): Uint8Array {
    if (this.#dead) throw dead(name)
    if (request.length > MAX_BYTES) throw refused(name, 'INPUT', `it has ${request.length} bytes, above ${MAX_BYTES}`)
    const reply = this.#guarded(name, () => this.#memory.call(name, request))
    if (reply[0] === 0) return reply.subarray(1)
    throw refusalError(name, reply.subarray(1))
  }

  #guarded<T>(name: EvmFunction, work: () => T): T {
    try {
      return work()
    } catch (error) {
      this.#dead = true
      if (this.#hostFailure !== undefined) throw this.#hostFailure.error
      throw trapped(name, this.#panic ?? messageOf(error), error)
    }
  }

  #imports(): Record<string, (...values: never[]) => unknown> {
    const hashAt = (at: number) => this.#memory.bytes(at, 32).slice()
    return {
      node: (hash: number) => this.#answer(this.#asked(() => this.#host.node(hashAt(hash)))),
      code: (hash: number) => this.#answer(this.#asked(() => this.#host.code(hashAt(hash)))),
      block_hash: (number: bigint, out: number) => {
        const height = Number(BigInt.asUintN(64, number))
        return this.#put(
          out,
          32,
          this.#asked(() => this.#host.blockHash(height)),
        )
      },
      ecrecover: (digest: number, signature: number, recoveryId: number, out: number) =>
        this.#put(out, 64, recoverKey(this.#memory.bytes(digest, 32), this.#memory.bytes(signature, 64), recoveryId)),
      now: () => performance.now(),
      panicked: (at: number, length: number) => {
        this.#panic = text(this.#memory.bytes(at, length >>> 0))
      },
    }
  }

  /** What the host throws goes through the engine's frames; it must come out as it was. */
  #asked<T>(question: () => T): T {
    try {
      return question()
    } catch (error) {
      this.#hostFailure = { error }
      throw error
    }
  }

  /** A value for the engine in memory that it frees itself: address and length in one number, 0 for none. */
  #answer(value: Uint8Array | undefined): bigint {
    if (value === undefined) return 0n
    return (BigInt(this.#memory.place(value)) << 32n) | BigInt(value.length)
  }

  #put(out: number, length: number, value: Uint8Array | undefined): number {
    if (value === undefined) return 0
    this.#memory.bytes(out, length).set(value)
    return 1
  }
}

function dead(name: string): MetisSeqError {
  return new MetisSeqError('EVM_DEAD', `The execution engine was asked for "${name}" after it had broken off.`, {
    next: 'This is an error of the program: report it with this message.',
  })
}
