import { Args } from '@oclif/core'
import { fromFlag, idFlag, sendFlags } from '../cli/sendFlags.js'
import { sequencerOf, WriteCommand, type WriteResult } from '../cli/write.js'
import { parseMetis } from '../core/staking/amount.js'
/** Takes a part of a stake home (contract: LockingPool.withdraw). */
export default class Withdraw extends WriteCommand {
  static override summary = 'Take a part of the stake home; the minimum stays locked.'
  static override description = `It is possible once in a reward batch.`
  static override examples = ['<%= config.bin %> <%= command.id %> 1000 --from owner']
  static override args = {
    amount: Args.string({ description: 'METIS, with at most 18 decimals.', required: true }),
  }
  static override flags = { from: fromFlag, id: idFlag, ...sendFlags }

  async run(): Promise<WriteResult> {
    const { args, flags } = await this.parse(Withdraw)
    const amount = parseMetis(args.amount)
    return this.write(flags, async (open, owner) => {
      return { action: 'withdraw', owner, id: await sequencerOf(open, owner, flags.id), amount }
    })
  }
}
