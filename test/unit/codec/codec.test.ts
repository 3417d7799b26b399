import { RLP } from '@ethereumjs/rlp'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ByteReader,
  ByteWriter,
  bigEndian,
  bytesToHex,
  concatBytes,
  equalBytes,
  fromBigEndian,
  hexToBytes,
  keccak256,
  minimalBigEndian,
  normaliseHex,
  rlpDecode,
  rlpEncode,
  sha256,
  utf8,
} from '../../../src/core/codec/index.js'
import { MetisSeqError } from '../../../src/core/errors/index.js'

const bytes = fc.uint8Array({ maxLength: 80 })
const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })

describe('hex and integers', () => {
  it('reads what it writes, in either case', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(hexToBytes(bytesToHex(value))).toEqual(value)
        expect(hexToBytes(`0x${bytesToHex(value).slice(2).toUpperCase()}`)).toEqual(value)
      }),
    )
  })

  it.each(['', '0', '00', '0x0', '0xgg', 'x00', '0x 0', '0X00'])('refuses %j', (text) => {
    expect(() => hexToBytes(text)).toThrow(expect.objectContaining({ code: 'HEX_MALFORMED' }))
  })

  it('normalises an address and refuses another length', () => {
    expect(normaliseHex('0xABcd', 2)).toBe('0xabcd')
    expect(() => normaliseHex('0xabcd', 3)).toThrow(MetisSeqError)
  })

  it('writes big-endian integers of fixed and of minimal length', () => {
    expect(bytesToHex(bigEndian(258, 4))).toBe('0x00000102')
    expect(bytesToHex(minimalBigEndian(0))).toBe('0x')
    expect(() => bigEndian(256, 1)).toThrow(expect.objectContaining({ code: 'INTEGER_OUT_OF_RANGE' }))
    expect(() => bigEndian(-1, 1)).toThrow(expect.objectContaining({ code: 'INTEGER_OUT_OF_RANGE' }))
    fc.assert(fc.property(u64, (value) => fromBigEndian(minimalBigEndian(value)) === value))
  })

  it('hashes as published', () => {
    expect(keccak256(new Uint8Array())).toBe('0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470')
    expect(bytesToHex(sha256(utf8('abc')))).toBe('0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })

  it('compares by content', () => {
    expect(equalBytes(Uint8Array.of(1, 2), concatBytes(Uint8Array.of(1), Uint8Array.of(2)))).toBe(true)
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 2))).toBe(false)
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(2))).toBe(false)
  })
})

describe('reader and writer', () => {
  it('are mirrors', () => {
    fc.assert(
      fc.property(u64, bytes, fc.nat(0xffff), (value, blob, short) => {
        const written = new ByteWriter().varint(value).uint(short, 2).bytes(blob).byte(7).finish()
        const reader = new ByteReader(written)
        expect(reader.varint()).toBe(value)
        expect(reader.uintNumber(2)).toBe(short)
        expect(reader.take(blob.length)).toEqual(blob)
        expect(reader.byte()).toBe(7)
        reader.end()
      }),
    )
  })

  it.each([
    ['cut off', '0x80'],
    ['longer than needed', '0x8000'],
    ['above 64 bits', '0xffffffffffffffffff02'],
    ['endless', '0x8080808080808080808080'],
  ])('refuses a varint that is %s', (_, hex) => {
    expect(() => new ByteReader(hexToBytes(hex)).varint()).toThrow(expect.objectContaining({ code: 'BYTES_MALFORMED' }))
  })

  it('refuses counts above the limit, reads past the end and a rest', () => {
    const reader = new ByteReader(Uint8Array.of(5, 1))
    expect(() => new ByteReader(Uint8Array.of(5)).count(4)).toThrow(/at most 4/)
    expect(() => reader.take(3)).toThrow(/2 are left/)
    expect(() => reader.end()).toThrow(/2 bytes follow/)
    expect(() => new ByteWriter().varint(-1n)).toThrow(MetisSeqError)
  })
})

const rlpListOf = (payload: Uint8Array): Uint8Array => {
  const size = minimalBigEndian(payload.length)
  const head = payload.length < 56 ? [0xc0 + payload.length] : [0xf7 + size.length, ...size]
  return concatBytes(Uint8Array.from(head), payload)
}

describe('rlp', () => {
  const { item } = fc.letrec<{ item: Uint8Array | unknown[] }>((tie) => ({
    item: fc.oneof({ maxDepth: 4 }, bytes, fc.array(tie('item'), { maxLength: 4 })),
  }))

  it('agrees with the reference decoder', () => {
    fc.assert(
      fc.property(item, (value) => {
        const encoded = RLP.encode(value as Uint8Array)
        expect(rlpDecode(encoded)).toEqual(value)
        expect(rlpEncode(value as Uint8Array)).toEqual(encoded)
      }),
    )
  })

  it.each([
    ['nothing', '0x'],
    ['a cut string', '0x83aabb'],
    ['a single byte with a header', '0x8105'],
    ['a long form for a short string', '0xb801ff'],
    ['a length with a leading zero', '0xb90001ff'],
    ['a length of eight bytes', '0xbfffffffffffffffff'],
    ['a rest', '0x8000'],
    ['an item beyond its list', '0xc1820101'],
  ])('refuses %s', (_, hex) => {
    expect(() => rlpDecode(hexToBytes(hex))).toThrow(expect.objectContaining({ code: 'RLP_MALFORMED' }))
  })

  it('refuses deep nesting instead of exhausting the stack', () => {
    let list: Uint8Array = Uint8Array.of(0xc0)
    for (let depth = 0; depth < 1000; depth++) list = rlpListOf(list)
    expect(() => rlpDecode(list)).toThrow(/nested deeper/)
  })

  it('only ever throws the typed error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        try {
          expect(rlpEncode(rlpDecode(noise) as Uint8Array)).toEqual(noise)
        } catch (error) {
          expect(error).toBeInstanceOf(MetisSeqError)
        }
      }),
      { seed: 1 },
    )
  })
})
