import { randomFillSync } from 'node:crypto'
import { messageOf } from '../../core/errors/index.js'
import { EngineMemory } from '../../engines/memory.js'

export type ThresholdFunction = 'share' | 'sign' | 'step'

/** The engine asks for what can't be: its caller is at fault, and the engine goes on. */
export class Refused extends Error {}

/** The threshold engine with a memory of its own, in which the secrets of its sessions are. After a trap it is worth nothing. */
export class ThresholdInstance {
  readonly #memory: EngineMemory
  #panic: string | undefined

  constructor(module: WebAssembly.Module) {
    const { exports } = new WebAssembly.Instance(module, {
      host: {
        random: (at: number, length: number) => void randomFillSync(this.#memory.bytes(at, length >>> 0)),
        panicked: (at: number, length: number) => {
          this.#panic = new TextDecoder().decode(this.#memory.bytes(at, length >>> 0))
        },
      },
    })
    this.#memory = new EngineMemory(exports)
  }

  /** @throws Refused; Error where the engine broke off */
  invoke(name: ThresholdFunction, request: Uint8Array): Uint8Array {
    const reply = this.#guarded(() => this.#memory.call(name, request))
    if (reply[0] === 0) return reply.subarray(1)
    throw new Refused(new TextDecoder().decode(reply.subarray(1)))
  }

  forget(handle: number): void {
    this.#guarded(() => this.#memory.function('forget')(handle))
  }

  #guarded<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw new Error(this.#panic ?? messageOf(error), { cause: error })
    }
  }
}
