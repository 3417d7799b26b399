import { MAX_LEAD } from '../consensus/checkpoint.js'
import { groupAddresses } from '../consensus/keys.js'
import type { ConsensusState } from '../consensus/types.js'
import type { Block, Withdrawal } from '../ports/execution.js'
import type { Address, Hex } from '../types/hex.js'
import { prevRandaoOf } from './attributes.js'
import { decodeExtraData } from './extraData.js'

/** Deposits that one block carries at most; the rest go into the next (rule L2). */
export const MAX_DEPOSITS = 256

export interface Parent {
  number: number
  hash: string
  timestamp: number
  l1Origin: number
  /** First place of the L1 queue that its chain does not hold yet. */
  cursor: number
}

export interface RuleInput {
  block: Block
  parent: Parent
  state: ConsensusState
  /** The deposit at a place of the queue, once consensus knows it. */
  deposit(index: number): (Withdrawal & { l1Block: number }) | undefined
  /** Sender of an envelope. */
  senderOf(raw: Uint8Array): Address
  /** ms */
  now: number
  maxFuture: number
}

/** `later`: the node's consensus or clock is behind the block (rules T2, M3), it may be valid then. */
export type Verdict = { ok: true } | { ok: false; later: boolean; reason: string }

const no = (reason: string): Verdict => ({ ok: false, later: false, reason })
const later = (reason: string): Verdict => ({ ok: false, later: true, reason })

/** Everything about a block of the current term that can be told without executing it (rules T2, T3, L2, E1, E2, M3). */
export function checkBlock(input: RuleInput): Verdict {
  const { block, parent, state, now, maxFuture } = input
  const { term } = state
  const { term: blockTerm, l1Origin } = decodeExtraData(block.extraData)
  const first = parent.number === term.parentNumber
  if (blockTerm > term.term) return later(`term ${blockTerm} is not open here yet`)
  if (blockTerm < term.term) return no(`term ${blockTerm} is over`)
  if (block.number <= term.parentNumber || block.number > term.endBlock) return no('its height is outside its term')
  if (block.parentHash !== parent.hash || block.number !== parent.number + 1) return no('it is not on its parent')
  if (first && parent.hash !== term.parentHash) return no(`the term opens on ${term.parentHash}`)
  if (block.feeRecipient !== term.sequencer) return no(`the fee recipient is not the sequencer ${term.sequencer}`)
  if (block.prevRandao !== prevRandaoOf(block.parentHash, blockTerm)) return no('prevRandao does not follow')
  if (block.timestamp <= parent.timestamp) return no('its time is not after its parent')
  if (block.number > state.checkpoint.number + MAX_LEAD) return later('it leads the checkpoint by more than 32 blocks')
  if (block.timestamp * 1000 > now + maxFuture) return later('its time is too far ahead')
  if (l1Origin < Math.max(parent.l1Origin, first ? term.l1Origin : 0)) return no('its L1 origin is too low')
  if (l1Origin > state.l1.applied.number) return later(`L1 is known up to ${state.l1.applied.number}, not ${l1Origin}`)
  const wanted = depositsUpTo(input, l1Origin, parent.cursor)
  if (!sameWithdrawals(wanted, block.withdrawals)) return no('its deposits are not the next ones of the L1 queue')
  return checkGroupTransactions(input, first)
}

/** The next deposits up to an L1 block, in the order of the queue, as many as fit, none skipped (rule L2). */
export function depositsUpTo(input: Pick<RuleInput, 'deposit'>, l1Origin: number, cursor: number): Withdrawal[] {
  const deposits: Withdrawal[] = []
  for (let index = cursor; deposits.length < MAX_DEPOSITS; index++) {
    const deposit = input.deposit(index)
    if (deposit === undefined || deposit.l1Block > l1Origin) break
    deposits.push({ index, address: deposit.address, amountGwei: deposit.amountGwei })
  }
  return deposits
}

/**
 * Deposits that the queue has up to an L1 block: the cursor after a block with that origin on which no more were waiting.
 * Their L1 blocks never go down, so it is searched by halves.
 */
export function depositCount(deposit: RuleInput['deposit'], l1Origin: number): number {
  const isUpTo = (index: number) => (deposit(index)?.l1Block ?? Number.POSITIVE_INFINITY) <= l1Origin
  let low = 0
  let high = 1
  while (isUpTo(high - 1)) {
    low = high
    high *= 2
  }
  // The deposits before `low` are up to the origin, the one before `high` is not.
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (isUpTo(middle - 1)) low = middle
    else high = middle
  }
  return low
}

function sameWithdrawals(a: readonly Withdrawal[], b: readonly Withdrawal[]): boolean {
  const text = ({ index, address, amountGwei }: Withdrawal) => `${index} ${address} ${amountGwei}`
  return a.length === b.length && a.every((each, i) => b[i] !== undefined && text(each) === text(b[i]))
}

/** Envelopes that the first block of the term begins with; undefined while one is not signed (rule E4). */
export function openingEnvelopes(state: ConsensusState): Hex[] | undefined {
  const signed = state.term.opening.map((id) => state.requests[id]?.signed ?? null)
  return signed.some((each) => each === null) ? undefined : signed.filter((each) => each !== null)
}

function checkGroupTransactions({ block, state, senderOf }: RuleInput, first: boolean): Verdict {
  const opening = first ? openingEnvelopes(state) : []
  if (opening === undefined) return later('its opening is not signed in the record yet')
  const own = groupAddresses(state)
  const texts = block.transactions.map((raw) => Buffer.from(raw).toString('hex'))
  for (const [i, envelope] of opening.entries()) {
    if (`0x${texts[i]}` !== envelope) return no(`its transaction ${i} is not the term's opening`)
  }
  const foreign = block.transactions.slice(opening.length).findIndex((raw) => own.has(senderOf(raw)))
  return foreign < 0 ? { ok: true } : no(`its transaction ${opening.length + foreign} is from the group address`)
}
