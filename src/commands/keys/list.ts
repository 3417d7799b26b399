import { BaseCommand } from '../../cli/command.js'
import { keystoreFlags } from '../../cli/signing.js'
import { type KeyList, listKeys } from '../../signers/keystore.js'

/** Lists the keys without opening them. */
export default class KeysList extends BaseCommand {
  static override summary = 'List the keys of the keystore.'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']
  static override flags = { ...keystoreFlags }

  async run(): Promise<KeyList> {
    const { flags } = await this.parse(KeysList)
    const list = await listKeys(flags.keystore)
    if (list.keys.length === 0) this.note(`No keys in ${flags.keystore}. \`metis-seq keys new\` makes one.`)
    else
      await this.table(
        ['NAME', 'ADDRESS', 'FILE'],
        list.keys.map(({ name, address, path }) => [name, address, path]),
      )
    for (const { reason } of list.unreadable) this.note(`Left out: ${reason}`)
    return list
  }
}
