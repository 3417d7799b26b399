import { malformed } from '../codec/index.js'

/** Most bytes that a channel may hold once decompressed (the live network's RLP limit, enforced here). */
export const MAX_CHANNEL_BYTES = 100_000_000
/** Most bytes of a layout 2 batch; a longer run of blocks is split into several batches. */
export const MAX_BATCH_BYTES = 32 * 1024 * 1024
/** Most items of any list in a span (the live reader's element limit). */
export const MAX_ELEMENTS = 10_000_000
/** Most blocks of a batch (what the live header's comment allows in its four bytes). */
export const MAX_BLOCKS = 65_535
/** Most data bytes of one frame that the live reader accepts. */
export const MAX_FRAME_DATA = 1_000_000
/** Most blobs that one batch may name: each carries at least one frame, and frames are numbered in 16 bits. */
export const MAX_BLOBS = 1024

/** The error of bytes from L1 that are no batch. */
export const BATCH_MALFORMED = 'BATCH_MALFORMED'

export const failSpan = malformed(BATCH_MALFORMED, 'span batch')
export const failBatch2 = malformed(BATCH_MALFORMED, 'layout 2 batch')
export const failCalldata = malformed(BATCH_MALFORMED, 'calldata batch')
export const failChannel = malformed(BATCH_MALFORMED, 'batch channel')
export const failFrame = malformed(BATCH_MALFORMED, 'batch frame')
export const failBlob = malformed(BATCH_MALFORMED, 'blob')
export const failInbox = malformed(BATCH_MALFORMED, 'inbox transaction')
