import { BaseCommand } from '../../cli/command.js'
import { onRecord, renderTransaction, txArgument, txNetworkFlags } from '../../cli/tx.js'
import type { UnsignedTransaction } from '../../core/ports/signer.js'
import type { TxRecord } from '../../l1/journal/index.js'
import type { Sighting } from '../../l1/send/index.js'

interface Shown {
  readonly transaction: TxRecord
  readonly call: UnsignedTransaction
  /** What the chain says now. */
  readonly sighting: Sighting
}

/** Shows one transaction. */
export default class TxShow extends BaseCommand {
  static override summary = 'Show a transaction: what it calls, what the journal knows, and what the chain says now.'
  static override examples = ['<%= config.bin %> <%= command.id %> 0x3b1f9a42']
  static override args = { hash: txArgument }
  static override flags = { ...txNetworkFlags }

  async run(): Promise<Shown> {
    const { args, flags } = await this.parse(TxShow)
    return onRecord(args.hash, flags, async ({ client, record }) => {
      const { readSigned, sight } = await import('../../l1/index.js')
      const { transaction } = readSigned(record.raw)
      const sighting = await sight(client, record)
      this.print(await renderTransaction(record.title, record.from, transaction))
      this.print(`  hash   ${record.hash}\n  signed ${record.signedAt}\n  state  ${describe(sighting)}`)
      if (record.replaces !== null) this.print(`  takes the place of ${record.replaces}`)
      return { transaction: record, call: transaction, sighting }
    })
  }
}

function describe({ state, block, confirmations }: Sighting): string {
  if (block !== null)
    return `${state} in block ${block}, ${confirmations} confirmation${confirmations === 1 ? '' : 's'}`
  return {
    pending: 'pending: sent and not mined yet; `tx bump` pays more, `tx cancel` takes it back',
    unknown: 'unknown: the endpoint never saw it; `tx resume` sends it again, `tx cancel` uses its nonce up',
    replaced: 'replaced: its nonce was used by another transaction',
    mined: 'mined',
    reverted: 'reverted',
  }[state]
}
