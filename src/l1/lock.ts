import { addressOfPublicKey } from '../core/consensus/crypto.js'
import { Exit, MetisSeqError } from '../core/errors/index.js'
import type { Signer } from '../core/ports/signer.js'
import { type LockPlan, type LockWish, planLock } from '../core/staking/lock.js'
import type { SequencerRecord } from '../core/staking/types.js'
import type { L1Client } from './client.js'
import { type SendOptions, type Sent, sendSteps } from './send.js'
import { findSequencerId, readLockState, readSequencers } from './staking.js'

export interface LockResult {
  sequencer: SequencerRecord
  sent: Sent[]
}

/** What locking needs and would do, on the chain as it is now. @throws MetisSeqError `RPC_UNREACHABLE` (exit 6) */
export async function prepareLock(client: L1Client, wish: LockWish): Promise<LockPlan> {
  const state = await readLockState(client, wish.owner, addressOfPublicKey(wish.pubkey))
  return planLock(state, wish, client.network.contracts)
}

/**
 * Sends the steps of a plan whose prechecks passed, reads the state back and compares it with the wish.
 * @throws MetisSeqError as `sendSteps`, and `LOCK_NOT_AS_PLANNED` (exit 7)
 */
export async function executeLock(
  client: L1Client,
  signer: Signer,
  wish: LockWish,
  plan: LockPlan,
  options: SendOptions,
): Promise<LockResult> {
  const sent = await sendSteps(client, signer, plan.steps, options)
  const id = await findSequencerId(client, wish.owner)
  const [sequencer] = (await readSequencers(client, [id])).sequencers
  if (sequencer?.amount === wish.amount && sequencer.signer === plan.signer && sequencer.owner === wish.owner) {
    return { sequencer, sent }
  }
  throw new MetisSeqError('LOCK_NOT_AS_PLANNED', 'The lock was sent, but the chain does not show what was planned.', {
    exit: Exit.reverted,
    severity: 'critical',
    next: '`metis-seq status` shows what is there; compare it with the transactions.',
    details: { hashes: sent.map(({ hash }) => hash), sequencer: sequencer ?? null },
  })
}
