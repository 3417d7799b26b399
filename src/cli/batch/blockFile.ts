import { MAX_BLOCKS, MAX_ELEMENTS } from '../../core/batching/limits.js'
import type { LiveBlock, LiveTransaction } from '../../core/batching/live/types.js'
import { bytesToHex, type Hex, hexToBytes, rlpBytes, rlpDecode, rlpInteger, rlpList } from '../../core/codec/index.js'
import { FieldReader, type Fields } from './fields.js'

/** What a file of blocks holds, ready to be batched. */
export interface BlockFile {
  /** 1088 or 59902. */
  readonly chainId: bigint
  readonly blocks: readonly LiveBlock[]
  /** First 20 bytes of the first block's parent hash; absent where the file does not tell. */
  readonly parentCheck: Hex | undefined
  /** First 20 bytes of the hash of the last block's L1 origin; absent where the file does not tell. */
  readonly l1OriginCheck: Hex | undefined
}

/**
 * Reads blocks in the element shape of the live network's inbox: `{ meta: { l2ChainId }, l1Hashes, blocks: [{
 * blockNumber, timestamp, parentHash, txs: [{ rawTransaction, isSequencerTx, seqSign, l1BlockNumber, l1TxOrigin,
 * queueIndex }] }] }`. What `batch decode` prints has `parentCheck` and `l1OriginCheck` in place of the hashes.
 * @throws MetisSeqError `INPUT_INVALID` (exit 2)
 */
export function parseBlockFile(path: string, content: unknown): BlockFile {
  const read = new FieldReader(path)
  const file = read.object(content, 'it')
  const items = read.list(file.blocks, 'blocks', MAX_BLOCKS)
  if (items.length === 0) throw read.refuse('it has no block')
  const blocks = items.map((item, i) => parseBlock(read, read.object(item, `blocks[${i}]`), `blocks[${i}]`))
  return {
    chainId: read.whole(read.object(file.meta, 'meta').l2ChainId, 'meta.l2ChainId'),
    blocks,
    parentCheck: check(read, file.parentCheck, read.object(items[0], 'blocks[0]').parentHash, 'blocks[0].parentHash'),
    l1OriginCheck: l1Check(read, file, blocks.at(-1)?.l1Number),
  }
}

function parseBlock(read: FieldReader, block: Fields, where: string): LiveBlock {
  const items = read.list(block.txs, `${where}.txs`, MAX_ELEMENTS)
  const txs = items.map((item, i) => read.object(item, `${where}.txs[${i}]`))
  if (txs.length === 0) throw read.refuse(`${where} has no transaction, for which the live layout has no place`)
  const l1Numbers = txs.map((tx, i) => read.whole(tx.l1BlockNumber, `${where}.txs[${i}].l1BlockNumber`))
  const l1Number = l1Numbers[0] ?? 0n
  if (l1Numbers.some((number) => number !== l1Number)) throw read.refuse(`${where} names several L1 blocks`)
  return {
    number: read.whole(block.blockNumber, `${where}.blockNumber`),
    timestamp: read.whole(block.timestamp, `${where}.timestamp`),
    l1Number,
    transactions: txs.map((tx, i) => parseTransaction(read, tx, `${where}.txs[${i}]`)),
  }
}

function parseTransaction(read: FieldReader, tx: Fields, where: string): LiveTransaction {
  if (tx.rawTransaction === null) {
    throw read.refuse(`${where}.rawTransaction is null: a calldata batch leaves a queue transaction's content on L1`)
  }
  const raw = hexToBytes(read.hex(tx.rawTransaction, `${where}.rawTransaction`))
  if (tx.isSequencerTx === true) {
    return { kind: 'sequencer', raw, seal: hexToBytes(read.hex(tx.seqSign ?? '', `${where}.seqSign`)) }
  }
  if (tx.isSequencerTx !== false) throw read.refuse(`${where}.isSequencerTx is neither true nor false`)
  const fail = (reason: string) => read.refuse(`${where}.rawTransaction is no queue transaction: ${reason}`)
  const [index, , gas, to] = rlpList(rlpDecode(raw, fail), 9, 'the transaction', fail)
  const target = rlpBytes(to, 'its target', fail)
  if (target.length !== 20) throw fail('its target is not an address')
  return {
    kind: 'queue',
    queueIndex: rlpInteger(index, 'its queue index', fail),
    l1Origin: read.fixed(tx.l1TxOrigin, `${where}.l1TxOrigin`, 20),
    target: bytesToHex(target),
    gasLimit: rlpInteger(gas, 'its gas limit', fail),
  }
}

function l1Check(read: FieldReader, file: Fields, l1Number: bigint | undefined): Hex | undefined {
  const hashes = file.l1Hashes === undefined ? {} : read.object(file.l1Hashes, 'l1Hashes')
  return check(read, file.l1OriginCheck, hashes[String(l1Number)], `l1Hashes["${l1Number}"]`)
}

function check(read: FieldReader, given: unknown, hash: unknown, where: string): Hex | undefined {
  if (given !== undefined) return read.fixed(given, `the check in place of ${where}`, 20)
  return hash === undefined ? undefined : (read.fixed(hash, where, 32).slice(0, 42) as Hex)
}
