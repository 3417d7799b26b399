import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  hexToBytes,
  malformed,
  type RlpItem,
  rlpBytes,
  rlpDecode,
  rlpEncode,
  rlpList,
  utf8,
} from '../../../src/core/codec/index.js'
import { MetisSeqError } from '../../../src/core/errors/index.js'
import type { Address } from '../../../src/core/types/hex.js'
import { createMessageSeal, MAX_SEALED } from '../../../src/node/threshold/envelope.js'
import { hashOf, type Key, keyOf } from '../consensus/network.js'

const [alice, bob, carol, stranger] = ['alice', 'bob', 'carol', 'stranger'].map(keyOf) as [Key, Key, Key, Key]
const pubkeyOf = (address: Address) => [alice, bob, carol].find((each) => each.address === address)?.pubkey
const session = hashOf('session')
const content = utf8('what one says to another')
const fail = malformed('TEST', 'message')

/** What `from` says to `to`. */
const sealed = (from = alice, to = bob, message = { session, round: 2, content }) =>
  createMessageSeal(from).seal(to, message)
const opened = (bytes: Uint8Array, by = bob) => createMessageSeal(by).open(bytes, pubkeyOf)

/** The code with which it is refused. */
function codeOf(bytes: Uint8Array, by = bob): string {
  try {
    opened(bytes, by)
  } catch (error) {
    if (error instanceof MetisSeqError && error.severity === 'refused') return error.code
    throw error
  }
  return 'opened'
}

const partsOf = (bytes: Uint8Array) =>
  rlpList(rlpDecode(bytes, fail), 5, 'it', fail).map((item) => rlpBytes(item, 'a part', fail))

/** The same message with another part: session, sender, round, key or content. */
function withPart(place: 0 | 1 | 2 | 3 | 4, part: Uint8Array | RlpItem, bytes = sealed()): Uint8Array {
  return rlpEncode(partsOf(bytes).map((each, i) => (i === place ? part : each)))
}

