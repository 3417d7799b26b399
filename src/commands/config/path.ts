import { BaseCommand } from '../../cli/command.js'
import { type Place, places } from '../../cli/config/paths.js'
import { dataDirFlag } from '../../cli/devnetFlags.js'
import { keystoreFlags } from '../../cli/signing.js'

/** Names the files. */
export default class ConfigPath extends BaseCommand {
  static override summary = 'Name all files and folders of the program, and whether they exist.'
  static override description =
    `They lie where the XDG variables say. METIS_SEQ_CONFIG, METIS_SEQ_JOURNAL and METIS_SEQ_STATE name other files. The keystore and
the journal are worth a backup; the rest can be made again.`
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']
  static override flags = { ...keystoreFlags, 'data-dir': dataDirFlag }

  async run(): Promise<{ files: Place[] }> {
    const { flags } = await this.parseAnyway(ConfigPath)
    const files = await places(flags.keystore, flags['data-dir'])
    await this.table(
      ['NAME', 'PATH', 'EXISTS', 'HOLDS'],
      files.map(({ name, path, exists, about }) => [name, path, exists ? 'yes' : 'no', about]),
    )
    return { files }
  }
}
