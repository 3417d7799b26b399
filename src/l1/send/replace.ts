import { largest } from '../../core/bigint.js'
import { Exit, MetisSeqError } from '../../core/errors/index.js'
import type { Signer, UnsignedTransaction } from '../../core/ports/signer.js'
import type { Fees, Speed } from '../../core/staking/types.js'
import type { Address } from '../../core/types/hex.js'
import { asking, type L1Client } from '../client.js'
import { readFees } from '../fees.js'
import { rivalsOf, type TxRecord } from '../journal/index.js'
import { deliver } from './deliver.js'
import { nonceAhead, reverted } from './refusals.js'
import { readSigned, signChecked } from './signed.js'
import type { Delivered, SendOptions, Signed } from './types.js'

/** Gas of a transfer of ETH (EIP-2028). */
const TRANSFER_GAS = 21_000n

/** What takes the place of a transaction that is stuck: the same call for more, or nothing at all. */
export interface Replacement {
  readonly title: string
  readonly transaction: UnsignedTransaction
}

/**
 * The transaction that would take the place of `record`, and of those of `records` that have its nonce, with fees that
 * every node takes.
 * @throws MetisSeqError `TX_NOT_OPEN`, `TX_NONCE_AHEAD` (exit 3), `RPC_UNREACHABLE` (exit 6)
 */
export async function planReplacement(
  client: L1Client,
  record: TxRecord,
  records: readonly TxRecord[],
  how: 'bump' | 'cancel',
  speed: Speed = 'fast',
): Promise<Replacement> {
  const count = (tag: string) => asking(client, 'the nonce', client.provider.getTransactionCount(record.from, tag))
  const [used, next] = await Promise.all([count('latest'), count('pending')])
  if (record.state !== 'open' || used > record.nonce) throw notOpen(record)
  if (record.nonce > next) throw nonceAhead(record, next)
  const { transaction } = readSigned(record.raw)
  const market = await readFees(client, speed)
  const rivals = rivalsOf(records, record).map(({ raw }) => readSigned(raw).transaction)
  const fees = [transaction, ...rivals].map((rival) => raised(rival, market)).reduce(largestFees)
  if (how === 'bump') return { title: record.title, transaction: { ...transaction, ...fees } }
  const nothing = { to: record.from, value: 0n, data: '0x' as const, gasLimit: TRANSFER_GAS }
  const title = isNothing(transaction, record.from) ? record.title : `cancel "${record.title}"`
  return { title, transaction: { ...transaction, ...nothing, ...fees } }
}

/** How a replacement ended. */
export interface Ended {
  /** The one of that nonce that was mined. */
  readonly mined: Delivered
  /** Whether that is the replacement, and not one that came before it. */
  readonly inTime: boolean
  /** Whether what was mined is a transfer of nothing, as `cancel` makes it. */
  readonly cancelled: boolean
}

/**
 * Signs the replacement, sends it, and waits until it or one of those that it replaces is mined.
 * @throws MetisSeqError as `sendSteps`
 */
export async function sendReplacement(
  client: L1Client,
  signer: Signer,
  record: TxRecord,
  records: readonly TxRecord[],
  { title, transaction }: Replacement,
  options: SendOptions,
): Promise<Ended> {
  const signed = await signChecked(signer, transaction, title)
  const rivals: readonly Signed[] = [record, ...rivalsOf(records, record)]
  const receipt = await deliver(client, signed, options, rivals)
  const taken = rivals.find(({ hash }) => hash === receipt.hash) ?? signed
  const call = readSigned(taken.raw).transaction
  if (receipt.status !== 1) throw await reverted(client, record.from, { ...call, title: taken.title }, receipt)
  const mined = { hash: taken.hash, title: taken.title, block: receipt.blockNumber, fee: receipt.fee }
  return { mined, inTime: taken === signed, cancelled: isNothing(call, record.from) }
}

function isNothing({ to, value, data }: UnsignedTransaction, from: Address): boolean {
  return to === from && value === 0n && data === '0x'
}

/** At least an eighth more of both fees, for nodes want a tenth (geth's `txpool.pricebump`), and not below the market. */
function raised(old: Fees, market: Fees): Fees {
  const more = (fee: bigint) => (fee * 9n) / 8n + 1n
  const { maxPriorityFeePerGas, maxFeePerGas } = largestFees(market, {
    maxPriorityFeePerGas: more(old.maxPriorityFeePerGas),
    maxFeePerGas: more(old.maxFeePerGas),
  })
  return { maxPriorityFeePerGas, maxFeePerGas: largest(maxFeePerGas, maxPriorityFeePerGas) }
}

function largestFees(a: Fees, b: Fees): Fees {
  return {
    maxPriorityFeePerGas: largest(a.maxPriorityFeePerGas, b.maxPriorityFeePerGas),
    maxFeePerGas: largest(a.maxFeePerGas, b.maxFeePerGas),
  }
}

function notOpen({ hash, state, nonce, from }: TxRecord): MetisSeqError {
  const why = state === 'open' ? `nonce ${nonce} of ${from} is used already` : `it is ${state}`
  return new MetisSeqError('TX_NOT_OPEN', `The transaction ${hash} cannot be replaced: ${why}.`, {
    exit: Exit.precheck,
    next: '`metis-seq tx list` shows what is still open, `metis-seq tx resume` asks the chain.',
    details: { hash },
  })
}
