import { Args } from '@oclif/core'
import { BaseCommand } from '../../cli/command.js'
import { askPassword, keystoreFlags, passwordFlags } from '../../cli/signing.js'
import { findKey, type KeyInfo, publicKeyOfKey } from '../../signers/index.js'

/** Shows what is public of a key. */
export default class KeysShow extends BaseCommand {
  static override summary = 'Show the address and the public key of a key; never the private key.'
  static override description = 'A file that another tool made does not say its public key; that takes its password.'
  static override examples = ['<%= config.bin %> <%= command.id %> sequencer']
  static override args = {
    key: Args.string({ description: 'Name or address of the key, or path of its file.', required: true }),
  }
  static override flags = { ...keystoreFlags, ...passwordFlags }

  async run(): Promise<KeyInfo> {
    const { args, flags } = await this.parse(KeysShow)
    const key = await findKey(flags.keystore, args.key)
    const publicKey = await publicKeyOfKey(key, () => askPassword(flags['password-file'], key.name))
    this.print(`Name:       ${key.name}\nAddress:    ${key.address}\nPublic key: ${publicKey}\nFile:       ${key.path}`)
    return { ...key, publicKey }
  }
}
