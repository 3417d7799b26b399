import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { LiveBlock, LiveTransaction } from '../../../src/core/batching/live/types.js'
import {
  bytesToHex,
  type Hex,
  hexToBytes,
  malformed,
  rlpBytes,
  rlpDecode,
  rlpInteger,
  rlpList,
} from '../../../src/core/codec/index.js'

interface JsonTransaction {
  rawTransaction: string
  isSequencerTx: boolean
  seqSign: string
  l1BlockNumber: number
  l1TxOrigin: Hex | null
  queueIndex: number | null
}

interface JsonBlock {
  timestamp: number
  blockNumber: number
  parentHash: Hex
  hash: Hex
  txs: JsonTransaction[]
}

interface Vectors {
  meta: { l2ChainId: number; sequencer: string }
  l1Hashes: Record<string, Hex>
  blocks: JsonBlock[]
}

const read = (name: string) =>
  gunzipSync(readFileSync(new URL(`../../vectors/batching/${name}.gz`, import.meta.url))).toString()
const fail = malformed('VECTOR', 'vector')

export const vectors = JSON.parse(read('blocks-300.json')) as Vectors
export const chainId = BigInt(vectors.meta.l2ChainId)
export const spanBytes = hexToBytes(`0x${read('span-300.hex').trim().replace(/^0x/, '')}`)
export const calldataBytes = hexToBytes(`0x${read('calldata-zlib-300.hex').trim().replace(/^0x/, '')}`)

export const liveBlocks: readonly LiveBlock[] = vectors.blocks.map((block) => ({
  number: BigInt(block.blockNumber),
  timestamp: BigInt(block.timestamp),
  l1Number: BigInt(block.txs[0]?.l1BlockNumber ?? 0),
  transactions: block.txs.map(transaction),
}))

function transaction(tx: JsonTransaction): LiveTransaction {
  const raw = hexToBytes(tx.rawTransaction)
  if (tx.isSequencerTx) return { kind: 'sequencer', raw, seal: hexToBytes(`0x${tx.seqSign}`) }
  const [index, , gas, to] = rlpList(rlpDecode(raw), 9, 'queue transaction', fail)
  return {
    kind: 'queue',
    queueIndex: rlpInteger(index, 'queue index', fail),
    l1Origin: tx.l1TxOrigin ?? '0x',
    target: bytesToHex(rlpBytes(to, 'target', fail)),
    gasLimit: rlpInteger(gas, 'gas limit', fail),
  }
}

const first = vectors.blocks[0]
const last = liveBlocks.at(-1)
export const checks = {
  parentCheck: (first?.parentHash.slice(0, 42) ?? '0x') as Hex,
  l1OriginCheck: (vectors.l1Hashes[String(last?.l1Number)]?.slice(0, 42) ?? '0x') as Hex,
}
