import { Exit, MetisSeqError } from '../errors/index.js'
import type { Genesis } from './types.js'

/** Gas of one transaction from Osaka on (EIP-7825). */
const OSAKA_TRANSACTION_GAS = 2n ** 24n

/**
 * The time, in seconds, from which blocks of a network follow Osaka's rules; undefined: they follow Prague's for ever.
 * @throws MetisSeqError `GENESIS_INVALID`
 */
export function osakaTimeOf({ osakaTime }: Pick<Genesis['l2'], 'osakaTime'>): number | undefined {
  if (osakaTime === undefined || (Number.isSafeInteger(osakaTime) && osakaTime >= 0)) return osakaTime
  const message = `The L2 genesis is invalid: its osakaTime, "${String(osakaTime).slice(0, 80)}", is no time in whole seconds.`
  throw new MetisSeqError('GENESIS_INVALID', message, {
    exit: Exit.data,
    severity: 'critical',
    next: 'Leave osakaTime out, or give the time of the first Osaka block in seconds.',
  })
}

/** The most gas that a transaction may ask for in a block of that time, in seconds. */
export function transactionGasLimit(l2: Pick<Genesis['l2'], 'osakaTime' | 'gasLimit'>, time: number): bigint {
  const block = BigInt(l2.gasLimit)
  const osaka = l2.osakaTime !== undefined && time >= l2.osakaTime
  return osaka && block > OSAKA_TRANSACTION_GAS ? OSAKA_TRANSACTION_GAS : block
}
