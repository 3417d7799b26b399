import { ByteReader, ByteWriter, concatAll, equalBytes } from '../codec/index.js'
import { invalidBatch } from './invalid.js'
import { failFrame, MAX_BLOBS, MAX_FRAME_DATA } from './limits.js'

/** Bytes of a frame around its data: id 16, number 2, length 4, is_last 1. */
export const FRAME_OVERHEAD = 23

export interface Frame {
  /** Channel id, 16 bytes. */
  readonly channelId: Uint8Array
  readonly number: number
  readonly data: Uint8Array
  readonly isLast: boolean
}

export interface FrameOptions {
  /** 16 bytes. */
  readonly channelId: Uint8Array
  /** Most bytes of a whole frame, its overhead included. */
  readonly maxFrameSize: number
}

/**
 * The frames that carry a channel, at least one.
 * @throws MetisSeqError `BATCH_INVALID` when the id is not 16 bytes, no data fits into a frame, or too many are needed
 */
export function toFrames(channel: Uint8Array, { channelId, maxFrameSize }: FrameOptions): Frame[] {
  const room = Math.min(maxFrameSize - FRAME_OVERHEAD, MAX_FRAME_DATA)
  if (channelId.length !== 16) throw invalidBatch(`the channel id has ${channelId.length} bytes instead of 16`)
  if (!Number.isInteger(room) || room < 1) throw invalidBatch(`a frame of ${maxFrameSize} bytes holds no data`)
  const count = Math.max(1, Math.ceil(channel.length / room))
  if (count > MAX_BLOBS) throw invalidBatch(`the channel needs ${count} frames, at most ${MAX_BLOBS} are allowed`)
  return Array.from({ length: count }, (_, number) => {
    return {
      channelId,
      number,
      data: channel.subarray(number * room, (number + 1) * room),
      isLast: number === count - 1,
    }
  })
}

/** A frame in bytes: id 16, number u16, data length u32, data, is_last, big-endian. */
export function encodeFrame({ channelId, number, data, isLast }: Frame): Uint8Array {
  return new ByteWriter()
    .bytes(channelId)
    .uint(number, 2)
    .uint(data.length, 4)
    .bytes(data)
    .byte(isLast ? 1 : 0)
    .finish()
}

/** All frames that `bytes` hold, at least one. @throws MetisSeqError `BATCH_MALFORMED` */
export function decodeFrames(bytes: Uint8Array): Frame[] {
  const reader = new ByteReader(bytes, failFrame)
  const frames: Frame[] = []
  do {
    const channelId = reader.take(16, 'channel id')
    const number = reader.uintNumber(2, 'frame number')
    const length = reader.uintNumber(4, 'data length')
    if (length > MAX_FRAME_DATA)
      throw failFrame(`it claims ${length} bytes of data, at most ${MAX_FRAME_DATA} are allowed`)
    const data = reader.take(length, 'frame data')
    const last = reader.byte('is_last')
    if (last > 1) throw failFrame(`its is_last is ${last}`)
    frames.push({ channelId, number, data, isLast: last === 1 })
  } while (reader.remaining > 0)
  return frames
}

/**
 * The channel that frames carry: one id, numbered from 0 without gaps, the last one and no other marked as such.
 * @throws MetisSeqError `BATCH_MALFORMED`
 */
export function fromFrames(frames: readonly Frame[]): Uint8Array {
  const [first] = frames
  if (!first) throw failFrame('there is none')
  for (const [i, { channelId, number, isLast }] of frames.entries()) {
    if (!equalBytes(channelId, first.channelId)) throw failFrame(`frame ${i} belongs to another channel`)
    if (number !== i) throw failFrame(`frame ${number} stands where ${i} is due`)
    if (isLast !== (i === frames.length - 1))
      throw failFrame(`frame ${i} of ${frames.length} is${isLast ? '' : ' not'} the last`)
  }
  return concatAll(frames.map(({ data }) => data))
}
