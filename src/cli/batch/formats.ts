import { fromChannel, toChannel } from '../../core/batching/channel.js'
import { decodeInbox, encodeInbox } from '../../core/batching/inbox.js'
import { type CalldataBlock, decodeLiveCalldata, encodeLiveCalldata } from '../../core/batching/live/calldata.js'
import { decodeLiveSpan, encodeLiveSpan, type LiveSpan } from '../../core/batching/live/span.js'
import type { LiveBlock, SealParity } from '../../core/batching/live/types.js'
import { batchToCalldata, fromCalldata } from '../../core/batching/payload.js'
import type { Hex } from '../../core/codec/index.js'
import { Exit, MetisSeqError } from '../../core/errors/index.js'
import type { BlockFile } from './blockFile.js'

/** `span`: the bare span batch; `channel`: the same in RLP and brotli; `calldata`: a whole inbox transaction under zlib. */
export const FORMATS = ['span', 'channel', 'calldata'] as const
export type Format = (typeof FORMATS)[number]

export interface EncodeOptions {
  readonly format: Format
  readonly parity: SealParity
  /** Index of the batch on L1, in `calldata` alone. */
  readonly batchIndex: bigint
}

/** A batch read back, as far as its bytes tell: a calldata batch has no checks, its queue transactions no target. */
export interface DecodedFile {
  readonly format: Format
  readonly batchIndex?: bigint
  readonly parentCheck?: Hex
  readonly l1OriginCheck?: Hex
  readonly blocks: readonly (LiveBlock | (CalldataBlock & { readonly number: bigint }))[]
}

/** The batch of a file's blocks in the live layout. @throws MetisSeqError (exit 2) for blocks that it cannot carry */
export function encodeFile(path: string, file: BlockFile, options: EncodeOptions): Uint8Array {
  return aboutInput(path, () => {
    if (options.format === 'calldata') return inboxCalldata(file.blocks, options.batchIndex)
    const span = encodeLiveSpan(spanOf(path, file), { chainId: file.chainId, parity: options.parity })
    return options.format === 'span' ? span : toChannel(span)
  })
}

/** Reads `bytes` as `format`; each format in turn where none is given. @throws MetisSeqError (exit 2) with the reason */
export function decodeFile(
  path: string,
  bytes: Uint8Array,
  options: { readonly format?: Format | undefined; readonly parity: SealParity; readonly chainId: bigint },
): DecodedFile {
  const { format } = options
  if (format) return aboutInput(path, () => decodeAs(format, bytes, options))
  const reasons: string[] = []
  for (const candidate of FORMATS) {
    try {
      return decodeAs(candidate, bytes, options)
    } catch (error) {
      if (!(error instanceof MetisSeqError)) throw error
      reasons.push(error.message)
    }
  }
  throw new MetisSeqError('BATCH_MALFORMED', `${path} holds no batch of the live layout. ${reasons.join(' ')}`, {
    exit: Exit.usage,
    next: 'Name the format with --format and compare it with how the bytes were made.',
  })
}

function decodeAs(
  format: Format,
  bytes: Uint8Array,
  options: { readonly parity: SealParity; readonly chainId: bigint },
): DecodedFile {
  if (format === 'calldata') return decodeCalldata(bytes)
  const span = format === 'span' ? bytes : fromChannel(bytes)
  return { format, ...decodeLiveSpan(span, { chainId: options.chainId, parity: options.parity }) }
}

function decodeCalldata(bytes: Uint8Array): DecodedFile {
  const inbox = decodeInbox(bytes)
  if (inbox.da === 'blob') {
    const hashes = inbox.transactionHashes.join(', ')
    throw new MetisSeqError('BATCH_IN_BLOBS', `The batch lies in the blobs of ${hashes}.`, {
      exit: Exit.usage,
      next: 'Fetch those blobs from L1, or decode the channel that they carry.',
    })
  }
  const payload = inbox.compression === 'zlib' ? fromCalldata(inbox.payload) : inbox.payload
  const blocks = decodeLiveCalldata(payload, inbox.blockCount)
  return {
    format: 'calldata',
    batchIndex: inbox.batchIndex,
    blocks: blocks.map((block, i) => ({ number: inbox.firstBlock + BigInt(i), ...block })),
  }
}

function inboxCalldata(blocks: readonly LiveBlock[], batchIndex: bigint): Uint8Array {
  return encodeInbox({
    da: 'calldata',
    compression: 'zlib',
    batchIndex,
    firstBlock: blocks[0]?.number ?? 0n,
    blockCount: blocks.length,
    payload: batchToCalldata(encodeLiveCalldata(blocks)),
  })
}

function spanOf(path: string, { blocks, parentCheck, l1OriginCheck }: BlockFile): LiveSpan {
  if (parentCheck && l1OriginCheck) return { blocks, parentCheck, l1OriginCheck }
  const [lacks, next] = parentCheck
    ? ["the hash of the last block's L1 origin", 'Add it to "l1Hashes", or give "l1OriginCheck".']
    : ['the parent hash of the first block', 'Give "parentHash" there, or "parentCheck".']
  throw new MetisSeqError('INPUT_INVALID', `${path} lacks ${lacks}, which a span batch names.`, {
    exit: Exit.usage,
    next,
  })
}

/** The bytes or blocks came from a file that the user named: what is wrong with them is a usage error. */
function aboutInput<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof MetisSeqError) || error.exit === Exit.usage) throw error
    throw new MetisSeqError(error.code, `${path}: ${error.message}`, {
      exit: Exit.usage,
      next: error.next ?? 'Give a file of the right format.',
      details: error.details,
      cause: error,
    })
  }
}
