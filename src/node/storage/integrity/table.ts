import { Cursor } from './bytes.js'
import { crc32c, masked } from './crc32c.js'
import { Damage } from './logFile.js'
import { unsnap } from './snappy.js'

/** Two handles, zeros up to byte 40, and a number by which a table is known. */
const FOOTER = 48
const HANDLES = 40
const MAGIC = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb]
/** After each block: how it is compressed, and its checksum. */
const TRAILER = 5

interface Handle {
  offset: number
  size: number
}

/** Every byte of a table is under a checksum that holds. LevelDB itself reads damaged blocks as they are. @throws Damage */
export function checkTable(bytes: Uint8Array): void {
  const end = bytes.length - FOOTER
  if (end < 0) throw new Damage('it is too short for a table')
  const footer = new Cursor(bytes.subarray(end))
  const [meta, index] = [handleIn(footer), handleIn(footer)]
  const padding = footer.take(HANDLES - footer.at)
  if (padding.some((byte) => byte !== 0) || footer.take(MAGIC.length).some((byte, i) => byte !== MAGIC[i]))
    throw new Damage('its last bytes are not those of a table')
  const named = [...handlesOf(blockAt(bytes, index)), ...handlesOf(blockAt(bytes, meta)), meta, index]
  let at = 0
  for (const handle of named.sort((a, b) => a.offset - b.offset)) {
    if (handle.offset !== at) throw new Damage(`no block begins at byte ${at}`)
    checkBlock(bytes, handle)
    at += handle.size + TRAILER
  }
  if (at !== end) throw new Damage(`no block begins at byte ${at}`)
}

function handleIn(cursor: Cursor): Handle {
  return { offset: cursor.varint(), size: cursor.varint() }
}

function checkBlock(bytes: Uint8Array, { offset, size }: Handle): void {
  const end = offset + size + 1
  if (end + 4 > bytes.length) throw new Damage(`the block at byte ${offset} is cut off`)
  const stored = new DataView(bytes.buffer, bytes.byteOffset).getUint32(end, true)
  if (masked(crc32c(bytes, offset, end)) !== stored) throw new Damage(`the block at byte ${offset} is damaged`)
}

function blockAt(bytes: Uint8Array, handle: Handle): Uint8Array {
  checkBlock(bytes, handle)
  const { offset, size } = handle
  const content = bytes.subarray(offset, offset + size)
  return bytes[offset + size] === 1 ? unsnap(content) : content
}

/** The handles that are the values of a block's entries: each is a key, shortened by what it shares with the one before, and a value. */
function handlesOf(block: Uint8Array): Handle[] {
  const restarts = new DataView(block.buffer, block.byteOffset, block.length).getUint32(block.length - 4, true)
  const cursor = new Cursor(block.subarray(0, block.length - 4 * (restarts + 1)))
  const handles: Handle[] = []
  while (!cursor.done) {
    cursor.varint() // bytes shared with the key before
    const [key, value] = [cursor.varint(), cursor.varint()]
    cursor.take(key)
    handles.push(handleIn(new Cursor(cursor.take(value))))
  }
  return handles
}
