import { Args } from '@oclif/core'
import { BaseCommand } from '../../cli/command.js'
import { askPassword, keystoreFlags, passwordFlags } from '../../cli/signing.js'
import { assertKeyName, createKey, type KeyInfo } from '../../signers/index.js'

/** Makes an encrypted key. */
export default class KeysNew extends BaseCommand {
  static override summary = 'Make a new key, encrypted with a password.'
  static override description =
    'Keep a copy of the file and the password apart from each other: nobody can restore them.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> sequencer',
    '<%= config.bin %> <%= command.id %> sequencer --password-file secret.txt --json',
  ]
  static override args = {
    name: Args.string({ description: 'Name of the key; without one it is made from the address.' }),
  }
  static override flags = { ...keystoreFlags, ...passwordFlags }

  async run(): Promise<KeyInfo> {
    const { args, flags } = await this.parse(KeysNew)
    const { name } = args
    if (name !== undefined) assertKeyName(name)
    const password = await askPassword(flags['password-file'], name ?? 'the new key', true)
    const key = await createKey(flags.keystore, { password, ...(name === undefined ? {} : { name }) })
    this.print(
      `Name:       ${key.name}\nAddress:    ${key.address}\nPublic key: ${key.publicKey}\nFile:       ${key.path}`,
    )
    return key
  }
}
