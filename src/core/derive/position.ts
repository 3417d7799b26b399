import type { Genesis } from '../genesis/types.js'
import type { Hash } from '../types/hex.js'

/** How far the chain is derived: everything that the next batch has to follow. */
export interface Position {
  /** Index of the last batch; the first one is 1. */
  batch: number
  /** Last block. */
  number: number
  hash: Hash
  /** seconds */
  timestamp: number
  /** L1 block up to which its deposits go. */
  l1Origin: number
  /** Its term; -1 before the genesis term. */
  term: number
  /** First place of the L1 queue that is not in the chain yet (rule L2). */
  cursor: number
}

/** Before the first batch. */
export function genesisPosition({ l1, l2 }: Genesis): Position {
  return {
    batch: 0,
    number: 0,
    hash: l2.hash,
    timestamp: l2.timestamp,
    l1Origin: l1.startBlock - 1,
    term: -1,
    cursor: 0,
  }
}
