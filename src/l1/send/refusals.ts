import type { TransactionReceipt } from 'ethers'
import { Exit, MetisSeqError } from '../../core/errors/index.js'
import type { Step } from '../../core/staking/types.js'
import type { Address } from '../../core/types/hex.js'
import { asking, type L1Client } from '../client.js'
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

/** Asks the chain for the reason by calling again at the parent block, where the answer is the same as it was. */
export async function reverted(
  client: L1Client,
  from: Address,
  { title, to, value, data }: Call,
  receipt: TransactionReceipt,
): Promise<MetisSeqError> {
  const call = client.provider.call({ from, to, value, data, blockTag: receipt.blockNumber - 1 })
  const reason = await call.then(
    () => undefined,
    (error: unknown) => revertData(error),
  )
  const { name, explanation } = decodeRevert(reason)
  return new MetisSeqError('TX_REVERTED', `The transaction to ${title} (${receipt.hash}) reverted: ${explanation}`, {
    exit: Exit.reverted,
    next: 'Mend what it names and run the command again; the fee of this one is spent.',
    details: { hash: receipt.hash, revert: name ?? null },
  })
}
