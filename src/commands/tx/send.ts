import { BaseCommand } from '../../cli/command.js'
import { badInput, readInput } from '../../cli/input.js'
import { onNetwork } from '../../cli/network.js'
import { waitFlags } from '../../cli/sendFlags.js'
import { confirmOnce, yesFlag } from '../../cli/signing.js'
import { goOnWithoutReader } from '../../cli/streams.js'
import { networkOf, readJournal, renderTransaction, txNetworkFlags } from '../../cli/tx.js'
import { fileArgument } from '../../cli/values.js'
import { documentOf, readSignedFile } from '../../core/staking/offline/read.js'
import type { Delivered } from '../../l1/send/index.js'

const NEXT = 'Give what `tx sign` wrote, or one signed transaction in hex.'

/** Sends what was signed elsewhere. */
export default class TxSend extends BaseCommand {
  static override summary = 'Send what `tx sign` signed, one after the other, each rehearsed first.'
  static override description =
    'Needs no key. It may be run again after a crash: what is mined already is not sent twice.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> signed.json',
    '<%= config.bin %> <%= command.id %> signed.json --network sepolia --rpc-url https://sepolia.example --yes',
  ]
  static override args = { file: fileArgument('What was signed.') }
  static override flags = { yes: yesFlag, ...txNetworkFlags, ...waitFlags }

  async run(): Promise<{ network: string; transactions: Delivered[] }> {
    const { args, flags } = await this.parse(TxSend)
    goOnWithoutReader()
    const fail = (reason: string) => badInput(args.file, reason, NEXT)
    const file = readSignedFile(documentOf((await readInput(args.file)).toString('utf8')), fail)
    const { readSigned, senderOfSigned, sendSigned, withAccountOf } = await import('../../l1/index.js')
    const signed = file.transactions.map(({ raw, title }) => readSigned(raw, title))
    return onNetwork({ ...flags, network: networkOf(file, flags) }, async ({ client }) => {
      const from = senderOfSigned(client, signed, file.from)
      const network = client.network.name
      for (const { title, transaction } of signed) this.print(await renderTransaction(title, from, transaction))
      await confirmOnce(`On ${network}, send ${signed.length} transaction(s) of ${from}?`, flags.yes)
      const { journal } = await readJournal()
      const transactions = await withAccountOf(client, from, () =>
        this.working((progress) =>
          sendSigned(client, signed, {
            journal,
            confirmations: flags.confirmations,
            timeoutSeconds: flags.timeout,
            onSent: (title, hash) => progress.step(`${title} (${hash})`),
            signal: this.interrupted(),
          }),
        ),
      )
      this.print(`Done: ${transactions.map(({ title }) => title).join('; ')}.`)
      return { network, transactions }
    })
  }
}
