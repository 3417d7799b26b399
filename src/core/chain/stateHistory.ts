import { MAX_LEAD } from '../consensus/checkpoint.js'

/** Of how many blocks, the latest ones, a node keeps the state; `all` for an archive. */
export type StateHistory = number | 'all'

/**
 * What a node keeps unless it is told otherwise: more than two hours of blocks a second apart. Wallets and contracts read
 * the latest states, batchers and auditors none, and EIP-2935 reaches as far back.
 */
export const DEFAULT_STATE_HISTORY = 8192

/** A node may have to go back to its last checkpoint, which the head leads by at most 32 blocks (rule T3). */
export const MIN_STATE_HISTORY = 2 * MAX_LEAD
