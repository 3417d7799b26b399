import { bridgingFlags } from '../../cli/sendFlags.js'
import { WriteCommand, type WriteResult } from '../../cli/write.js'

/** Sends the rewards to L2 (contract: LockingPool.withdrawRewards). */
export default class RewardsClaim extends WriteCommand {
  static override summary = 'Send the unclaimed rewards over the bridge to the reward recipient on L2.'
  static override description = `The bridge wants a fee in ETH, which is read from its oracle and paid exactly.`
  static override examples = ['<%= config.bin %> <%= command.id %> --from owner']
  static override flags = bridgingFlags

  async run(): Promise<WriteResult> {
    const { flags } = await this.parse(RewardsClaim)
    return this.writeBridging('claimRewards', flags)
  }
}
