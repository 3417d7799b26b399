import { formatMetis } from '../core/staking/amount.js'
import { dateOf, spanOf } from '../core/staking/time.js'
import { ZERO_ADDRESS } from '../core/staking/types.js'
import type { NextAction } from '../core/staking/view/nextActions.js'
import type { Outlook, SequencerView, Throttle, Turns } from '../core/staking/view/outlook.js'
import type { KnownSequencer } from '../l1/consensus.js'
import { type MeasuredRate, renderBridge, renderRate } from './rewards.js'

/** All that is known of one sequencer, for `status ID`. */
export interface Detail {
  readonly outlook: Outlook
  readonly owner: SequencerView['owner']
  /** Turns that it had; null where no node was asked. */
  readonly turns: Turns | null
  /** Null where it was not asked for. */
  readonly rate: MeasuredRate | null
  /** The most urgent first. */
  readonly next: readonly NextAction[]
}

/** One sequencer for a person. `asked` says whether a node was. */
export function renderDetail(
  network: string,
  { pool, record }: SequencerView,
  { outlook, owner, turns, rate, next }: Detail,
  consensus: KnownSequencer | null,
): string {
  const lines: [string, string][] = [
    ['Sequencer', `${record.id} (${record.status}) on ${network}, at L1 block ${pool.block.number}`],
    [
      'Stake',
      `${formatMetis(record.amount)} METIS, ${outlook.shareOfSet} % of the set, ${outlook.shareOfLocked} % of all that is locked`,
    ],
    ['Turns', renderTurns(outlook, turns)],
    ['Rewards', `${formatMetis(record.reward)} METIS unclaimed, ${renderRecipient(record.rewardRecipient)}`],
    ...(rate === null ? [] : [['Rate', renderRate(rate)] satisfies [string, string]]),
    ['Bridge', renderBridge(outlook)],
    ['Owner', `${record.owner}${owner.whitelisted ? ', whitelisted' : ', NOT whitelisted'}`],
    ['Purse', `${formatMetis(owner.metis)} METIS and ${formatMetis(owner.eth)} ETH of the owner on L1`],
    [
      'Allowances',
      `LockingInfo ${formatMetis(owner.allowanceInfo)} METIS, LockingPool ${formatMetis(owner.allowancePool)} METIS`,
    ],
    ['Signer', renderSigner(record.signer, outlook, pool.currentBatch)],
    ['Withdraw', renderWithdraw(outlook, pool.currentBatch)],
    ['Leaving', renderExit(outlook)],
    ['Pool', pool.paused ? 'PAUSED' : 'open'],
    ['Consensus', turns === null ? 'was not asked' : renderConsensus(consensus)],
  ]
  return [...lines.map(([name, text]) => `${`${name}:`.padEnd(12)}${text}`), ...renderNext(network, next)].join('\n')
}

/** A command of metis-seq as it is typed for `network`. */
export function commandLine(network: string, words: readonly string[]): string {
  return ['metis-seq', ...words, ...(network === 'devnet' ? [] : ['--network', network])].join(' ')
}

function renderTurns({ expectedTurns }: Outlook, turns: Turns | null): string {
  const expected = `${expectedTurns} of 100 epochs can be expected`
  return turns === null ? expected : `${expected}; it had ${turns.had} of the last ${turns.of}, ${turns.blocks} blocks`
}

export function renderRecipient(recipient: string): string {
  return recipient === ZERO_ADDRESS ? 'with no recipient yet' : `for ${recipient} on L2`
}

function renderSigner(signer: string, { signerBurnt, signerChange }: Outlook, batch: bigint): string {
  if (signerBurnt) return `${signer}, burnt: it can never be used again`
  return `${signer}${signerChange === null ? '' : `, can be changed ${renderThrottle(signerChange, batch)}`}`
}

function renderWithdraw({ withdraw, free }: Outlook, batch: bigint): string {
  if (withdraw === null) return 'not possible'
  return `${formatMetis(free)} METIS above the minimum, ${renderThrottle(withdraw, batch)}`
}

function renderThrottle({ fromBatch, possible }: Throttle, batch: bigint): string {
  return possible ? `now (reward batch ${batch})` : `from reward batch ${fromBatch} on; now is batch ${batch}`
}

function renderExit({ exitDelay, claimFrom, claimIn }: Outlook): string {
  if (claimFrom === null || claimIn === null) return `the stake can be claimed ${spanOf(exitDelay)} after leaving`
  if (claimIn === 0n) return `the stake can be claimed since ${dateOf(claimFrom)}`
  return `the stake can be claimed from ${dateOf(claimFrom)} on, in ${spanOf(claimIn)}`
}

function renderConsensus(known: KnownSequencer | null): string {
  if (known === null) return 'does not know it'
  return known.jailed ? 'knows it, and has jailed it' : 'knows it'
}

function renderNext(network: string, next: readonly NextAction[]): string[] {
  if (next.length === 0) return ['Next:       nothing is due']
  return next.flatMap(({ reason, command, call }, i) => [
    `${i === 0 ? 'Next:' : ''}`.padEnd(12) + reason,
    ...(command === null ? [] : [`            ${commandLine(network, command)}`]),
    ...(call === null ? [] : [`            call ${call.to} with the data ${call.data}`]),
  ])
}
