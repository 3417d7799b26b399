import { BaseCommand } from '../../cli/command.js'
import { waitFlags } from '../../cli/sendFlags.js'
import { onRecord, txArgument, txNetworkFlags } from '../../cli/tx.js'
import type { Delivered } from '../../l1/send/index.js'

/** Waits for one transaction. */
export default class TxWait extends BaseCommand {
  static override summary = 'Wait until a transaction is mined; sends nothing.'
  static override description = 'Waits as well for what took its place. Exit 7 when it reverted, 8 when time runs out.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> 0x3b1f9a42 --confirmations 12 --timeout 900',
  ]
  static override args = { hash: txArgument }
  static override flags = { ...txNetworkFlags, ...waitFlags }

  async run(): Promise<{ network: string; transaction: Delivered }> {
    const { args, flags } = await this.parse(TxWait)
    return onRecord(args.hash, flags, async ({ client, record, records, journal }) => {
      const { waitFor } = await import('../../l1/index.js')
      const { confirmations, timeout: timeoutSeconds } = flags
      const transaction = await this.working((progress) => {
        progress.step(`Waiting for ${record.title} (${record.hash})`)
        const options = { journal, confirmations, timeoutSeconds, signal: this.interrupted() }
        return waitFor(client, record, records, options)
      })
      this.print(`Mined in block ${transaction.block}: ${transaction.title}.`)
      return { network: client.network.name, transaction }
    })
  }
}
