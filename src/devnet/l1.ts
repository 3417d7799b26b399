import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { messageOf } from '../core/errors/index.js'
import { reached } from '../core/faultPoints.js'
import type { L1View } from '../core/ports/l1.js'
import { type Anvil, startAnvil } from './anvil.js'
import { writeDurably } from './files.js'
import { corrupt } from './folder.js'
import { L1_BLOCK_TIME, L1_CHAIN_ID } from './settings.js'

const unzip = promisify(gunzip)
const SAVED = 'state.json.gz'
const MAX_STATE = 2 ** 31
/** A save may take this part of the time at most: it grows with the chain. */
const SAVING_SHARE = 0.1
const SETUP_MINING_PAUSE = 50

/**
 * The devnet's Ethereum. We mine and save ourselves, because anvil's own saving loses the last seconds at a kill -9 and
 * may leave half a file: consensus would then have decided L1 blocks that no longer exist. `guarded` shows the nodes only
 * blocks that are saved, so whatever they act on is there after any crash.
 */
export class DevnetL1 {
  readonly #anvil: Anvil
  readonly #folder: string
  readonly #abort = new AbortController()
  #saved = -1
  #nextSave = 0
  #mining: Promise<void> | undefined
  #stopped = false

  private constructor(anvil: Anvil, folder: string) {
    this.#anvil = anvil
    this.#folder = folder
  }

  /**
   * Starts L1 from what was saved in `folder`, or from nothing. `resumed` says that a saved state must be there.
   * @throws MetisSeqError `DATA_FOLDER_CORRUPT` (exit 9), `L1_FAILED` (exit 6)
   */
  static async start(options: { folder: string; port: number; resumed: boolean }): Promise<DevnetL1> {
    const { folder, port, resumed } = options
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const state = resumed ? await unpack(folder) : undefined
    let anvil: Anvil
    try {
      anvil = await startAnvil({ port, chainId: L1_CHAIN_ID, ...(state === undefined ? {} : { state }) })
    } catch (error) {
      if (state !== undefined && /state|json|parse|deseriali/i.test(messageOf(error))) {
        throw corrupt(join(folder, SAVED), `anvil cannot load it (${messageOf(error)})`, error)
      }
      throw error
    } finally {
      if (state !== undefined) await rm(state, { force: true })
    }
    const l1 = new DevnetL1(anvil, folder)
    if (resumed) l1.#saved = await l1.#head()
    return l1
  }

  get url(): string {
    return this.#anvil.url
  }

  call(method: string, params: readonly unknown[] = []): Promise<unknown> {
    return this.#anvil.call(method, params)
  }

  /** Mines one block after the other until `work` is done, so that a set-up waits for no clock. */
  async mineDuring<T>(work: Promise<T>): Promise<T> {
    let going = true
    const settled = work.finally(() => {
      going = false
    })
    settled.catch(() => undefined)
    while (going) {
      await delay(SETUP_MINING_PAUSE)
      await this.call('evm_mine')
    }
    return settled
  }

  /** A block every second from now on. `onFailure` hears when L1 ends or can't be saved; the devnet must not go on then. */
  run(onFailure: (error: Error) => void): void {
    void this.#anvil.ended.then((words) => {
      if (!this.#stopped) onFailure(new Error(`anvil ended: ${words}`))
    })
    this.#mining = this.#mine().catch((error) => {
      if (!this.#stopped) onFailure(error instanceof Error ? error : new Error(messageOf(error)))
    })
  }

  async #mine(): Promise<void> {
    while (!this.#stopped) {
      await this.call('evm_mine')
      if (performance.now() >= this.#nextSave) await this.save()
      await delay(L1_BLOCK_TIME, undefined, { signal: this.#abort.signal }).catch(() => undefined)
    }
  }

  /** Saves the chain as it is now. */
  async save(): Promise<void> {
    const began = performance.now()
    const head = await this.#head()
    const dump = await this.call('anvil_dumpState')
    if (typeof dump !== 'string') throw new Error('anvil gave no state to save')
    await writeDurably(join(this.#folder, SAVED), Buffer.from(dump.slice(2), 'hex'))
    reached('l1.saved')
    this.#saved = head
    this.#nextSave = performance.now() + (performance.now() - began) / SAVING_SHARE - L1_BLOCK_TIME
  }

  /** The view as the nodes may have it: final is what is saved as well. */
  guarded(view: L1View): L1View {
    return {
      finalHeight: async () => Math.min(await view.finalHeight(), this.#saved),
      range: (from, to) => view.range(from, to),
      onBlock: (listener) => view.onBlock(listener),
      close: () => view.close(),
    }
  }

  async #head(): Promise<number> {
    return Number(await this.call('eth_blockNumber'))
  }

  /** Stops mining, saves, and ends the process. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#abort.abort()
    await this.#mining
    try {
      if (this.#mining !== undefined) await this.save()
    } finally {
      await this.#anvil.stop()
    }
  }
}

async function unpack(folder: string): Promise<string> {
  const path = join(folder, SAVED)
  const target = join(folder, 'loading.json')
  try {
    await writeFile(target, await unzip(await readFile(path), { maxOutputLength: MAX_STATE }), { mode: 0o600 })
  } catch (error) {
    throw corrupt(path, `the saved L1 cannot be read (${messageOf(error)})`, error)
  }
  return target
}
