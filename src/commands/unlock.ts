import { bridgingFlags } from '../cli/sendFlags.js'
import { WriteCommand, type WriteResult } from '../cli/write.js'

/** Begins to leave (contract: LockingPool.unlock). */
export default class Unlock extends WriteCommand {
  static override summary = 'Leave: the sequencer stops, and its stake can be claimed after the exit delay.'
  static override description =
    `It cannot be taken back. Unclaimed rewards go to the reward recipient on L2; the bridge wants a fee in ETH for that.`
  static override examples = ['<%= config.bin %> <%= command.id %> --from owner']
  static override flags = bridgingFlags

  async run(): Promise<WriteResult> {
    const { flags } = await this.parse(Unlock)
    return this.writeBridging('unlock', flags)
  }
}
