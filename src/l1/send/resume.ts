import type { TransactionReceipt } from 'ethers'
import type { Address } from '../../core/types/hex.js'
import { asking, type L1Client } from '../client.js'
import { type Journal, openRecords, type TxRecord } from '../journal/index.js'
import { broadcast, follow } from './deliver.js'
import type { DeliverOptions } from './types.js'

/** What the chain says of a transaction; `unknown` where the endpoint never saw it and its nonce is free. */
export interface Sighting {
  readonly state: 'mined' | 'reverted' | 'pending' | 'replaced' | 'unknown'
  readonly block: number | null
  /** Blocks that hold it, its own included; 0 until it is mined. */
  readonly confirmations: number
}

/** @throws MetisSeqError `RPC_UNREACHABLE` (exit 6) */
export async function sight(client: L1Client, { hash, from, nonce }: TxRecord): Promise<Sighting> {
  const { provider } = client
  const [receipt, head, used, pending] = await asking(
    client,
    `the transaction ${hash}`,
    Promise.all([
      provider.getTransactionReceipt(hash),
      provider.getBlockNumber(),
      provider.getTransactionCount(from, 'latest'),
      provider.getTransaction(hash),
    ]),
  )
  if (receipt !== null) return { ...minedAs(receipt), confirmations: Math.max(1, head - receipt.blockNumber + 1) }
  const state = used > nonce ? 'replaced' : pending === null ? 'unknown' : 'pending'
  return { state, block: null, confirmations: 0 }
}

/**
 * Writes into the journal how the account's transactions ended that nobody waited for. Sends nothing.
 * @returns those that are still open
 */
export async function settle(
  client: L1Client,
  from: Address,
  journal: Journal,
  records: readonly TxRecord[],
): Promise<{ record: TxRecord; sighting: Sighting }[]> {
  const open: { record: TxRecord; sighting: Sighting }[] = []
  for (const record of openRecords(records, client.network.l1ChainId, from)) {
    const sighting = await sight(client, record)
    const { state, block } = sighting
    const { hash } = record
    if (state === 'replaced') await journal.append({ event: 'replaced', hash })
    else if (block === null) open.push({ record, sighting })
    else await journal.append({ event: 'mined', hash, block, status: state === 'mined' ? 'success' : 'reverted' })
  }
  return open
}

/**
 * Goes on with a transaction of the journal: sends it again where the endpoint does not know it, and waits for it or for
 * one of `records` that has the same nonce.
 * @throws MetisSeqError `TX_REFUSED`, `TX_REPLACED` (exit 7), `TX_UNCONFIRMED` (exit 8), `RPC_UNREACHABLE` (exit 6)
 */
export async function goOn(
  client: L1Client,
  record: TxRecord,
  records: readonly TxRecord[],
  options: DeliverOptions,
): Promise<TransactionReceipt> {
  const { state } = await sight(client, record)
  if (state === 'unknown') await broadcast(client, record, options)
  options.onSent?.(record.title, record.hash)
  const rivals = openRecords(records, record.chainId, record.from).filter(
    ({ nonce, hash }) => nonce === record.nonce && hash !== record.hash,
  )
  return follow(client, [record, ...rivals], options)
}

function minedAs({ status, blockNumber }: TransactionReceipt): Pick<Sighting, 'state' | 'block'> {
  return { state: status === 1 ? 'mined' : 'reverted', block: blockNumber }
}
