import { findSigner, signerFlags } from '../../cli/owner.js'
import { fromFlag, idFlag, sendFlags } from '../../cli/sendFlags.js'
import { sequencerOf, WriteCommand, type WriteResult } from '../../cli/write.js'

/** Replaces the signer (contract: LockingPool.updateSigner). */
export default class SignerUpdate extends WriteCommand {
  static override summary = 'Replace the key that signs blocks; sent by the present signer itself.'
  static override description =
    `The old signer can never be used again. It is possible once the throttle of reward batches is over.`
  static override examples = ['<%= config.bin %> <%= command.id %> --from sequencer --signer next-sequencer']
  static override flags = { from: fromFlag, ...signerFlags, id: idFlag, ...sendFlags }

  protected override readonly sender = 'signer'

  async run(): Promise<WriteResult> {
    const { flags } = await this.parse(SignerUpdate)
    return this.write(flags, async (open, signer) => {
      const { pubkey } = await findSigner(flags)
      return { action: 'updateSigner', signer, id: await sequencerOf(open, signer, flags.id, 'signer'), pubkey }
    })
  }
}
