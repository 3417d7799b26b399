import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { MetisSeqError, messageOf } from '../core/errors/index.js'
import { reached } from '../core/faultPoints.js'
import type { L1View } from '../core/ports/l1.js'
import { makePrivateFolder } from '../files/private.js'
import { type Anvil, failed, startAnvil } from './anvil.js'
import { writeDurably } from './files.js'
import { corrupt } from './folder.js'
import { L1_BLOCK_TIME, L1_CHAIN_ID } from './settings.js'

const unzip = promisify(gunzip)
const SAVED = 'state.json.gz'
const MAX_STATE = 2 ** 31
/** A save may take this part of the time at most: it grows with the chain. */
const SAVING_SHARE = 0.1
const SETUP_MINING_PAUSE = 50
/** Deaths without a block in between after which L1 is not started again. */
const MOST_DEATHS = 5
/** ms that the last save may take when the devnet ends: what the nodes know of is saved already. */
const LAST_SAVE = 5000

/**
 * The devnet's Ethereum. We mine and save ourselves, because anvil's own saving loses the last seconds at a kill -9 and
 * may leave half a file: consensus would then have decided L1 blocks that no longer exist. `guarded` shows the nodes only
 * blocks that are saved, so whatever they act on is there after any crash, of anvil alone too: then it is started again
 * from what was saved. While it is silent the nodes go on without it (rule L3).
 */
export class DevnetL1 {
  readonly #port: number
  readonly #folder: string
  #anvil: Anvil
  #deaths = 0
  readonly #abort = new AbortController()
  #saved = -1
  #nextSave = 0
  #mining: Promise<void> | undefined
  #stopped = false

  private constructor(anvil: Anvil, { folder, port }: { folder: string; port: number }) {
    this.#anvil = anvil
    this.#folder = folder
    this.#port = port
  }

  /**
   * Starts L1 from what was saved in `folder`, or from nothing. `resumed` says that a saved state must be there.
   * @throws MetisSeqError `DATA_FOLDER_CORRUPT` (exit 9), `L1_FAILED` (exit 6)
   */
  static async start(options: { folder: string; port: number; resumed: boolean }): Promise<DevnetL1> {
    const { folder, port, resumed } = options
    await makePrivateFolder(folder)
    const l1 = new DevnetL1(
      resumed ? await resume(folder, port) : await startAnvil({ port, chainId: L1_CHAIN_ID }),
      options,
    )
    if (resumed) l1.#saved = await l1.#head()
    return l1
  }

  get url(): string {
    return this.#anvil.url
  }

  call(...args: Parameters<Anvil['call']>): Promise<unknown> {
    return this.#anvil.call(...args)
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

  /**
   * A block every second from now on. `onTrouble` hears once when L1 is silent or has died and is started again, `onFailure`
   * when that does not help or L1 cannot be saved: the devnet must not go on then.
   */
  run(onFailure: (error: Error) => void, onTrouble: (error: MetisSeqError) => void): void {
    this.#watch(onFailure, onTrouble)
    this.#mining = this.#mine(onTrouble).catch((error) => {
      if (!this.#stopped) onFailure(error instanceof Error ? error : new Error(messageOf(error)))
    })
  }

  #watch(onFailure: (error: Error) => void, onTrouble: (error: MetisSeqError) => void): void {
    const again = async (words: string) => {
      if (this.#stopped) return
      const died = failed(`anvil ended: ${words}`)
      this.#deaths += 1
      if (this.#deaths >= MOST_DEATHS) throw died
      onTrouble(died)
      this.#anvil = await resume(this.#folder, this.#port)
      if (this.#stopped) await this.#anvil.stop()
      else this.#watch(onFailure, onTrouble)
    }
    void this.#anvil.ended.then(again).catch(onFailure)
  }

  async #mine(onTrouble: (error: MetisSeqError) => void): Promise<void> {
    let silent = false
    while (!this.#stopped) {
      const { ended } = this.#anvil
      try {
        await this.call('evm_mine')
        if (performance.now() >= this.#nextSave) await this.save()
        this.#deaths = 0
        silent = false
      } catch (error) {
        if (!isSilence(error)) throw error
        // What died is told of by whoever starts it again.
        const died = await Promise.race([ended.then(() => true), delay(L1_BLOCK_TIME, false)])
        if (!silent && !died && !this.#stopped) onTrouble(error)
        silent = true
      }
      await delay(L1_BLOCK_TIME, undefined, { signal: this.#abort.signal }).catch(() => undefined)
    }
  }

  /** Saves the chain as it is now. */
  async save(timeout?: number): Promise<void> {
    const began = performance.now()
    const head = await this.#head(timeout)
    const dump = await this.call('anvil_dumpState', [], timeout)
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
      range: (from, to, key) => view.range(from, to, key),
      onBlock: (listener) => view.onBlock(listener),
      close: () => view.close(),
    }
  }

  async #head(timeout?: number): Promise<number> {
    return Number(await this.call('eth_blockNumber', [], timeout))
  }

  /** Stops mining, saves, and ends the process. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#abort.abort()
    // It may be saving; a silent L1 keeps it longer.
    await Promise.race([this.#mining, delay(LAST_SAVE, undefined, { ref: false })])
    try {
      if (this.#mining !== undefined) await this.save(LAST_SAVE)
    } catch (error) {
      if (!isSilence(error)) throw error // silent to its end: what the nodes know of is saved
    } finally {
      await this.#anvil.stop()
      await this.#mining
    }
  }
}

function isSilence(error: unknown): error is MetisSeqError {
  return error instanceof MetisSeqError && error.code === 'L1_FAILED'
}

/** Starts anvil from what was saved. @throws MetisSeqError `DATA_FOLDER_CORRUPT` (exit 9), `L1_FAILED` (exit 6) */
async function resume(folder: string, port: number): Promise<Anvil> {
  const state = await unpack(folder)
  try {
    return await startAnvil({ port, chainId: L1_CHAIN_ID, state })
  } catch (error) {
    if (!/state|json|parse|deseriali/i.test(messageOf(error))) throw error
    throw corrupt(join(folder, SAVED), `anvil cannot load it (${messageOf(error)})`, error)
  } finally {
    await rm(state, { force: true })
  }
}

async function unpack(folder: string): Promise<string> {
  const path = join(folder, SAVED)
  const target = join(folder, 'loading.json')
  let state: Uint8Array
  try {
    state = await unzip(await readFile(path), { maxOutputLength: MAX_STATE })
  } catch (error) {
    throw corrupt(path, `the saved L1 cannot be read (${messageOf(error)})`, error)
  }
  await writeDurably(target, state)
  return target
}
