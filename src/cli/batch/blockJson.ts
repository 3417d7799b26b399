import type { LiveBlock } from '../../core/batching/live/types.js'
import { bytesToHex, type Hex, hexToBytes, rlpEncode } from '../../core/codec/index.js'
import type { DecodedFile } from './formats.js'

type Transaction = DecodedFile['blocks'][number]['transactions'][number]

/** A batch in the shape that `batch encode` reads. */
export interface BlockJson {
  readonly format: string
  readonly meta: { readonly l2ChainId: number | string }
  readonly batchIndex?: string
  readonly parentCheck?: Hex
  readonly l1OriginCheck?: Hex
  readonly blocks: readonly {
    readonly blockNumber: number | string
    readonly timestamp: number | string
    readonly txs: readonly TransactionJson[]
  }[]
}

interface TransactionJson {
  /** Null for a queue transaction of a calldata batch: its target and gas limit stand on L1 alone. */
  readonly rawTransaction: Hex | null
  readonly isSequencerTx: boolean
  /** r, s and v in 65 bytes, without `0x`; empty where there is none. */
  readonly seqSign: string
  readonly l1BlockNumber: number | string
  readonly l1TxOrigin: Hex | null
  readonly queueIndex: number | string | null
}

export function blockJson({ batchIndex, blocks, ...rest }: DecodedFile, chainId: bigint): BlockJson {
  return {
    ...rest,
    ...(batchIndex === undefined ? {} : { batchIndex: batchIndex.toString() }),
    meta: { l2ChainId: exact(chainId) },
    blocks: blocks.map(({ number, timestamp, l1Number, transactions }) => ({
      blockNumber: exact(number),
      timestamp: exact(timestamp),
      txs: transactions.map((transaction) => transactionJson(transaction, l1Number, chainId)),
    })),
  }
}

function transactionJson(transaction: Transaction, l1Number: bigint, chainId: bigint): TransactionJson {
  const l1BlockNumber = exact(l1Number)
  if (transaction.kind === 'sequencer') {
    const rawTransaction = bytesToHex(transaction.raw)
    const seqSign = bytesToHex(transaction.seal).slice(2)
    return { rawTransaction, isSequencerTx: true, seqSign, l1BlockNumber, l1TxOrigin: null, queueIndex: null }
  }
  const rawTransaction = 'target' in transaction ? queueEnvelope(transaction, chainId) : null
  const queueIndex = exact(transaction.queueIndex)
  const l1TxOrigin = transaction.l1Origin
  return { rawTransaction, isSequencerTx: false, seqSign: '', l1BlockNumber, l1TxOrigin, queueIndex }
}

/** The envelope of a queue transaction, unsigned and without its data, which stands on L1 alone. */
function queueEnvelope(
  { queueIndex, gasLimit, target }: Extract<LiveBlock['transactions'][number], { kind: 'queue' }>,
  chainId: bigint,
): Hex {
  const empty = new Uint8Array()
  return bytesToHex(rlpEncode([queueIndex, empty, gasLimit, hexToBytes(target), empty, empty, chainId, empty, empty]))
}

/** A number where JSON can hold it exactly, otherwise decimal text. */
function exact(value: bigint): number | string {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString()
}
