import { formatMetis } from '../core/staking/amount.js'
import type { LockPlan } from '../core/staking/lock.js'
import type { Precheck } from '../core/staking/precheck.js'

/** Prechecks as a tick list; a failed one has its reason and remedy under it. */
export function renderPrechecks(prechecks: readonly Precheck[]): string {
  return prechecks
    .map((check) =>
      check.ok ? `  ✔ ${check.title}` : `  ✖ ${check.title}\n      ${check.reason}\n      ${check.mend}`,
    )
    .join('\n')
}

/** A lock's plan for a person: prechecks, steps, before and after, most that it costs. */
export function renderLockPlan(plan: LockPlan): string {
  const { before, after } = plan
  const steps = plan.steps.map(({ title }, i) => `  ${i + 1}. ${title}`)
  return [
    'Prechecks',
    renderPrechecks(plan.prechecks),
    'Steps',
    ...steps,
    'Before and after',
    `  METIS  ${formatMetis(before.metis)} -> ${formatMetis(after.metis)}`,
    `  stake  ${formatMetis(before.stake)} -> ${formatMetis(after.stake)} METIS`,
    `  share  ${before.share} % -> ${after.share} % of all that is locked`,
    `  fees   at most ${formatMetis(plan.maxFee)} ETH`,
  ].join('\n')
}
