import { ReplaceCommand, type Replaced, replaceFlags } from '../../cli/replace.js'
import { txArgument } from '../../cli/tx.js'

/** Replaces a transaction by nothing. */
export default class TxCancel extends ReplaceCommand {
  static override summary = 'Take a transaction back that is not mined yet, by a transfer of nothing with its nonce.'
  static override description = 'When the old one is mined first, it says so and exits 7: nothing was cancelled then.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> 0x3b1f9a42 --yes',
  ]
  static override args = { hash: txArgument }
  static override flags = replaceFlags

  async run(): Promise<Replaced> {
    const { args, flags } = await this.parse(TxCancel)
    return this.replace('cancel', args.hash, flags)
  }
}
