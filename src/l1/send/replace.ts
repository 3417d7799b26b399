import { Exit, MetisSeqError } from '../../core/errors/index.js'
import type { Signer, UnsignedTransaction } from '../../core/ports/signer.js'
import type { Fees, Speed } from '../../core/staking/types.js'
import { asking, type L1Client } from '../client.js'
import { readFees } from '../fees.js'
import type { TxRecord } from '../journal/index.js'
import { deliver } from './deliver.js'
import { reverted } from './refusals.js'
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
 * The transaction that would take the place of `record`: of the same nonce, with fees that every node takes.
 * @throws MetisSeqError `TX_NOT_OPEN` (exit 3), `RPC_UNREACHABLE` (exit 6)
 */
export async function planReplacement(
  client: L1Client,
  record: TxRecord,
  how: 'bump' | 'cancel',
  speed: Speed = 'fast',
): Promise<Replacement> {
  const used = await asking(client, 'the nonce', client.provider.getTransactionCount(record.from, 'latest'))
  if (record.state !== 'open' || used > record.nonce) throw notOpen(record)
  const { transaction } = readSigned(record.raw)
  const fees = raised(transaction, await readFees(client, speed))
  if (how === 'bump') return { title: record.title, transaction: { ...transaction, ...fees } }
  const nothing = { to: record.from, value: 0n, data: '0x' as const, gasLimit: TRANSFER_GAS }
  return { title: `cancel "${record.title}"`, transaction: { ...transaction, ...nothing, ...fees } }
}

/**
 * Signs the replacement, sends it, and waits until it or the one that it replaces is mined.
 * @throws MetisSeqError as `sendSteps`
 */
export async function sendReplacement(
  client: L1Client,
  signer: Signer,
  record: TxRecord,
  { title, transaction }: Replacement,
  options: SendOptions,
): Promise<Delivered> {
  const signed = await signChecked(signer, transaction, title)
  const receipt = await deliver(client, signed, options, record)
  const mined: Signed = receipt.hash === signed.hash ? signed : record
  if (receipt.status !== 1) {
    throw await reverted(client, record.from, { ...readSigned(mined.raw).transaction, title: mined.title }, receipt)
  }
  return { hash: mined.hash, title: mined.title, block: receipt.blockNumber, fee: receipt.fee }
}

/** At least an eighth more of both fees, for nodes want a tenth (geth's `txpool.pricebump`), and not below the market. */
function raised(old: Fees, market: Fees): Fees {
  const more = (fee: bigint) => (fee * 9n) / 8n + 1n
  const larger = (a: bigint, b: bigint) => (a > b ? a : b)
  const maxPriorityFeePerGas = larger(more(old.maxPriorityFeePerGas), market.maxPriorityFeePerGas)
  const maxFeePerGas = larger(more(old.maxFeePerGas), market.maxFeePerGas)
  return { maxPriorityFeePerGas, maxFeePerGas: larger(maxFeePerGas, maxPriorityFeePerGas) }
}

function notOpen({ hash, state, nonce, from }: TxRecord): MetisSeqError {
  const why = state === 'open' ? `nonce ${nonce} of ${from} is used already` : `it is ${state}`
  return new MetisSeqError('TX_NOT_OPEN', `The transaction ${hash} cannot be replaced: ${why}.`, {
    exit: Exit.precheck,
    next: '`metis-seq tx list` shows what is still open, `metis-seq tx resume` asks the chain.',
    details: { hash },
  })
}
