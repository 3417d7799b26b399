import { dirname } from 'node:path'
import { Exit, MetisSeqError } from '../core/errors/index.js'
import type { Signer } from '../core/ports/signer.js'
import { outcomeProblems, planWish } from '../core/staking/plan.js'
import type { Plan, SequencerRecord, Speed, Wish } from '../core/staking/types.js'
import type { Address } from '../core/types/hex.js'
import { withAccount } from './accountLock.js'
import { asking, type L1Client } from './client.js'
import { type JournalFile, journalPath, type TxRecord } from './journal/index.js'
import { type SendOptions, type Sent, sendSteps, settle } from './send/index.js'
import { readStakingState } from './state.js'

export interface Performed {
  transactions: Sent[]
  /** As the chain has it afterwards. */
  sequencer: SequencerRecord | null
}

/** What `wish` needs and would do, on the chain as it is now. @throws MetisSeqError `RPC_UNREACHABLE` (exit 6) */
export async function prepareWish(client: L1Client, wish: Wish, speed?: Speed): Promise<Plan> {
  return planWish(await readStakingState(client, wish), wish, client.network.contracts, speed)
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
  const transactions = await sendSteps(client, signer, plan.steps, { ...options, feeCap: feeOf(plan, options.speed) })
  const now = await readStakingState(client, plan.wish, transactions.at(-1)?.block)
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

/** wei for a unit of gas that the plan told: `maxFees` is that for the gas of all its steps. */
function feeOf({ steps, maxFees }: Plan, speed: Speed = 'normal'): bigint {
  const gas = steps.reduce((sum, { gasLimit }) => sum + gasLimit, 0n)
  return gas === 0n ? 0n : maxFees[speed] / gas
}

/** Where what is sent is kept, and who is told of it. */
export interface QuietOptions {
  journal: JournalFile
  /** A transaction that an earlier run signed and nobody saw: what is sent now takes its place. */
  onForgotten?: (record: TxRecord) => void
}

/**
 * Runs `work` while nothing else sends for the account: no process of this machine, and no transaction that is pending.
 * What is planned meanwhile holds until it is sent, so nothing is done twice after a run that was killed: one that it
 * signed and that never arrived has the nonce that is used next, so that only one of them can be mined.
 * @throws MetisSeqError `ACCOUNT_IN_USE` (exit 9), `TX_PENDING` (exit 8), `JOURNAL_INVALID` (exit 9)
 */
export function withQuietAccount<T>(
  client: L1Client,
  address: Address,
  { journal, onForgotten }: QuietOptions,
  work: () => Promise<T>,
): Promise<T> {
  const settled = async () => settle(client, address, journal, await journal.read())
  return withAccountOf(client, address, async () => {
    const count = (tag: string) => asking(client, 'the nonce', client.provider.getTransactionCount(address, tag))
    const open = await settled()
    const [mined, pending] = await Promise.all([count('latest'), count('pending')])
    const known = open.find(({ sighting }) => sighting.state === 'pending')?.record
    if (known !== undefined || pending > mined) throw stillPending(address, mined, known)
    for (const { record } of open) if (record.nonce === mined) onForgotten?.(record)
    const result = await work()
    if (open.length > 0) await settled()
    return result
  })
}

/** Runs `work` while no other process of this machine sends for the account. @throws MetisSeqError `ACCOUNT_IN_USE` (exit 9) */
export function withAccountOf<T>(client: L1Client, address: Address, work: () => Promise<T>): Promise<T> {
  return withAccount(dirname(journalPath()), client.network.l1ChainId, address, work)
}

function stillPending(address: Address, nonce: number, record: TxRecord | undefined): MetisSeqError {
  const what = record === undefined ? '' : `: ${record.title} (${record.hash})`
  return new MetisSeqError(
    'TX_PENDING',
    `A transaction of ${address} is not mined yet, of nonce ${record?.nonce ?? nonce}${what}. Nothing was sent.`,
    {
      exit: Exit.unconfirmed,
      severity: 'temporary',
      next:
        record === undefined
          ? 'Run it again when that is mined: it looks at the chain first and does only what is still due.'
          : `\`metis-seq tx wait ${record.hash}\` waits for it, \`tx bump\` pays more, \`tx cancel\` takes it back.`,
      details: { nonce: record?.nonce ?? nonce, hash: record?.hash ?? null },
    },
  )
}
