import { Args } from '@oclif/core'
import { fromFlag, idFlag, sendFlags } from '../../cli/sendFlags.js'
import { parseAddress } from '../../cli/values.js'
import { sequencerOf, WriteCommand, type WriteResult } from '../../cli/write.js'

/** Says who gets the rewards (contract: SequencerInfo.setSequencerRewardRecipient). */
export default class RewardsRecipient extends WriteCommand {
  static override summary = 'Set the account on L2 that gets the rewards.'
  static override description = `It has to be set before rewards can be claimed, and before leaving.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> 0x7777777777777777777777777777777777777777 --from owner',
  ]
  static override args = {
    recipient: Args.string({ description: 'Address on L2.', required: true }),
  }
  static override flags = { from: fromFlag, id: idFlag, ...sendFlags }

  async run(): Promise<WriteResult> {
    const { args, flags } = await this.parse(RewardsRecipient)
    const recipient = parseAddress(args.recipient, 'RECIPIENT')
    return this.write(flags, async (open, owner) => {
      return { action: 'setRewardRecipient', owner, id: await sequencerOf(open, owner, flags.id), recipient }
    })
  }
}
