import { Args } from '@oclif/core'
import { fromFlag, idFlag, sendFlags } from '../../cli/sendFlags.js'
import { parseAddress } from '../../cli/values.js'
import { sequencerOf, WriteCommand, type WriteResult } from '../../cli/write.js'

/** Hands a sequencer over (contract: SequencerInfo.setSequencerOwner). */
export default class OwnerTransfer extends WriteCommand {
  static override summary = 'Hand the sequencer, its stake and its rewards over to another owner.'
  static override description =
    `The new owner has to be whitelisted and own no sequencer. It cannot be taken back from here.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> 0x7777777777777777777777777777777777777777 --from owner',
  ]
  static override args = {
    owner: Args.string({ description: 'Address of the new owner.', required: true }),
  }
  static override flags = { from: fromFlag, id: idFlag, ...sendFlags }

  async run(): Promise<WriteResult> {
    const { args, flags } = await this.parse(OwnerTransfer)
    const newOwner = parseAddress(args.owner, 'OWNER')
    return this.write(flags, async (open, owner) => {
      return { action: 'transferOwner', owner, id: await sequencerOf(open, owner, flags.id), newOwner }
    })
  }
}
