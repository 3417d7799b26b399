import type { Genesis } from '../core/genesis/types.js'

/** The chain ids of every devnet; what tells two devnets apart is the network id (rule M1). */
export const L1_CHAIN_ID = 31337
export const L2_CHAIN_ID = 108_800

export const METIS = 10n ** 18n

/** wei; the first is above a third of all, so that stopping it proves the cap of voting power (rule P2). */
export const STAKES: readonly bigint[] = [100_000n * METIS, 60_000n * METIS, 40_000n * METIS, 20_000n * METIS]

/** ms between two L1 blocks. */
export const L1_BLOCK_TIME = 1000

export const DEFAULT_EPOCH_LENGTH = 6
export const DEFAULT_BLOCK_TIME = 1000
/** Epochs between two payments to the sequencers (rule B8). */
export const REWARD_EPOCHS = 4

/** wei on L1 and L2 for each funded account and for whoever has to pay fees. */
export const FUNDS = 1_000_000n * METIS
/** wei of METIS on L1 for each funded account: enough for the greatest lock. */
export const L1_METIS = 200_000n * METIS

/** What a new network fixes for ever. Times in ms, `epochLength` in blocks. */
export function consensusSettings(epochLength: number, blockTime: number): Genesis['consensus'] {
  return {
    epochLength,
    blockTime,
    // Three blocks without a checkpoint, and never so short that a busy machine looks like a dead sequencer.
    stallTimeout: Math.max(3000, 3 * blockTime),
    maxFuture: 2000,
    snapshotInterval: 5,
    entropyDelay: 5,
  }
}
