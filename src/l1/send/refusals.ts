import type { TransactionReceipt } from 'ethers'
import { Exit, MetisSeqError } from '../../core/errors/index.js'
import type { Step } from '../../core/staking/types.js'
import type { Address } from '../../core/types/hex.js'
import { asking, type L1Client } from '../client.js'
import type { TxRecord } from '../journal/index.js'
import { decodeRevert, revertData } from '../reverts.js'

/** What the chain needs to know of a call to say whether it would take it. */
export type Call = Pick<Step, 'title' | 'to' | 'value' | 'data'>

/** The gas that the call takes at the pending block. @throws MetisSeqError `REHEARSAL_REVERTED` (exit 7) */
export async function gasOf(client: L1Client, from: Address, { title, ...call }: Call): Promise<bigint> {
  const { to, value, data } = call
  try {
    return await client.provider.estimateGas({ from, to, value, data, blockTag: 'pending' })
  } catch (error) {
    const reason = revertData(error)
    if (reason === undefined) return asking(client, `an estimate for "${title}"`, Promise.reject(error))
    const { name, explanation } = decodeRevert(reason)
    throw new MetisSeqError(
      'REHEARSAL_REVERTED',
      `The chain would refuse to ${title}: ${explanation} (${name ?? 'no reason'}). This step was not sent.`,
      { exit: Exit.reverted, next: 'Mend what it names and run the command again.', details: { revert: name ?? null } },
    )
  }
}

/**
 * The error of a transaction that was mined and failed. The reason is found by calling again, at the block before it and,
 * where something in its own block made it fail, at that block.
 */
export async function reverted(
  client: L1Client,
  from: Address,
  call: Call,
  receipt: TransactionReceipt,
): Promise<MetisSeqError> {
  const { blockNumber, hash } = receipt
  const reason =
    (await reasonAt(client, from, call, blockNumber - 1)) ?? (await reasonAt(client, from, call, blockNumber))
  const { name, explanation } =
    reason === undefined
      ? {
          name: undefined,
          explanation: 'The same call would succeed now: it ran out of gas, or what stopped it is over.',
        }
      : decodeRevert(reason)
  return new MetisSeqError('TX_REVERTED', `The transaction to ${call.title} (${hash}) reverted: ${explanation}`, {
    exit: Exit.reverted,
    next: 'Mend what it names and run the command again; the fee of this one is spent.',
    details: { hash, revert: name ?? null },
  })
}

/** The revert data of the call at that block; undefined where it does not revert, or nobody can tell. */
async function reasonAt({ provider }: L1Client, from: Address, call: Call, blockTag: number) {
  const { to, value, data } = call
  try {
    await provider.call({ from, to, value, data, blockTag })
    return undefined
  } catch (error) {
    return revertData(error) // an endpoint that does not keep old states gives none
  }
}

/** Sent now, it would wait in the pool for those before it, and hold everything else of the account up. */
export function nonceAhead({ title, hash, nonce, from }: TxRecord, next: number): MetisSeqError {
  return new MetisSeqError(
    'TX_NONCE_AHEAD',
    `"${title}" (${hash}) cannot be sent: its nonce is ${nonce}, and the next one of ${from} is ${next}. Nothing was sent.`,
    {
      exit: Exit.precheck,
      next: 'Run the command again that made it: it does what is still due, and its transactions take the nonces in between.',
      details: { hash, nonce, next },
    },
  )
}
