import type { TransactionReceipt } from 'ethers'
import { Exit, MetisSeqError } from '../../core/errors/index.js'
import type { Address } from '../../core/types/hex.js'
import { asking, type L1Client } from '../client.js'
import { type Journal, openRecords, type TxRecord } from '../journal/index.js'

/** What the chain says of a transaction; `unknown` where the endpoint never saw it and its nonce is free. */
export interface Sighting {
  readonly state: 'mined' | 'reverted' | 'pending' | 'replaced' | 'unknown'
  readonly block: number | null
  /** Blocks that hold it, its own included; 0 until it is mined. */
  readonly confirmations: number
}

/** A transaction must be asked about on its own chain alone: elsewhere its nonce means nothing. @throws MetisSeqError `WRONG_CHAIN` (exit 6) */
export function assertChainOf({ network, url }: L1Client, { hash, chainId }: Pick<TxRecord, 'hash' | 'chainId'>): void {
  if (chainId === network.l1ChainId) return
  throw new MetisSeqError(
    'WRONG_CHAIN',
    `The transaction ${hash} is for chain ${chainId}; the L1 of ${network.name} at ${url} is chain ${network.l1ChainId}.`,
    { exit: Exit.network, next: 'Name its network with --network. Nothing was sent.' },
  )
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

function minedAs({ status, blockNumber }: TransactionReceipt): Pick<Sighting, 'state' | 'block'> {
  return { state: status === 1 ? 'mined' : 'reverted', block: blockNumber }
}
