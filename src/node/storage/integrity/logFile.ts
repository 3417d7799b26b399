import { crc32c, masked } from './crc32c.js'

const BLOCK = 32 * 1024
const HEADER = 7
/** Types of a record: whole, or the first, a middle (3) or the last part of one. */
const [FULL, FIRST, LAST] = [1, 2, 4]

/** What is wrong with a file. */
export class Damage extends Error {}

/**
 * The records of a LevelDB log: the write-ahead log, or a manifest. LevelDB itself skips damaged records in silence, and
 * everything in the block after them. What a crash cut off at the end of the file was never acknowledged, and is left away.
 * @throws Damage
 */
export function readLog(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const records: Uint8Array[] = []
  let parts: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const room = BLOCK - (at % BLOCK)
    if (room < HEADER || isEmpty(bytes, at)) {
      requireZeros(bytes, at, Math.min(bytes.length, at + room))
      at += room
      continue
    }
    if (at + HEADER > bytes.length) break // cut off
    const [crc, length, type] = [view.getUint32(at, true), view.getUint16(at + 4, true), bytes[at + 6] ?? 0]
    if (type < FULL || type > LAST) throw damagedAt(at)
    const end = at + HEADER + length
    if (end > bytes.length && at + room >= bytes.length) {
      refuseLonger(bytes, at, crc)
      break // cut off
    }
    if (HEADER + length > room || masked(crc32c(bytes, at + 6, end)) !== crc) throw damagedAt(at)
    if ((type === FULL || type === FIRST) !== (parts.length === 0)) throw damagedAt(at)
    parts.push(bytes.subarray(at + HEADER, end))
    if (type === FULL || type === LAST) {
      records.push(joined(parts))
      parts = []
    }
    at = end
  }
  return records
}

/** Where a record is longer than the file because its length was changed, its checksum fits a shorter one. */
function refuseLonger(bytes: Uint8Array, at: number, stored: number): void {
  let crc = crc32c(bytes, at + 6, at + HEADER)
  for (let end = at + HEADER; end <= bytes.length; end++) {
    if (masked(crc) === stored) throw damagedAt(at)
    crc = crc32c(bytes, end, end + 1, crc)
  }
}

/** A header of nothing but zeros: space that was reserved and not written. */
function isEmpty(bytes: Uint8Array, at: number): boolean {
  return bytes.subarray(at, at + HEADER).every((byte) => byte === 0)
}

function requireZeros(bytes: Uint8Array, from: number, to: number): void {
  if (bytes.subarray(from, to).some((byte) => byte !== 0)) throw damagedAt(from)
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first = new Uint8Array(0)] = parts
  return parts.length === 1 ? first : new Uint8Array(Buffer.concat(parts))
}

function damagedAt(at: number): Damage {
  return new Damage(`the record at byte ${at} is damaged`)
}
