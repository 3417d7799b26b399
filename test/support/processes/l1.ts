import { type Place, processesOf } from '../../e2e/devnet/support.js'
import { ask } from './rpc.js'

/** The L1 of a running devnet, as somebody sees it who may send signals to its process. */
export class SilentL1 {
  readonly #place: Place

  constructor(place: Place) {
    this.#place = place
  }

  /** It answers nothing more; its sockets stay open. */
  stop(): void {
    process.kill(this.#pid(), 'SIGSTOP')
  }

  go(): void {
    process.kill(this.#pid(), 'SIGCONT')
  }

  kill(): void {
    process.kill(this.#pid(), 'SIGKILL')
  }

  #pid(): number {
    const own = processesOf(this.#place).find((line) => !line.includes('anvil-guard'))
    const [pid] = /\d+/.exec(own ?? '') ?? []
    if (pid === undefined) throw new Error('the devnet has no anvil')
    return Number(pid)
  }
}

/** Replaces the last `depth` blocks of L1 by others without transactions. */
export function reorganise(url: string, depth: number): Promise<unknown> {
  return ask(url, 'anvil_reorg', depth, [])
}
