import { bytesToHex, fromBigEndian } from '../../../src/core/codec/index.js'
import type { Genesis } from '../../../src/core/genesis/types.js'
import type { Address } from '../../../src/core/types/hex.js'

/** What the sequencers were paid for. */
export interface Payment {
  batch: number
  from: number
  to: number
  /** Blocks, by the sequencer's id. */
  blocks: ReadonlyMap<number, number>
}

/** `LockingPool` as its Solidity text says it, where it pays. A value: a call gives the next one. */
export interface LockingPool {
  payments: readonly Payment[]
  /** Ids by signer; null for a signer that is burnt. */
  signers: ReadonlyMap<Address, number | null>
  /** Ids that began to leave, and have their stake there still. */
  leaving: readonly number[]
}

const SELECTOR = '0x11c7d144'

export function genesisPool({ sequencers }: Genesis): LockingPool {
  return { payments: [], signers: new Map(sequencers.map(({ signer, id }) => [signer, id])), leaving: [] }
}

/** Number of the last payment: the first one is 2. */
export const batchOf = ({ payments }: LockingPool): number => 1 + payments.length

/** From now on this one has `signer`, and the one before is burnt; null: it is gone. */
export function signedBy(pool: LockingPool, id: number, signer: Address | null): LockingPool {
  const signers = new Map([...pool.signers].map(([address, each]) => [address, each === id ? null : each]))
  if (signer !== null) signers.set(signer, id)
  return { ...pool, signers }
}

/** After `batchSubmitRewards`; undefined where it reverts. */
export function paid(pool: LockingPool, data: Uint8Array): LockingPool | undefined {
  const word = (at: number) => data.subarray(4 + at, 36 + at)
  const number = (at: number) => Number(fromBigEndian(word(at)))
  const [batch, from, to, seqsAt, blocksAt] = [number(0), number(32), number(64), number(96), number(128)]
  const count = number(seqsAt)
  const isNext = batch === batchOf(pool) + 1 && from === (pool.payments.at(-1)?.to ?? 0) + 1 && from < to
  if (bytesToHex(data.subarray(0, 4)) !== SELECTOR || !isNext || count === 0 || count !== number(blocksAt))
    return undefined
  const blocks = new Map<number, number>()
  for (let i = 1; i <= count; i++) {
    const id = pool.signers.get(bytesToHex(word(seqsAt + 32 * i).subarray(12)))
    if (id == null) return undefined // NoSuchSeq
    blocks.set(id, (blocks.get(id) ?? 0) + number(blocksAt + 32 * i))
  }
  return { ...pool, payments: [...pool.payments, { batch, from, to, blocks }] }
}
