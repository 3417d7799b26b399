import { Flags } from '@oclif/core'
import { fromFlag, idFlag, sendFlags } from '../cli/sendFlags.js'
import { sequencerOf, WriteCommand, type WriteResult } from '../cli/write.js'
import { parseMetis } from '../core/staking/amount.js'
import { decideTopup } from '../core/staking/topup.js'

const metis = Flags.custom<bigint>({ parse: async (text) => parseMetis(text), helpValue: 'METIS' })

/** Raises a lock (contract: LockingPool.relock). */
export default class Topup extends WriteCommand {
  static override summary = 'Raise the lock of a sequencer; does nothing and exits 0 when nothing is due.'
  static override description =
    `Made for cron: it looks at the stake first, refuses while a transaction of the account is pending (exit 8), and adds only
what is missing, so that a run that was killed is never done twice. A plain --amount is due each time it is asked for; scripts use --to, --when-below or --from-rewards.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --from owner --to 25000 --yes',
    '<%= config.bin %> <%= command.id %> --from owner --amount 500 --when-below 20500 --yes',
    '<%= config.bin %> <%= command.id %> --from owner --from-rewards --at-least 10 --yes',
  ]
  static override flags = {
    from: fromFlag,
    id: idFlag,
    amount: metis({ description: 'Add this much.', exclusive: ['to'] }),
    to: metis({ description: 'Raise the stake to this much.' }),
    'from-rewards': Flags.boolean({
      description: 'Relock the unclaimed rewards, before METIS of the account is used.',
    }),
    'when-below': metis({ description: 'Only while the stake is below this.' }),
    'at-least': metis({ description: 'Not for less than this, for a transaction has its price.' }),
    ...sendFlags,
  }

  async run(): Promise<WriteResult> {
    const { flags } = await this.parse(Topup)
    const { amount, to: target, 'from-rewards': fromRewards, 'when-below': whenBelow, 'at-least': atLeast } = flags
    if ((amount ?? target ?? 0n) === 0n && !fromRewards) {
      this.error('Say how much, above 0: --amount, --to or --from-rewards.', { exit: 2 })
    }
    return this.write(flags, async (open, owner) => {
      const { readStakingState } = await import('../l1/index.js')
      const id = await sequencerOf(open, owner, flags.id)
      const none = { action: 'topup', owner, id, amount: 0n, withReward: false } as const
      const want = { fromRewards, ...defined({ amount, target, whenBelow, atLeast }) }
      const decision = decideTopup(await readStakingState(open.client, none), id, want)
      return decision.due ? decision.wish : { reason: decision.reason }
    })
  }
}

/** Without the fields that are undefined. */
function defined<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>
  }
}
