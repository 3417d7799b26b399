import { join } from 'node:path'
import { decodeInbox } from '../../../src/core/batching/inbox.js'
import { bytesToHex, hexToBytes, utf8 } from '../../../src/core/codec/index.js'
import type { DevnetDescriptor } from '../../../src/devnet/descriptor.js'
import type { DevnetEvent } from '../../../src/devnet/events.js'
import { openDatabase } from '../../../src/node/index.js'
import { ask, blockAt } from './rpc.js'
import type { SentDeposit } from './traffic.js'

const PARALLEL = 16
/** Network, term and number, under which a guard has the hash that was sealed. */
const SLOT_BYTES = 48
const HASH_BYTES = 32

/** Remembers what was promised, from outside of the processes that die, and says where a promise was broken. */
export class Witness {
  /** Hashes of final blocks (tag `safe`) by number. */
  readonly final = new Map<number, string>()
  /** Transactions in them. */
  readonly confirmed = new Set<string>()
  /** Hashes of sealed blocks by node, term and number. */
  readonly #sealed = new Map<string, string>()
  /** Entries of the guards of all nodes, by node and slot. */
  readonly #guarded = new Map<string, string>()

  /** Another one that knows the same, and learns by itself. */
  copy(): Witness {
    const copy = new Witness()
    for (const [number, hash] of this.final) copy.final.set(number, hash)
    for (const [place, hash] of this.#sealed) copy.#sealed.set(place, hash)
    for (const [slot, hash] of this.#guarded) copy.#guarded.set(slot, hash)
    return copy
  }

  get lastFinal(): number {
    return Math.max(0, ...this.final.keys())
  }

  /** Notes the blocks that became final since the last look at this node. */
  async look(rpc: string): Promise<void> {
    const safe = Number((await blockAt(rpc, 'safe'))?.number ?? 0)
    for (let number = this.lastFinal + 1; number <= safe; number++) {
      const block = await blockAt(rpc, number)
      if (block === null) throw new Error(`block ${number} is final up to ${safe}, and not there`)
      this.final.set(number, block.hash)
      for (const { hash } of block.transactions) this.confirmed.add(hash)
    }
  }

  /** The first final block that the node behind `rpc` has: not the first of all where it began with a snapshot. */
  async firstOf(rpc: string): Promise<number> {
    for (const number of this.final.keys()) if ((await blockAt(rpc, number)) !== null) return number
    throw new Error(`${rpc} has no block up to ${this.lastFinal}`)
  }

  /** Every final block from `from` on is what it was on the node behind `rpc`. */
  async checkFinal(rpc: string, from = 0): Promise<void> {
    for (const [number, hash] of this.final) {
      if (number < from) continue
      const found = (await blockAt(rpc, number))?.hash
      if (found !== hash) throw new Error(`block ${number} was final as ${hash}, and ${rpc} has ${found}`)
    }
  }

  /** No node sealed two blocks for one term and height (rule T4), neither now nor before it died. */
  checkSeals(events: readonly DevnetEvent[]): void {
    for (const event of events) {
      if (event.event !== 'block' || !event.own) continue
      keep(this.#sealed, `node ${event.nodeIndex}, term ${event.term}, block ${event.number}`, event.hash)
    }
  }

  /** Nothing that a guard of a stopped node holds was changed or lost: seals, and digests of the group. @returns the entries of all */
  async checkGuards(nodeFolders: readonly string[]): Promise<number> {
    for (const [index, folder] of nodeFolders.entries()) {
      const now = new Map([...(await sealsOf(folder)), ...(await digestsOf(folder))])
      for (const [name, hash] of this.#guarded) {
        const [node, slot = ''] = name.split(', ')
        if (node === `node ${index}` && now.get(slot) !== hash)
          throw new Error(`the guard had ${hash} at ${name}, and has ${now.get(slot)}`)
      }
      for (const [slot, hash] of now) this.#guarded.set(`node ${index}, ${slot}`, hash)
    }
    return this.#guarded.size
  }
}

/** By term and number, as a node's guard of seals has them. */
async function sealsOf(folder: string): Promise<[string, string][]> {
  const ends = [new Uint8Array(SLOT_BYTES), new Uint8Array(SLOT_BYTES).fill(255)] as const
  const all = await entriesOf(join(folder, 'guard'), ...ends)
  return all
    .filter(([key]) => key.length === SLOT_BYTES)
    .map(([key, value]) => [`slot ${bytesToHex(key)}`, bytesToHex(value)])
}

/** What it signed of each request of the group, at each of its fees. */
async function digestsOf(folder: string): Promise<[string, string][]> {
  const all = await entriesOf(join(folder, 'shares'), utf8('r'), utf8('s'))
  return all.map(([key, value]) => [`request ${bytesToHex(key)}`, bytesToHex(value.subarray(0, HASH_BYTES))])
}

async function entriesOf(directory: string, from: Uint8Array, to: Uint8Array) {
  const database = await openDatabase(directory)
  const all: (readonly [Uint8Array, Uint8Array])[] = []
  try {
    for await (const entry of database.entries(from, to)) all.push(entry)
    return all
  } finally {
    await database.close()
  }
}

function keep(known: Map<string, string>, place: string, hash: string): void {
  const before = known.get(place) ?? hash
  if (before !== hash) throw new Error(`${place} was sealed as ${before} and as ${hash}`)
  known.set(place, hash)
}

/** Indices of the batches that the group sent to the inbox, in L1's order. @throws Error where they are not 1, 2, 3 ... */
export async function checkBatches({ l1, contracts, group }: DevnetDescriptor): Promise<number> {
  const head = Number(await ask<string>(l1.url, 'eth_blockNumber'))
  const indices: number[] = []
  for (let from = 0; from <= head; from += PARALLEL) {
    const numbers = Array.from({ length: Math.min(PARALLEL, head + 1 - from) }, (_, i) => from + i)
    for (const block of await Promise.all(numbers.map((number) => blockAt(l1.url, number)))) {
      for (const { to, from: sender, input } of block?.transactions ?? []) {
        if (to?.toLowerCase() !== contracts.inbox || sender.toLowerCase() !== group || input === '0x') continue
        indices.push(Number(decodeInbox(hexToBytes(input)).batchIndex))
      }
    }
  }
  const wrong = indices.find((index, i) => index !== i + 1)
  if (wrong !== undefined) throw new Error(`L1 has the batches ${indices.join(', ')}`)
  return indices.length
}

/** Whether the deposit is on L2 exactly as often as L1 has it: once or, where L1 lost it with its last blocks, never. */
export async function isCredited(devnet: DevnetDescriptor, rpc: string, sent: SentDeposit): Promise<boolean> {
  const receipt = await ask<{ status: string } | null>(devnet.l1.url, 'eth_getTransactionReceipt', sent.hash)
  const balance = BigInt(await ask<string>(rpc, 'eth_getBalance', sent.to, 'latest'))
  if (balance > sent.amount) throw new Error(`${sent.to} has ${balance} wei of one deposit of ${sent.amount}`)
  return balance === (receipt?.status === '0x1' ? sent.amount : 0n)
}
