import type { Block } from '../../../../core/ports/execution.js'
import { type EvmFunction, Instance } from '../evm/instance.js'
import { type ChainRules, openRequest } from '../evm/wire.js'
import { fromHex } from '../hex.js'
import type { StoredChain } from '../store/stored.js'
import { ancestorHash } from './ancestors.js'

/** Bytes; an engine that has grown larger is replaced, since its memory never shrinks. */
const MAX_ENGINE = 256 * 1024 * 1024

/** Where a read stands: what the engine asks for is answered from here. */
export interface Position {
  chain: StoredChain
  block: Block
}

/** Engines for reads alone, one for each set of rules, whatever chain it reads: what is kept by hash is the same in all. */
export class ReadEngines {
  readonly #module: WebAssembly.Module
  readonly #engines = new Map<string, Instance>()
  #position: Position | undefined

  constructor(module: WebAssembly.Module) {
    this.#module = module
  }

  /** Runs a function of the engine at `position`. @throws what `Instance.invoke` throws */
  invoke(rules: ChainRules, position: Position, name: EvmFunction, request: Uint8Array): Uint8Array {
    this.#position = position
    try {
      return this.#engine(rules, position).invoke(name, request)
    } finally {
      this.#position = undefined
    }
  }

  #engine(rules: ChainRules, { block }: Position): Instance {
    const name = `${rules.chainId} ${rules.osakaTime ?? ''}`
    const known = this.#engines.get(name)
    if (known !== undefined && !known.dead && known.size <= MAX_ENGINE) return known
    const engine = new Instance(this.#module, {
      node: (hash) => this.#position?.chain.node(hash),
      code: (hash) => this.#position?.chain.code(hash),
      blockHash: (number) => this.#ancestor(number),
    })
    engine.invoke('open', openRequest(rules, block.stateRoot))
    this.#engines.set(name, engine)
    return engine
  }

  #ancestor(number: number): Uint8Array | undefined {
    if (this.#position === undefined) return undefined
    const hash = ancestorHash(this.#position.chain, this.#position.block, number)
    return hash === undefined ? undefined : fromHex(hash)
  }
}

const shared = new WeakMap<WebAssembly.Module, ReadEngines>()

/** The engines in this thread that read for whoever does so in it: calls never overlap. */
export function readEngines(module: WebAssembly.Module): ReadEngines {
  const known = shared.get(module) ?? new ReadEngines(module)
  shared.set(module, known)
  return known
}
