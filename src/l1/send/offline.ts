import { Exit, MetisSeqError } from '../../core/errors/index.js'
import type { Address } from '../../core/types/hex.js'
import { asking, type L1Client } from '../client.js'
import { deliver, follow } from './deliver.js'
import { gasOf, reverted } from './refusals.js'
import type { readSigned } from './signed.js'
import type { Delivered, DeliverOptions } from './types.js'

/** A signed transaction, read. */
export type Readied = ReturnType<typeof readSigned>

/**
 * The account of transactions that were signed elsewhere; they must all be its own, of this chain, one nonce after the other.
 * @throws MetisSeqError `TX_INVALID` (exit 2), `WRONG_CHAIN` (exit 6)
 */
export function senderOfSigned(client: L1Client, signed: readonly Readied[], expected?: Address): Address {
  const [first] = signed
  const from = expected ?? first?.from
  if (first === undefined || from === undefined) throw invalid('there is none')
  const { l1ChainId, name } = client.network
  for (const [i, { chainId, from: signer, nonce, title }] of signed.entries()) {
    if (signer !== from) throw invalid(`"${title}" is signed by ${signer} instead of ${from}`)
    if (nonce !== first.nonce + i) throw invalid(`"${title}" has the nonce ${nonce}; ${first.nonce + i} would follow`)
    if (chainId === l1ChainId) continue
    throw new MetisSeqError(
      'WRONG_CHAIN',
      `"${title}" is for chain ${chainId}; the L1 of ${name} is chain ${l1ChainId}.`,
      {
        exit: Exit.network,
        next: 'Name the network that it was made for with --network. Nothing was sent.',
      },
    )
  }
  return from
}

/**
 * Sends them one after the other. One that is mined already is not sent again, so that it can be run twice.
 * @throws MetisSeqError `TX_NONCE_USED`, `TX_NONCE_AHEAD`, `TX_GAS_TOO_LOW` (exit 3), and as `sendSteps`
 */
export async function sendSigned(
  client: L1Client,
  signed: readonly Readied[],
  options: DeliverOptions,
): Promise<Delivered[]> {
  const delivered: Delivered[] = []
  for (const each of signed) {
    const receipt = (await isKnown(client, each))
      ? await follow(client, [each], options)
      : await freshly(client, each, options)
    const { transaction, title, hash, from } = each
    if (receipt.status !== 1) throw await reverted(client, from, { ...transaction, title }, receipt)
    delivered.push({ hash, title, block: receipt.blockNumber, fee: receipt.fee })
  }
  return delivered
}

async function isKnown(client: L1Client, { hash }: Readied): Promise<boolean> {
  return (await asking(client, `the transaction ${hash}`, client.provider.getTransaction(hash))) !== null
}

async function freshly(client: L1Client, each: Readied, options: DeliverOptions) {
  const { from, nonce, title, transaction } = each
  const next = await asking(client, 'the next nonce', client.provider.getTransactionCount(from, 'pending'))
  if (nonce < next) throw unfit('TX_NONCE_USED', title, `its nonce ${nonce} is used by another transaction of ${from}`)
  if (nonce > next)
    throw unfit('TX_NONCE_AHEAD', title, `its nonce is ${nonce}, and the next one of ${from} is ${next}`)
  const needed = await gasOf(client, from, { ...transaction, title })
  if (needed > transaction.gasLimit)
    throw unfit(
      'TX_GAS_TOO_LOW',
      title,
      `it needs ${needed} gas and may take ${transaction.gasLimit}: its fee would be lost`,
    )
  return deliver(client, each, options)
}

function unfit(code: string, title: string, reason: string): MetisSeqError {
  return new MetisSeqError(code, `"${title}" cannot be sent: ${reason}.`, {
    exit: Exit.precheck,
    next: 'Export it anew, sign it, and send that.',
  })
}

function invalid(reason: string): MetisSeqError {
  return new MetisSeqError('TX_INVALID', `The signed transactions cannot be used: ${reason}.`, {
    exit: Exit.usage,
    next: 'Sign the exported file again with `metis-seq tx sign`.',
  })
}
