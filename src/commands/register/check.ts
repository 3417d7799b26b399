import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/command.js'
import { networkFlags, onNetwork } from '../../cli/network.js'
import { chainOf, readOneRecord, readRecords, renderReport } from '../../cli/registry.js'
import { fileArgument, wholeFlag } from '../../cli/values.js'
import { Exit, MetisSeqError } from '../../core/errors/index.js'
import { type RecordReport, reportRecords } from '../../core/staking/registration/registry.js'

interface Checked extends RecordReport {
  /** Whether the owner may lock; null where L1 was not asked, or the owner is no address. */
  readonly whitelisted: boolean | null
}

interface CheckedList {
  readonly file: string
  /** L2 chain id that the records are for; null where neither flag nor path say it. */
  readonly chain: bigint | null
  readonly valid: boolean
  readonly records: readonly Checked[]
  /** What would be wrong with the record of --record behind them; null without one. */
  readonly added: Checked | null
}

/** Checks a list of public records. */
export default class RegisterCheck extends BaseCommand {
  static override summary = 'Check the public records of an all.json, or one record; exit 10 when one is not valid.'
  static override description =
    `Says of every record what is wrong with it, and which names, owners, signers and keys stand in two of them. Asks nobody;
with --whitelist it reads on L1 which owners may lock.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> sequencers/1088/all.json',
    '<%= config.bin %> <%= command.id %> sequencers/1088/all.json --record alpha.json',
    '<%= config.bin %> <%= command.id %> sequencers/1088/all.json --whitelist --network andromeda --rpc-url https://ethereum.example',
  ]
  static override args = { file: fileArgument('The list, or one record.') }
  static override flags = {
    record: Flags.string({
      description: 'Say too whether the record in this file could be added to the list.',
      helpValue: 'FILE',
    }),
    chain: wholeFlag({
      description: 'L2 chain id that the list is for; otherwise its folder says it.',
      helpValue: 'ID',
    }),
    whitelist: Flags.boolean({ description: 'Read on L1 whether each owner is whitelisted.' }),
    ...networkFlags,
  }

  async run(): Promise<CheckedList> {
    const { args, flags } = await this.parse(RegisterCheck)
    const chain = chainOf(args.file, flags.chain)
    const list = await readRecords(args.file)
    const addition = flags.record === undefined ? [] : [await readOneRecord(flags.record)]
    const reports = reportRecords([...list, ...addition])
    const states = flags.whitelist ? await this.#whitelist(reports, chain, flags) : []
    const checked = reports.map((report, i): Checked => ({ ...report, whitelisted: states[i] ?? null }))
    const valid = checked.every(({ problems }) => problems.length === 0)
    if (!valid) process.exitCode = Exit.checkFailed
    this.print(renderReport(checked, flags.record === undefined ? null : list.length))
    if (flags.whitelist) {
      const word = (state: boolean | null) => (state === null ? undefined : state ? 'yes' : 'no')
      const rows = checked.map(({ index, name, owner, whitelisted }) => [
        index,
        name ?? undefined,
        owner ?? undefined,
        word(whitelisted),
      ])
      await this.table(['RECORD', 'NAME', 'OWNER', 'WHITELISTED'], rows)
    }
    const records = checked.slice(0, list.length)
    return { file: args.file, chain: chain ?? null, valid, records, added: checked[list.length] ?? null }
  }

  /** In the order of the reports. @throws MetisSeqError `CHAIN_MISMATCH` (exit 2) */
  #whitelist(
    reports: readonly RecordReport[],
    chain: bigint | undefined,
    flags: Parameters<typeof onNetwork>[0],
  ): Promise<(boolean | null)[]> {
    return onNetwork(flags, async ({ client }) => {
      const { readWhitelist } = await import('../../l1/index.js')
      const { name, l2ChainId } = client.network
      if (chain !== undefined && chain !== l2ChainId) {
        throw new MetisSeqError(
          'CHAIN_MISMATCH',
          `The records are for chain ${chain}; ${name} is chain ${l2ChainId}.`,
          {
            exit: Exit.usage,
            next: 'Name the right --network, or the right list.',
          },
        )
      }
      const owners = reports.flatMap(({ owner }) => owner ?? [])
      const states = new Map((await readWhitelist(client, owners)).map((state, i) => [owners[i], state]))
      return reports.map(({ owner }) => (owner === null ? null : (states.get(owner) ?? null)))
    })
  }
}
