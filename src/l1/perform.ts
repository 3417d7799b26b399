import { dirname } from 'node:path'
import { Exit, MetisSeqError } from '../core/errors/index.js'
import type { Signer } from '../core/ports/signer.js'
import { outcomeProblems, planWish } from '../core/staking/plan.js'
import type { Plan, SequencerRecord, Wish } from '../core/staking/types.js'
import type { Address } from '../core/types/hex.js'
import { withAccount } from './accountLock.js'
import { asking, type L1Client } from './client.js'
import { journalPath } from './journal.js'
import { type SendOptions, type Sent, sendSteps } from './send.js'
import { readStakingState } from './state.js'

export interface Performed {
  transactions: Sent[]
  /** As the chain has it afterwards. */
  sequencer: SequencerRecord | null
}

/** What `wish` needs and would do, on the chain as it is now. @throws MetisSeqError `RPC_UNREACHABLE` (exit 6) */
export async function prepareWish(client: L1Client, wish: Wish): Promise<Plan> {
  return planWish(await readStakingState(client, wish), wish, client.network.contracts)
}

/**
 * Sends the steps of a plan whose prechecks passed, reads the state back and compares it with the plan.
 * @throws MetisSeqError as `sendSteps`, and `OUTCOME_NOT_AS_PLANNED` (exit 7)
 */
export async function performPlan(
  client: L1Client,
  signer: Signer,
  plan: Plan,
  options: SendOptions,
): Promise<Performed> {
  const transactions = await sendSteps(client, signer, plan.steps, options)
  const now = await readStakingState(client, plan.wish)
  const problems = outcomeProblems(plan, now)
  if (problems.length === 0) return { transactions, sequencer: now.sequencer ?? null }
  throw new MetisSeqError(
    'OUTCOME_NOT_AS_PLANNED',
    `It was sent, but the chain does not show what was planned. ${problems.join(' ')}`,
    {
      exit: Exit.reverted,
      severity: 'critical',
      next: '`metis-seq status` shows what is there; compare it with the transactions.',
      details: { problems, hashes: transactions.map(({ hash }) => hash) },
    },
  )
}

/**
 * Runs `work` while nothing else sends for the account: no process of this machine, and no transaction that is pending.
 * What is planned meanwhile holds until it is sent, so nothing is done twice after a run that was killed.
 * @throws MetisSeqError `ACCOUNT_IN_USE` (exit 9), `TX_PENDING` (exit 8)
 */
export function withQuietAccount<T>(client: L1Client, address: Address, work: () => Promise<T>): Promise<T> {
  return withAccount(dirname(journalPath()), client.network.l1ChainId, address, async () => {
    const count = (tag: string) => asking(client, 'the nonce', client.provider.getTransactionCount(address, tag))
    const [mined, pending] = await Promise.all([count('latest'), count('pending')])
    if (pending <= mined) return work()
    throw new MetisSeqError(
      'TX_PENDING',
      `${pending - mined} transaction(s) of ${address} are not mined yet, from nonce ${mined} on. Nothing was sent.`,
      {
        exit: Exit.unconfirmed,
        severity: 'temporary',
        next: 'Run it again when they are mined: it looks at the chain first and does only what is still due.',
        details: { nonce: mined },
      },
    )
  })
}
