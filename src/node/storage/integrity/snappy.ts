import { Cursor } from './bytes.js'
import { Damage } from './logFile.js'

/** More than the index of any table. */
const MOST = 64 * 1024 * 1024

/** Undoes Snappy: literal bytes, and copies of bytes that came before. @throws Damage */
export function unsnap(bytes: Uint8Array): Uint8Array {
  const input = new Cursor(bytes)
  const length = input.varint()
  if (length > MOST) throw new Damage(`a block of ${length} bytes is no block`)
  const out = new Uint8Array(length)
  const small = (count: number) => input.take(count).reduceRight((value, byte) => value * 256 + byte, 0)
  let at = 0
  while (!input.done) {
    const tag = small(1)
    if ((tag & 3) === 0) {
      const short = tag >>> 2
      const count = short < 60 ? short : small(short - 59)
      if (at + count + 1 > length) throw new Damage('a block unpacks to too much')
      out.set(input.take(count + 1), at)
      at += count + 1
      continue
    }
    const near = (tag & 3) === 1
    const count = near ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1
    const back = near ? ((tag >>> 5) << 8) + small(1) : small((tag & 3) === 2 ? 2 : 4)
    if (back === 0 || back > at || at + count > length) throw new Damage('a block copies what is not there')
    for (let i = 0; i < count; i++, at++) out[at] = out[at - back] ?? 0 // may overlap
  }
  if (at !== length) throw new Damage('a block unpacks to too little')
  return out
}
