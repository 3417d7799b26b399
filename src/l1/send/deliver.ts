import type { TransactionReceipt } from 'ethers'
import { Exit, MetisSeqError, messageOf } from '../../core/errors/index.js'
import type { L1Client } from '../client.js'
import { confirmed } from './confirm.js'
import type { DeliverOptions, Signed } from './types.js'

/**
 * Sends what is signed: into the journal, to the endpoint, and waits. `rival` is a transaction of the same nonce that may
 * be mined in its stead.
 * @returns the receipt, which may be that of the rival and may say that it reverted
 * @throws MetisSeqError `JOURNAL_UNWRITABLE` (exit 9), `TX_REFUSED`, `TX_REPLACED` (exit 7), `TX_UNCONFIRMED` (exit 8)
 */
export async function deliver(
  client: L1Client,
  signed: Signed,
  options: DeliverOptions,
  rival?: Signed,
): Promise<TransactionReceipt> {
  const { raw, hash, title, from, nonce, chainId } = signed
  const network = client.network.name
  const replaces = rival ? { replaces: rival.hash } : {}
  await options.journal.append({ event: 'signed', hash, chainId, network, from, nonce, title, raw, ...replaces })
  await broadcast(client, signed, options)
  options.onSent?.(title, hash)
  return follow(client, rival ? [signed, rival] : [signed], options)
}

/** Waits for one of several transactions of the same nonce and keeps in the journal how each ended. */
export async function follow(
  client: L1Client,
  rivals: readonly Signed[],
  options: DeliverOptions,
): Promise<TransactionReceipt> {
  const receipt = await confirmed(client, rivals, options)
  for (const { hash } of rivals) {
    if (hash === receipt.hash) {
      const status = receipt.status === 1 ? 'success' : 'reverted'
      await options.journal.append({ event: 'mined', hash, block: receipt.blockNumber, status })
    } else {
      await options.journal.append({ event: 'replaced', hash, by: receipt.hash as Signed['hash'] })
    }
  }
  return receipt
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
    if ((error as { error?: unknown }).error === undefined) throw unknown(client, hash, title)
    const reason = shortOf(error)
    await journal.append({ event: 'refused', hash, reason })
    throw new MetisSeqError('TX_REFUSED', `The endpoint refused the transaction to ${title}: ${reason}.`, {
      exit: Exit.reverted,
      next: 'Look whether another transaction of the account is pending (`metis-seq tx list`), then run the command again.',
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

function shortOf(error: unknown): string {
  const answer = (error as { error?: { message?: unknown } }).error?.message
  return (typeof answer === 'string' ? answer : messageOf(error)).slice(0, 200)
}
