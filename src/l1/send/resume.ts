import { Exit, MetisSeqError } from '../../core/errors/index.js'
import type { Address } from '../../core/types/hex.js'
import { asking, type L1Client } from '../client.js'
import { type JournalFile, openRecords, rivalsOf, type TxRecord } from '../journal/index.js'
import { assertNotInterrupted } from './confirm.js'
import { broadcast, follow } from './deliver.js'
import { gasOf, nonceAhead, reverted } from './refusals.js'
import { settle } from './sight.js'
import { readSigned } from './signed.js'
import type { Delivered, DeliverOptions } from './types.js'

export interface ResumeOptions extends DeliverOptions {
  /** Asked before one is sent again that the endpoint never saw; throws where it shall not be. */
  again?: (record: TxRecord) => Promise<void>
}

/**
 * Goes on with all open transactions of an account: those that the endpoint never saw are rehearsed and sent again, and
 * all are waited for, one nonce after the other.
 * @returns them as the journal has them afterwards
 * @throws MetisSeqError `TX_NONCE_AHEAD` (exit 3), `REHEARSAL_REVERTED`, `TX_REFUSED`, `TX_REPLACED` (exit 7), `TX_UNCONFIRMED` (exit 8), `RPC_UNREACHABLE` (exit 6)
 */
export async function resume(
  client: L1Client,
  from: Address,
  journal: JournalFile,
  options: ResumeOptions,
): Promise<TxRecord[]> {
  const records = await journal.read()
  const before = openRecords(records, client.network.l1ChainId, from)
  const open = await settle(client, from, journal, records)
  for (const nonce of new Set(open.map(({ record }) => record.nonce))) {
    const rivals = open.filter(({ record }) => record.nonce === nonce)
    if (rivals.every(({ sighting }) => sighting.state === 'unknown')) await sendAgain(client, rivals, options)
    await follow(
      client,
      rivals.map(({ record }) => record),
      options,
    )
  }
  const now = new Map((await journal.read()).map((record) => [record.hash, record]))
  return before.map((record) => now.get(record.hash) ?? record)
}

/** Of several with one nonce the newest, which pays the most. */
async function sendAgain(client: L1Client, rivals: readonly { record: TxRecord }[], options: ResumeOptions) {
  const record = rivals.at(-1)?.record
  if (record === undefined) return
  const { from, nonce, title } = record
  const next = await asking(client, 'the next nonce', client.provider.getTransactionCount(from, 'pending'))
  if (nonce > next) throw nonceAhead(record, next)
  await gasOf(client, from, callOf(record))
  await options.again?.(record)
  assertNotInterrupted(options, title)
  await broadcast(client, record, options)
  options.onSent?.(title, record.hash)
}

/**
 * Waits for a transaction of the journal, or for one of `records` that has its nonce. Sends nothing.
 * @returns the one that was mined
 * @throws MetisSeqError `TX_REVERTED`, `TX_REPLACED` (exit 7), `TX_UNCONFIRMED` (exit 8)
 */
export async function waitFor(
  client: L1Client,
  record: TxRecord,
  records: readonly TxRecord[],
  options: DeliverOptions,
): Promise<Delivered> {
  const rivals = rivalsOf(records, record)
  const receipt = await follow(client, [record, ...rivals], options)
  const mined = rivals.find(({ hash }) => hash === receipt.hash) ?? record
  if (receipt.status !== 1) throw await reverted(client, record.from, callOf(mined), receipt)
  return { hash: mined.hash, title: mined.title, block: receipt.blockNumber, fee: receipt.fee }
}

/** Why a transaction of the journal reverted. @throws MetisSeqError `RPC_UNREACHABLE` (exit 6) */
export async function whyReverted(client: L1Client, record: TxRecord): Promise<MetisSeqError> {
  const receipt = await asking(client, 'the receipt', client.provider.getTransactionReceipt(record.hash))
  if (receipt !== null) return reverted(client, record.from, callOf(record), receipt)
  return new MetisSeqError('TX_UNCONFIRMED', `The transaction ${record.hash} is not in the chain any more.`, {
    exit: Exit.unconfirmed,
    severity: 'temporary',
    next: 'Run `metis-seq tx resume` again.',
  })
}

function callOf({ raw, title }: TxRecord) {
  return { ...readSigned(raw).transaction, title }
}
