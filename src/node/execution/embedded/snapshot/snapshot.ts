import { parseBlock } from '../../../../core/chain/block.js'
import { hasOwnBody } from '../../../../core/chain/orderedRoot.js'
import {
  bytesToHex,
  equalBytes,
  hexToBytes,
  keccakBytes,
  type Malformed,
  malformed,
  rlpBytes,
  rlpDecode,
  rlpEncode,
  rlpInteger,
  rlpList,
} from '../../../../core/codec/index.js'
import { Exit, MetisSeqError } from '../../../../core/errors/index.js'
import type { Block } from '../../../../core/ports/execution.js'
import type { Hash } from '../../../../core/types/hex.js'
import { type Reference, walkState } from '../prune/walk.js'
import { stateIncomplete } from '../store/incomplete.js'
import type { StoredChain } from '../store/stored.js'
import type { SnapshotReader, SnapshotWriter } from './file.js'

/** Blocks before that of the state which executing the next ones may ask for (BLOCKHASH). */
const ANCESTORS = 256
const HASH = 32
/** Nodes and codes between two reports of progress. */
const STEP = 1000

/** What a snapshot says first of itself. */
export interface SnapshotHeader {
  chainId: number
  /** Hash of the chain's block 0. */
  genesis: Hash
  /** The block whose state it holds. */
  number: number
  hash: Hash
}

/** What a snapshot holds. */
export interface SnapshotContent extends SnapshotHeader {
  /** That block and those before it. */
  blocks: number
  nodes: number
  codes: number
  bytes: number
}

export interface SnapshotWork {
  signal?: AbortSignal | undefined
  /** Hears now and then how far it is: nodes and codes, and bytes of the file. */
  onProgress?: ((done: { items: number; bytes: number }) => void) | undefined
}

/** Takes what is in a snapshot, each thing after it was checked. */
export interface SnapshotSink {
  header(header: SnapshotHeader): Promise<void>
  /** The block of the state, then each one before it. */
  block(block: Block): Promise<void>
  put(reference: Reference, encoded: Uint8Array): Promise<void>
}

/**
 * Writes the state after `block`, with what a node that begins with it needs: the header, the block and those before it,
 * newest first, and the state in the order of `walkState`.
 * @throws MetisSeqError `STATE_PRUNED`, `STATE_INCOMPLETE` (exit 9)
 */
export async function writeSnapshot(
  stored: StoredChain,
  writer: SnapshotWriter,
  { chainId, genesis, block, signal, onProgress }: SnapshotWork & { chainId: number; genesis: Hash; block: Block },
): Promise<SnapshotContent> {
  stored.requireState(block)
  const header = { chainId, genesis, number: block.number, hash: block.hash }
  await writer.begin()
  await writer.record(rlpEncode([chainId, hexToBytes(genesis), block.number, hexToBytes(block.hash)]))
  const blocks = blockCount(block.number)
  let next: Block | undefined = block
  for (let i = 0; i < blocks; i++) {
    if (next === undefined) throw blockMissing(block.number - i)
    await writer.record(next.encoded)
    next = stored.block(next.parentHash)
  }
  const count = counter(writer, { signal, onProgress })
  const take = async ({ kind, hash }: Reference) => {
    const encoded = kind === 'code' ? stored.code(hash) : stored.node(hash)
    if (encoded === undefined) throw stateIncomplete(`${kind === 'code' ? 'code' : 'node'} ${bytesToHex(hash)}`)
    await writer.record(encoded)
    count(kind)
    return encoded
  }
  await walkState(hexToBytes(block.stateRoot), take, malformed('STATE_CORRUPT', 'state in the database'))
  await writer.end()
  return { ...header, blocks, ...count.totals, bytes: writer.bytes }
}

/**
 * Reads a snapshot to its end and checks all of it: the blocks against the header's hash and each other, each node and
 * code against the hash by which the block's state root names it, the sum, and that nothing is missing or left over.
 * @throws MetisSeqError `SNAPSHOT_DAMAGED` (exit 9), or what `sink` throws
 */
