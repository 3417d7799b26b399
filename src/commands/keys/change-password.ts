import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/command.js'
import { askPassword, keystoreFlags, passwordFlags } from '../../cli/signing.js'
import { changePassword, findKey, type KeyInfo } from '../../signers/index.js'

/** Encrypts a key anew. */
export default class KeysChangePassword extends BaseCommand {
  static override summary = 'Encrypt a key with a new password.'
  static override description =
    'The new file takes the place of the old one once it is on disk and opens; copies elsewhere keep the old password.'
  static override examples = ['<%= config.bin %> <%= command.id %> owner']
  static override args = { key: Args.string({ description: 'Name or address of the key.', required: true }) }
  static override flags = {
    'new-password-file': Flags.string({
      description: 'File with the new password; without it you are asked.',
      helpValue: 'FILE',
    }),
    ...keystoreFlags,
    ...passwordFlags,
  }

  async run(): Promise<KeyInfo> {
    const { args, flags } = await this.parse(KeysChangePassword)
    const key = await findKey(flags.keystore, args.key)
    const password = await askPassword(flags['password-file'], key.name)
    const newPassword = await askPassword(flags['new-password-file'], `${key.name}, the new one`, true)
    const changed = await changePassword(key, { password, newPassword })
    this.print(`${key.name} has its new password.`)
    return changed
  }
}