describe('a message of a member to another', () => {
  it('comes out as it went in, with who said it, in which round of which session', () => {
    const byte = fc.uint8Array({ maxLength: 2000 })
    fc.assert(
      fc.property(byte, fc.integer({ min: 0, max: 255 }), fc.string(), (content, round, name) => {
        const message = { session: hashOf(name), round, content }
        expect(opened(sealed(alice, bob, message))).toEqual({ from: alice.address, ...message })
      }),
      { numRuns: 40 },
    )
  })

  it('is for one pair of eyes: neither another member nor its sender opens it', () => {
    expect(opened(sealed()).content).toEqual(content)
    for (const by of [carol, alice, stranger]) expect(codeOf(sealed(), by)).toBe('GROUP_MESSAGE_FOREIGN')
    expect(codeOf(sealed(alice, carol))).toBe('GROUP_MESSAGE_FOREIGN')
  })

  it('shows nothing of what it says, and never looks the same in two sessions, nor to two members', () => {
    const seal = createMessageSeal(alice)
    const round = { round: 1, content }
    const all = [
      seal.seal(bob, { session, ...round }),
      seal.seal(carol, { session, ...round }),
      seal.seal(bob, { session: hashOf('other'), ...round }),
      seal.seal(bob, { session, round: 2, content }),
    ].map((bytes) => partsOf(bytes))
    expect(new Set(all.map(([, , , , text]) => Buffer.from(text ?? []).toString('hex'))).size).toBe(4)
    for (const parts of all) expect(Buffer.from(parts[4] ?? []).includes(Buffer.from(content))).toBe(false)
    const keys = all.map(([, , , key]) => Buffer.from(key ?? []).toString('hex'))
    expect([keys[0] === keys[1], keys[0] === keys[3], keys[0] === keys[2]]).toEqual([true, true, false])
  })

  it('has another key after its session was forgotten, and is opened all the same', () => {
    const seal = createMessageSeal(alice)
    const message = { session, round: 1, content }
    const before = seal.seal(bob, message)
    seal.forget(session)
    const after = seal.seal(bob, message)
    expect(partsOf(before)[3]).not.toEqual(partsOf(after)[3])
    expect([before, after].map((bytes) => opened(bytes).content)).toEqual([content, content])
  })

  it('is refused with any byte of it changed, left out or added', () => {
    const bytes = sealed()
    for (let at = 0; at < bytes.length; at++) {
      for (const change of [1, 0x80]) {
        const changed = bytes.slice()
        changed[at] = (changed[at] ?? 0) ^ change
        expect([at, codeOf(changed)]).toEqual([at, expect.stringMatching(/^GROUP_MESSAGE_(MALFORMED|FOREIGN)$/)])
      }
      expect(codeOf(bytes.slice(0, at))).toBe('GROUP_MESSAGE_MALFORMED')
    }
    expect(codeOf(Uint8Array.of(...bytes, 0))).toBe('GROUP_MESSAGE_MALFORMED')
  })

  it.each<[string, () => Uint8Array]>([
    ['sent again in another session', () => withPart(0, hexToBytes(hashOf('another session')))],
    ['sent again in another round', () => withPart(2, Uint8Array.of(3))],
    ['in the name of another member', () => withPart(1, hexToBytes(carol.address))],
    ['by a stranger in the name of a member', () => sealed({ ...stranger, address: alice.address })],
    ['by a member in the name of another', () => sealed({ ...carol, address: alice.address })],
    ['by a stranger', () => sealed(stranger)],
    ['with the key of another message', () => withPart(3, partsOf(sealed())[3] ?? [])],
    ['with the other point of its key', () => withPart(3, otherPoint(partsOf(sealed())[3]))],
    ['with a key off the curve', () => withPart(3, hexToBytes(`0x02${'ff'.repeat(32)}`))],
    ['with a key of another form', () => withPart(3, hexToBytes(`0x05${'11'.repeat(32)}`))],
    ['with the point at infinity', () => withPart(3, new Uint8Array(33))],
    ['with the content of another', () => withPart(4, partsOf(sealed(alice, carol))[4] ?? [])],
    ['with a tag alone', () => withPart(4, new Uint8Array(16))],
  ])('is refused %s', (_, make) => {
    expect(codeOf(make())).toBe('GROUP_MESSAGE_FOREIGN')
  })

  it.each<[string, () => Uint8Array]>([
    ['that is nothing', () => new Uint8Array()],
    ['that is too long', () => new Uint8Array(MAX_SEALED + 1)],
    [
      'that is longer than allowed, and good',
      () => sealed(alice, bob, { session, round: 1, content: new Uint8Array(MAX_SEALED) }),
    ],
    ['with less than a tag', () => withPart(4, new Uint8Array(15))],
    ['with a short session', () => withPart(0, new Uint8Array(31))],
    ['with a long sender', () => withPart(1, new Uint8Array(21))],
    ['with a round of two bytes', () => withPart(2, Uint8Array.of(1, 2))],
    ['with a round of another form', () => withPart(2, Uint8Array.of(0))],
    ['with a key of 65 bytes', () => withPart(3, new Uint8Array(65))],
    ['with a list inside', () => withPart(4, [])],
    ['with a part too many', () => rlpEncode([...partsOf(sealed()), 1])],
  ])('is refused as malformed: one %s', (_, make) => {
    expect(codeOf(make())).toBe('GROUP_MESSAGE_MALFORMED')
  })

  it('is taken as long as the longest may be', () => {
    const long = new Uint8Array(MAX_SEALED - 200).fill(7)
    expect(opened(sealed(alice, bob, { session, round: 1, content: long })).content).toEqual(long)
  })

  it('is refused from one whose key is of the wrong person, and read with its own', () => {
    const seal = createMessageSeal(bob)
    expect(() => seal.open(sealed(), () => carol.pubkey)).toThrow(
      expect.objectContaining({ code: 'GROUP_MESSAGE_FOREIGN' }),
    )
    expect(seal.open(sealed(stranger), () => stranger.pubkey).from).toBe(stranger.address)
  })
})

/** The point with the same x: its secret with any other is the same. */
function otherPoint(point: Uint8Array = new Uint8Array()): Uint8Array {
  return Uint8Array.of((point[0] ?? 0) ^ 1, ...point.subarray(1))
}
