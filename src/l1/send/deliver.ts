import type { TransactionReceipt } from 'ethers'
import { Exit, MetisSeqError } from '../../core/errors/index.js'
import { type L1Client, refusalOf } from '../client.js'
import type { JournalEntry } from '../journal/index.js'
import { assertNotInterrupted, confirmed } from './confirm.js'
import type { DeliverOptions, Signed } from './types.js'

/** What nodes say of a transaction that they have: geth and Erigon, Nethermind, Besu. */
const ALREADY_KNOWN = /already ?known|known transaction/i

/**
 * Sends what is signed: into the journal, to the endpoint, and waits. `rivals` are transactions of the same nonce that may
 * be mined in its stead, the one whose place it takes first.
 * @returns the receipt, which may be that of a rival and may say that it reverted
 * @throws MetisSeqError `JOURNAL_UNWRITABLE` (exit 9), `TX_REFUSED`, `TX_REPLACED` (exit 7), `TX_UNCONFIRMED` (exit 8)
 */
export async function deliver(
  client: L1Client,
  signed: Signed,
  options: DeliverOptions,
  rivals: readonly Signed[] = [],
): Promise<TransactionReceipt> {
  const { raw, hash, title, from, nonce, chainId } = signed
  const network = client.network.name
  assertNotInterrupted(options, title)
  const replaces = rivals[0] ? { replaces: rivals[0].hash } : {}
  await options.journal.append({ event: 'signed', hash, chainId, network, from, nonce, title, raw, ...replaces })
  await broadcast(client, signed, options)
  options.onSent?.(title, hash)
  return follow(client, [signed, ...rivals], options)
}

/** Waits for one of several transactions of the same nonce and keeps in the journal how each ended. */
export async function follow(
  client: L1Client,
  rivals: readonly Signed[],
  options: DeliverOptions,
): Promise<TransactionReceipt> {
  const receipt = await confirmed(client, rivals, options)
  try {
    for (const { hash } of rivals) await options.journal.append(endOf(hash, receipt))
  } catch (error) {
    throw minedAllTheSame(error, receipt, rivals.find(({ hash }) => hash === receipt.hash)?.title ?? '')
  }
  return receipt
}

function endOf(hash: Signed['hash'], receipt: TransactionReceipt): JournalEntry {
  if (hash !== receipt.hash) return { event: 'replaced', hash, by: receipt.hash as Signed['hash'] }
  return { event: 'mined', hash, block: receipt.blockNumber, status: receipt.status === 1 ? 'success' : 'reverted' }
}

/** A journal that cannot be written any more does not undo what is mined. */
function minedAllTheSame(error: unknown, { hash, blockNumber, status }: TransactionReceipt, title: string): unknown {
  if (!(error instanceof MetisSeqError)) return error
  const how = status === 1 ? 'is mined' : 'reverted'
  return new MetisSeqError(
    error.code,
    `The transaction to ${title} (${hash}) ${how} in block ${blockNumber}. ${error.message}`,
    {
      exit: error.exit,
      next: `${error.next} Then run the command again: it does only what is still due.`,
      details: { hash },
    },
  )
}

/** An endpoint that fails here may have passed the transaction on: whether it did is seen by its hash. */
export async function broadcast(
  client: L1Client,
  { raw, hash, title }: Signed,
  { journal }: Pick<DeliverOptions, 'journal'>,
): Promise<void> {
  try {
    await client.provider.send('eth_sendRawTransaction', [raw])
  } catch (error) {
    const known = await client.provider.getTransaction(hash).catch(() => null)
    if (known !== null) return
    const reason = refusalOf(error)
    if (reason === undefined) throw unknown(client, hash, title)
    if (ALREADY_KNOWN.test(reason)) return
    await journal.append({ event: 'refused', hash, reason })
    throw new MetisSeqError('TX_REFUSED', `The endpoint refused the transaction to ${title}: ${reason}.`, {
      exit: Exit.reverted,
      next: afterRefusal(reason),
      details: { hash },
    })
  }
}

function unknown(client: L1Client, hash: string, title: string): MetisSeqError {
  return new MetisSeqError(
    'TX_UNCONFIRMED',
    `Whether the transaction to ${title} (${hash}) was sent is not known: ${client.url} did not answer.`,
    {
      exit: Exit.unconfirmed,
      severity: 'temporary',
      next: 'Run `metis-seq tx resume`: it sends the same transaction again where it did not arrive.',
      details: { hash },
    },
  )
}

/** The way out by what nodes say (geth, core/txpool/errors.go; others use the same words). */
function afterRefusal(reason: string): string {
  if (/insufficient funds/i.test(reason))
    return 'Send ETH to the account, or wait for lower fees; then run the command again.'
  if (/underpriced/i.test(reason))
    return 'One of the same nonce that pays more is pending: `metis-seq tx list --open` shows it, `metis-seq tx wait` waits for it.'
  return 'Look whether another transaction of the account is pending (`metis-seq tx list`), then run the command again.'
}
