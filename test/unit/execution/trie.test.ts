import { createMPT } from '@ethereumjs/mpt'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesToHex, keccakBytes } from '../../../src/core/codec/index.js'
import { Trie } from '../../support/trie/trie.js'

/** Changes of a few keys, so that they meet; no bytes remove. */
const changes = fc.array(
  fc.tuple(
    fc.integer({ min: 0, max: 40 }),
    fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.constant(new Uint8Array(0))),
  ),
  { maxLength: 60 },
)
const keyOf = (n: number) => keccakBytes(Uint8Array.of(n))

describe('the sparse trie', () => {
  it('has the root of an independent implementation, through any number of commits and reopenings', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(changes, { minLength: 1, maxLength: 4 }), fc.boolean(), async (rounds, reopen) => {
        const other = await createMPT()
        const nodes = new Map<string, Uint8Array>()
        const open = (root?: Uint8Array) => new Trie(root, (hash) => nodes.get(bytesToHex(hash)))
        let trie = open()
        for (const round of rounds) {
          for (const [n, value] of round) {
            trie.put(keyOf(n), value)
            await other.put(keyOf(n), value)
          }
          const root = trie.commit((hash, node) => nodes.set(bytesToHex(hash), node))
          expect(bytesToHex(root)).toBe(bytesToHex(other.root()))
          if (reopen) trie = open(root)
          for (let n = 0; n <= 40; n++) expect(trie.get(keyOf(n))).toEqual((await other.get(keyOf(n))) ?? undefined)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('keeps old roots readable', () => {
    const nodes = new Map<string, Uint8Array>()
    const trie = new Trie(undefined, (hash) => nodes.get(bytesToHex(hash)))
    const save = (hash: Uint8Array, node: Uint8Array) => void nodes.set(bytesToHex(hash), node)
    for (let n = 0; n < 30; n++) trie.put(keyOf(n), Uint8Array.of(1))
    const old = trie.commit(save)
    for (let n = 0; n < 30; n++) trie.put(keyOf(n), Uint8Array.of(2))
    trie.commit(save)
    expect(new Trie(old, (hash) => nodes.get(bytesToHex(hash))).get(keyOf(7))).toEqual(Uint8Array.of(1))
  })

  it('says which node is missing', () => {
    const root = keyOf(1)
    expect(() => new Trie(root).get(keyOf(2))).toThrow(expect.objectContaining({ code: 'STATE_INCOMPLETE', exit: 9 }))
  })
})
