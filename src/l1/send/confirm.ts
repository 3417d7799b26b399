import { setTimeout as delay } from 'node:timers/promises'
import type { TransactionReceipt } from 'ethers'
import { Exit, MetisSeqError } from '../../core/errors/index.js'
import type { L1Client } from '../client.js'
import type { DeliverOptions, Signed } from './types.js'

const POLL_MS = 400
/** Polls in a row that must see the nonce used and no receipt: endpoints behind one name lag behind each other. */
const REPLACED_POLLS = 4

/**
 * Asks for the receipts again and again (a subscription misses the block that is mined while it starts). A receipt that
 * went with a reorganised block is asked for anew; an endpoint that fails for a moment is asked again.
 * @param rivals transactions of one account and nonce, of which one can be mined
 */
export async function confirmed(
  client: L1Client,
  rivals: readonly Signed[],
  { confirmations, timeoutSeconds, journal, signal }: DeliverOptions,
): Promise<TransactionReceipt> {
  const until = performance.now() + timeoutSeconds * 1000
  const late = `it is not confirmed within ${timeoutSeconds} s`
  let reason = late
  let replaced = 0
  do {
    try {
      const { receipt, head, used } = await look(client, rivals)
      if (receipt !== undefined && head - receipt.blockNumber + 1 >= confirmations) return receipt
      replaced = receipt === undefined && used ? replaced + 1 : 0
      reason = late
    } catch {
      reason = `${client.url} stopped answering`
    }
    if (replaced >= REPLACED_POLLS) {
      for (const { hash } of rivals) await journal.append({ event: 'replaced', hash })
      throw lost(rivals)
    }
    // The wait is cut short by the signal, which is asked for right after.
    await delay(POLL_MS, undefined, signal ? { signal } : {}).catch(() => {})
    if (signal?.aborted) throw interrupted(rivals)
  } while (performance.now() < until)
  throw unconfirmed(rivals, reason)
}

async function look({ provider }: L1Client, rivals: readonly Signed[]) {
  const [first] = rivals
  const [receipts, head, count] = await Promise.all([
    Promise.all(rivals.map(({ hash }) => provider.getTransactionReceipt(hash))),
    provider.getBlockNumber(),
    first ? provider.getTransactionCount(first.from, 'latest') : 0,
  ])
  return {
    receipt: receipts.find((each) => each !== null) ?? undefined,
    head,
    used: first ? count > first.nonce : false,
  }
}

function unconfirmed(rivals: readonly Signed[], reason: string): MetisSeqError {
  const { title, hash } = rivals[0] ?? { title: '', hash: '' }
  return new MetisSeqError('TX_UNCONFIRMED', `The transaction to ${title} (${hash}) was sent, but ${reason}.`, {
    exit: Exit.unconfirmed,
    severity: 'temporary',
    next: `\`metis-seq tx wait ${hash}\` waits on, \`metis-seq tx bump ${hash}\` pays more for it.`,
    details: { hash },
  })
}

function lost(rivals: readonly Signed[]): MetisSeqError {
  const { title, hash, from, nonce } = rivals[0] ?? { title: '', hash: '', from: '', nonce: 0 }
  return new MetisSeqError(
    'TX_REPLACED',
    `The transaction to ${title} (${hash}) will never be mined: ${from} used its nonce ${nonce} for another one.`,
    {
      exit: Exit.reverted,
      next: 'Find out who else sends with this key. Then run the command again: it does only what is still due.',
      details: { hash, nonce },
    },
  )
}

/** Ctrl-C ends an action before its next transaction. @throws MetisSeqError `INTERRUPTED` (exit 130) */
export function assertNotInterrupted({ signal }: Pick<DeliverOptions, 'signal'>, title: string): void {
  if (!signal?.aborted) return
  throw new MetisSeqError('INTERRUPTED', `Interrupted before the transaction to ${title} was sent.`, {
    exit: Exit.interrupted,
    next: '`metis-seq tx list` shows what was sent before it. Run the command again to do what is still due.',
  })
}

function interrupted(rivals: readonly Signed[]): MetisSeqError {
  const { title, hash } = rivals[0] ?? { title: '', hash: '' }
  return new MetisSeqError(
    'INTERRUPTED',
    `Interrupted while waiting. The transaction to ${title} (${hash}) was sent and may be mined at any moment.`,
    { exit: Exit.interrupted, next: `\`metis-seq tx wait ${hash}\` waits on.`, details: { hash } },
  )
}
