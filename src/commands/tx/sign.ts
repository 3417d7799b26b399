import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/command.js'
import { badInput, readInput } from '../../cli/input.js'
import { accountFlags, accountOf, findAccount } from '../../cli/owner.js'
import { confirmOnce, yesFlag } from '../../cli/signing.js'
import { renderTransaction } from '../../cli/tx.js'
import { fileArgument } from '../../cli/values.js'
import { type SignedFile, signedFile } from '../../core/staking/offline/documents.js'
import { documentOf, readUnsigned } from '../../core/staking/offline/read.js'

const NEXT = 'Give what `--export unsigned` wrote, or one unsigned transaction in hex.'

/** Signs on a machine without a network. */
export default class TxSign extends BaseCommand {
  static override summary = 'Sign what `--export unsigned` wrote; needs no network.'
  static override description =
    `For a machine that is kept off the network: it decodes each transaction from its bytes and shows what it calls before it signs.
\`tx send\` sends the signed file from another machine.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> unsigned.json --out signed.json',
    '<%= config.bin %> <%= command.id %> unsigned.json --from owner --yes',
  ]
  static override args = { file: fileArgument('What is to be signed.') }
  static override flags = {
    from: Flags.string({
      description:
        'Key that signs, where the keystore has none of the account that the file names: a path, or `ledger`.',
      helpValue: 'KEY',
    }),
    out: Flags.string({ description: 'Write what is signed to this new file.', helpValue: 'FILE' }),
    yes: yesFlag,
    ...accountFlags,
  }

  async run(): Promise<SignedFile> {
    const { args, flags } = await this.parse(TxSign)
    const fail = (reason: string) => badInput(args.file, reason, NEXT)
    const content = documentOf((await readInput(args.file)).toString('utf8'))
    const { network, chainId, from, transactions } = readUnsigned(content, fail)
    if (from === undefined && flags.from === undefined) throw fail('it names no account, and there is no --from')
    const account = await (from === undefined
      ? findAccount(flags.from ?? '', flags)
      : accountOf(from, flags.from, flags))
    for (const { title, transaction } of transactions)
      this.note(await renderTransaction(title, account.address, transaction))
    await confirmOnce(`Sign ${transactions.length} transaction(s) with ${account.address}?`, flags.yes)
    const signer = await account.open()
    const { signChecked } = await import('../../l1/send/signed.js')
    const signed = []
    for (const { title, transaction } of transactions) {
      const { raw } = await signChecked(signer, transaction, title)
      signed.push({ title, raw })
    }
    const file = signedFile({ network, chainId, from: account.address, transactions: signed })
    await this.document(file, flags.out)
    if (flags.out !== undefined) this.note(`Nothing was sent. \`metis-seq tx send ${flags.out}\` sends it.`)
    return file
  }
}
