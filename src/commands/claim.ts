import { bridgingFlags } from '../cli/sendFlags.js'
import { WriteCommand, type WriteResult } from '../cli/write.js'

/** Takes the whole stake home (contract: LockingPool.unlockClaim). */
export default class Claim extends WriteCommand {
  static override summary = 'Take the stake home after leaving, when the exit delay of 21 days is over.'
  static override description = `Before that it says the date and the time that is left, and sends nothing (exit 3).`
  static override examples = ['<%= config.bin %> <%= command.id %> --from owner']
  static override flags = bridgingFlags

  async run(): Promise<WriteResult> {
    const { flags } = await this.parse(Claim)
    return this.writeBridging('claim', flags)
  }
}