export async function readSnapshot(
  reader: SnapshotReader,
  sink: SnapshotSink,
  work: SnapshotWork = {},
): Promise<SnapshotContent> {
  const fail: Malformed = (reason) => reader.damaged(reason)
  const record = async () => {
    const bytes = await reader.next()
    if (bytes === undefined) throw fail('it ends before all that it should hold')
    return bytes
  }
  const header = parseHeader(await record(), fail)
  await sink.header(header)
  const first = parseLinked(await record(), header.hash, header.number, fail)
  const blocks = blockCount(header.number)
  let oldest = first
  await sink.block(first)
  for (let i = 1; i < blocks; i++) {
    oldest = parseLinked(await record(), oldest.parentHash, header.number - i, fail)
    await sink.block(oldest)
  }
  if (oldest.number === 0 && oldest.hash !== header.genesis) throw fail(`its block 0 is not ${header.genesis}`)
  const count = counter(reader, work)
  const take = async (reference: Reference) => {
    const encoded = await record()
    if (!equalBytes(keccakBytes(encoded), reference.hash))
      throw fail(`a ${reference.kind} before byte ${reader.bytes} is not ${bytesToHex(reference.hash)}`)
    await sink.put(reference, encoded)
    count(reference.kind)
    return encoded
  }
  await walkState(hexToBytes(first.stateRoot), take, fail)
  if ((await reader.next()) !== undefined) throw fail(`more follows the state before byte ${reader.bytes}`)
  return { ...header, blocks, ...count.totals, bytes: reader.bytes }
}

function blockCount(number: number): number {
  return Math.min(ANCESTORS, number) + 1
}

function parseHeader(bytes: Uint8Array, fail: Malformed): SnapshotHeader {
  const [chainId, genesis, number, hash] = rlpList(rlpDecode(bytes, fail), 4, 'its header', fail)
  const hashes = [genesis, hash].map((item) => rlpBytes(item, 'a hash of its header', fail))
  if (hashes.some(({ length }) => length !== HASH)) throw fail('a hash of its header has not 32 bytes')
  const [genesisHash, blockHash] = hashes.map(bytesToHex)
  return {
    chainId: Number(rlpInteger(chainId, 'its chain id', fail, 6)),
    genesis: genesisHash ?? '0x',
    number: Number(rlpInteger(number, 'its block number', fail, 6)),
    hash: blockHash ?? '0x',
  }
}

/** The block whose hash is `expected`, its body checked against its header. */
function parseLinked(encoded: Uint8Array, expected: Hash, number: number, fail: Malformed): Block {
  let block: Block
  try {
    block = parseBlock(encoded).block
  } catch (error) {
    if (error instanceof MetisSeqError) throw fail(`block ${number}: ${error.message.replace(/\.$/, '')}`)
    throw error
  }
  if (block.hash !== expected || block.number !== number)
    throw fail(`where block ${number} ${expected} should be stands block ${block.number} ${block.hash}`)
  if (!hasOwnBody(block)) throw fail(`the body of block ${number} is not what its header says`)
  return block
}

function counter(file: { readonly bytes: number }, { signal, onProgress }: SnapshotWork) {
  const totals = { nodes: 0, codes: 0 }
  const count = (kind: Reference['kind']) => {
    totals[kind === 'code' ? 'codes' : 'nodes'] += 1
    signal?.throwIfAborted()
    const items = totals.nodes + totals.codes
    if (items % STEP === 0) onProgress?.({ items, bytes: file.bytes })
  }
  return Object.assign(count, { totals })
}

function blockMissing(number: number): MetisSeqError {
  return new MetisSeqError('STATE_INCOMPLETE', `Block ${number}, which the snapshot needs, is not in the database.`, {
    exit: Exit.data,
    next: 'Make the snapshot at a later block: this chain began with a snapshot itself.',
  })
}
