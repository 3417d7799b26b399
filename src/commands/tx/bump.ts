import { ReplaceCommand, type Replaced, replaceFlags } from '../../cli/replace.js'
import { txArgument } from '../../cli/tx.js'

/** Replaces a transaction by the same one for more. */
export default class TxBump extends ReplaceCommand {
  static override summary = 'Pay more for a transaction that is stuck: the same call and nonce with higher fees.'
  static override description = 'The old one may still be mined instead; only one of them can be.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> 0x3b1f9a42 --yes',
  ]
  static override args = { hash: txArgument }
  static override flags = replaceFlags

  async run(): Promise<Replaced> {
    const { args, flags } = await this.parse(TxBump)
    return this.replace('bump', args.hash, flags)
  }
}
