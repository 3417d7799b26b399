import { BaseCommand } from '../../cli/command.js'
import type { OpenNetwork } from '../../cli/network.js'
import { onNetwork } from '../../cli/network.js'
import { waitFlags } from '../../cli/sendFlags.js'
import { confirmOnce, yesFlag } from '../../cli/signing.js'
import { goOnWithoutReader } from '../../cli/streams.js'
import { networkOf, readJournal, txNetworkFlags } from '../../cli/tx.js'
import { addressFlag } from '../../cli/values.js'
import type { Address } from '../../core/types/hex.js'
import type { JournalFile, TxRecord } from '../../l1/journal/index.js'

/** Goes on after a crash. */
export default class TxResume extends BaseCommand {
  static override summary =
    'Go on with what is open: find out how it ended, send again what never arrived, wait for the rest.'
  static override description =
    `For use after a crash, a time-out or Ctrl-C. It never signs anything: the same transaction is sent again, after a rehearsal,
and only when you confirm it. It does nothing and exits 0 when nothing is open; exit 7 when one of them reverted.
An action of several transactions may then have its last ones still to do: run its command again, which does what is due.`
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --yes --json']
  static override flags = {
    from: addressFlag({ description: 'Only those of this account.', helpValue: 'ADDRESS' }),
    yes: yesFlag,
    ...txNetworkFlags,
    ...waitFlags,
  }

  async run(): Promise<{ transactions: Omit<TxRecord, 'raw'>[] }> {
    const { flags } = await this.parse(TxResume)
    goOnWithoutReader()
    const { journal, records } = await readJournal()
    const open = records.filter(
      (each) =>
        each.state === 'open' &&
        (flags.from === undefined || each.from === flags.from) &&
        (flags.network === undefined || [flags.network, ''].includes(each.network)),
    )
    const ended: TxRecord[] = []
    for (const network of new Set(open.map((each) => networkOf(each, flags)))) {
      const here = open.filter((each) => networkOf(each, flags) === network)
      ended.push(...(await onNetwork({ ...flags, network }, (on) => this.#resume(on, here, journal, flags))))
    }
    if (ended.length === 0) this.print('Nothing is open.')
    else
      await this.table(
        ['STATE', 'NONCE', 'HASH', 'WHAT'],
        ended.map((each) => [each.state, each.nonce, each.hash, each.title]),
      )
    return { transactions: ended.map(({ raw: _, ...record }) => record) }
  }

  async #resume(
    { client }: OpenNetwork,
    records: readonly TxRecord[],
    journal: JournalFile,
    flags: { yes: boolean; confirmations: number; timeout: number },
  ): Promise<TxRecord[]> {
    const { assertChainOf, resume, whyReverted, withAccountOf } = await import('../../l1/index.js')
    for (const record of records) assertChainOf(client, record)
    const again = ({ title, from, nonce }: TxRecord) =>
      confirmOnce(`On ${client.network.name}, send again with ${from}, nonce ${nonce}: ${title}?`, flags.yes)
    const ended: TxRecord[] = []
    for (const from of new Set<Address>(records.map((record) => record.from))) {
      const { confirmations, timeout: timeoutSeconds } = flags
      const options = { journal, confirmations, timeoutSeconds, again, signal: this.interrupted() }
      ended.push(...(await withAccountOf(client, from, () => resume(client, from, journal, options))))
    }
    const reverted = ended.find(({ state }) => state === 'reverted')
    if (reverted !== undefined) throw await whyReverted(client, reverted)
    return ended
  }
}
