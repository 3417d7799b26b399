import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/command.js'
import { askPassword, askSecret, keystoreFlags, passwordFlags } from '../../cli/signing.js'
import {
  assertKeyName,
  createKey,
  type KeyInfo,
  openPrivateKey,
  privateKeyOfText,
  readKey,
} from '../../signers/index.js'

/** Takes a key that is there already. */
export default class KeysImport extends BaseCommand {
  static override summary = 'Import a keystore file, a private key or a recovery phrase.'
  static override description =
    `Without --file you are asked for the private key or the phrase, hidden; a script pipes it to standard input. It never stands on the command line.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> owner --file UTC--2024-03-14.json --file-password-file old.pass',
    '<%= config.bin %> <%= command.id %> owner',
  ]
  static override args = { name: Args.string({ description: 'Name of the key.', required: true }) }
  static override flags = {
    file: Flags.string({ description: 'A keystore file (V3).', helpValue: 'FILE' }),
    'file-password-file': Flags.string({
      description: 'File with the password of that file; without it you are asked.',
      dependsOn: ['file'],
      helpValue: 'FILE',
    }),
    path: Flags.string({
      description: "Derivation path for a phrase (BIP-44); m/44'/60'/0'/0/0 where absent.",
      exclusive: ['file'],
    }),
    ...keystoreFlags,
    ...passwordFlags,
  }

  async run(): Promise<KeyInfo> {
    const { args, flags } = await this.parse(KeysImport)
    assertKeyName(args.name)
    const { file } = flags
    const privateKey =
      file === undefined
        ? await privateKeyOfText(await askSecret('Private key or recovery phrase:'), flags.path)
        : await openPrivateKey(await readKey(file), await askPassword(flags['file-password-file'], file))
    const password = await askPassword(flags['password-file'], args.name, true)
    const key = await createKey(flags.keystore, { name: args.name, password, privateKey })
    this.print(
      `Name:       ${key.name}\nAddress:    ${key.address}\nPublic key: ${key.publicKey}\nFile:       ${key.path}`,
    )
    return key
  }
}
