import { Exit, MetisSeqError } from '../core/errors/index.js'
import { formatShare } from '../core/staking/amount.js'
import { BURNT_SIGNER_ID, type PoolState, type SequencerRecord } from '../core/staking/types.js'
import type { Address } from '../core/types/hex.js'
import type { L1Client } from './client.js'
import { findSequencerId, readSequencers } from './staking.js'

/** A sequencer with its percentage of all that is locked. */
export interface SequencerStatusLine extends SequencerRecord {
  share: string
}

/**
 * All sequencers, or the one with that id, owner or signer.
 * @throws MetisSeqError `SEQUENCER_NOT_FOUND`, `SIGNER_BURNT` (exit 2), `RPC_UNREACHABLE` (exit 6)
 */
export async function readStatus(
  client: L1Client,
  wanted?: bigint | Address,
): Promise<{ pool: PoolState; sequencers: SequencerStatusLine[] }> {
  const id = typeof wanted === 'string' ? await findSequencerId(client, wanted) : wanted
  if (id === BURNT_SIGNER_ID) {
    throw new MetisSeqError('SIGNER_BURNT', `${wanted} was a signer, and was replaced or has left.`, {
      exit: Exit.usage,
      next: '`metis-seq status` without an argument lists all sequencers.',
    })
  }
  const { pool, sequencers } = await readSequencers(client, id === undefined ? undefined : [id])
  if (wanted !== undefined && sequencers.length === 0) {
    throw new MetisSeqError('SEQUENCER_NOT_FOUND', `There is no sequencer ${wanted} on ${client.network.name}.`, {
      exit: Exit.usage,
      next: '`metis-seq status` without an argument lists all sequencers.',
    })
  }
  return {
    pool,
    sequencers: sequencers.map((each) => ({ ...each, share: formatShare(each.amount, pool.totalLocked) })),
  }
}
