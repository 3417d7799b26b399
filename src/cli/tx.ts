import { Args, Flags } from '@oclif/core'
import type { UnsignedTransaction } from '../core/ports/signer.js'
import { formatMetis } from '../core/staking/amount.js'
import type { JournalFile, TxRecord } from '../l1/journal/index.js'
import { networkFlags, type OpenNetwork, onNetwork } from './network.js'

/** Flags of commands about a transaction of the journal, which knows its network itself. */
export const txNetworkFlags = {
  ...networkFlags,
  network: Flags.string({ description: 'Network, where it is not the one that the journal names.' }),
}

export const txArgument = Args.string({
  name: 'hash',
  description: 'Hash of the transaction, or the first digits of it; without it the only one that is open.',
})

export interface TxChoice {
  readonly network?: string | undefined
  readonly 'rpc-url'?: string | undefined
  readonly 'data-dir'?: string | undefined
}

/** A transaction of the journal and the network that it is for. */
export interface OpenRecord extends OpenNetwork {
  readonly record: TxRecord
  readonly records: readonly TxRecord[]
  readonly journal: JournalFile
}

/** The journal of this machine's user and all that it tells. @throws MetisSeqError `JOURNAL_INVALID`, `JOURNAL_TOO_NEW` (exit 9) */
export async function readJournal(): Promise<{ journal: JournalFile; records: TxRecord[] }> {
  const { fileJournal, journalPath } = await import('../l1/journal/index.js')
  const journal = fileJournal(journalPath(), Date.now)
  return { journal, records: await journal.read() }
}

/**
 * Finds a transaction of the journal, connects to its network, runs `work` and disconnects.
 * @throws MetisSeqError `TX_NOT_FOUND`, `TX_AMBIGUOUS` (exit 2), `WRONG_CHAIN` (exit 6), and as `onNetwork`
 */
export async function onRecord<T>(
  wanted: string | undefined,
  choice: TxChoice,
  work: (open: OpenRecord) => Promise<T>,
): Promise<T> {
  const { findRecord } = await import('../l1/journal/index.js')
  const { journal, records } = await readJournal()
  const record = findRecord(records, wanted)
  return onNetwork({ ...choice, network: networkOf(record, choice) }, async (open) => {
    const { assertChainOf } = await import('../l1/index.js')
    assertChainOf(open.client, record)
    return work({ ...open, record, records, journal })
  })
}

/** The network that is named, else the one of the journal, which lines of its first version did not tell. */
export function networkOf({ network }: Pick<TxRecord, 'network'>, choice: TxChoice): string {
  return choice.network ?? (network || 'devnet')
}

/** A transaction as somebody should read it who is about to sign or replace it. */
export async function renderTransaction(
  title: string,
  from: string,
  transaction: UnsignedTransaction,
): Promise<string> {
  const { describeCall, nameContract } = await import('../l1/describe.js')
  const { chainId, nonce, to, value, data, gasLimit, maxFeePerGas } = transaction
  const contract = nameContract(to, chainId)
  const call = data === '0x' ? 'none: a transfer of ETH' : describeCall(data, chainId)
  return [
    title,
    `  from   ${from}`,
    `  to     ${to}${contract ? ` (${contract})` : ''}`,
    `  call   ${call ?? `one that metis-seq does not know: ${data.slice(0, 10)}, ${data.length / 2 - 1} bytes`}`,
    `  value  ${formatMetis(value)} ETH`,
    `  nonce  ${nonce} on chain ${chainId}`,
    `  fee    at most ${formatMetis(gasLimit * maxFeePerGas)} ETH (${gasLimit} gas)`,
  ].join('\n')
}
