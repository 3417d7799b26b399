import { formatMetis } from '../core/staking/amount.js'
import type { Precheck } from '../core/staking/precheck.js'
import { dateOf } from '../core/staking/time.js'
import { type Plan, SPEEDS, ZERO_ADDRESS } from '../core/staking/types.js'
import type { Address } from '../core/types/hex.js'

/** Prechecks as a tick list; a failed one has its reason and remedy under it. */
function renderPrechecks(prechecks: readonly Precheck[]): string {
  return prechecks
    .map((check) =>
      check.ok ? `  ✔ ${check.title}` : `  ✖ ${check.title}\n      ${check.reason}\n      ${check.mend}`,
    )
    .join('\n')
}

const ALWAYS: readonly string[] = ['METIS', 'ETH', 'stake', 'share']

/** A plan for a person: prechecks, steps, before and after, what it costs at most. */
export function renderPlan(plan: Plan): string {
  const { steps, notes, maxFees, bridgeFee } = plan
  const speeds = SPEEDS.map((speed) => `${formatMetis(maxFees[speed])} (${speed})`).join(', ')
  return [
    'Prechecks',
    renderPrechecks(plan.prechecks),
    'Steps',
    ...steps.map(({ title }, i) => `  ${i + 1}. ${title}`),
    'Before and after',
    ...changes(plan),
    `  fees      at most ${speeds} ETH`,
    ...(bridgeFee > 0n ? [`  bridge    ${formatMetis(bridgeFee)} ETH`] : []),
    ...notes.map((note) => `  ! ${note}`),
  ].join('\n')
}

function changes({ before, after }: Plan): string[] {
  const lines: [string, string, string][] = [
    ['METIS', formatMetis(before.metis), formatMetis(after.metis)],
    ['ETH', formatMetis(before.eth), `at least ${formatMetis(after.eth)}`],
    ['stake', `${formatMetis(before.stake)}`, `${formatMetis(after.stake)} METIS`],
    ['reward', formatMetis(before.reward), `${formatMetis(after.reward)} METIS`],
    ['share', `${before.share} %`, `${after.share} % of all that is locked`],
    ['status', before.status, after.status],
    ['owner', accountOf(before.owner), accountOf(after.owner)],
    ['signer', accountOf(before.signer), accountOf(after.signer)],
    ['recipient', accountOf(before.rewardRecipient), accountOf(after.rewardRecipient)],
    ['claimable', timeOf(before.unlockClaimTime), timeOf(after.unlockClaimTime)],
  ]
  const shown = lines.filter(([name, from, to]) => ALWAYS.includes(name) || from !== to)
  return shown
    .filter(([name, from, to]) => name !== 'reward' || `${from} METIS` !== to)
    .map(([name, from, to]) => `  ${name.padEnd(9)} ${from} -> ${to}`)
}

function accountOf(address: Address): string {
  return address === ZERO_ADDRESS ? 'none' : address
}

function timeOf(seconds: bigint): string {
  return seconds === 0n ? 'no date' : dateOf(seconds)
}
