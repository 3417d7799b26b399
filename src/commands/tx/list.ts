import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/command.js'
import { readJournal } from '../../cli/tx.js'
import { addressFlag } from '../../cli/values.js'
import type { TxRecord } from '../../l1/journal/index.js'

const SHOWN_DIGITS = 12

/** Lists what was sent. */
export default class TxList extends BaseCommand {
  static override summary = 'List the transactions that were sent from this machine, the newest last.'
  static override description =
    `Reads the journal alone; \`tx resume\` asks the chain about those that are open. A transaction is in the journal before it is broadcast.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --open --json',
  ]
  static override flags = {
    open: Flags.boolean({ description: 'Only those that the chain has not decided yet.' }),
    from: addressFlag({ description: 'Only those of this account.', helpValue: 'ADDRESS' }),
    limit: Flags.integer({ description: 'Only the newest.', default: 20, min: 1, max: 10_000 }),
  }

  async run(): Promise<{ transactions: Omit<TxRecord, 'raw'>[] }> {
    const { flags } = await this.parse(TxList)
    const { records } = await readJournal()
    const transactions = records
      .filter(({ state, from }) => (!flags.open || state === 'open') && (!flags.from || from === flags.from))
      .slice(-flags.limit)
      .map(({ raw: _, ...record }) => record)
    if (transactions.length === 0) this.note('There is none.')
    else
      await this.table(
        ['SIGNED', 'STATE', 'NETWORK', 'FROM', 'NONCE', 'HASH', 'WHAT'],
        transactions.map(({ signedAt, state, network, from, nonce, hash, title }) => [
          signedAt.slice(0, 16).replace('T', ' '),
          state,
          network,
          from.slice(0, SHOWN_DIGITS),
          nonce,
          hash.slice(0, SHOWN_DIGITS),
          title,
        ]),
      )
    return { transactions }
  }
}
