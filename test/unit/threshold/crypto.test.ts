import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hexToBytes, keccak256, utf8 } from '../../../src/core/codec/index.js'
import { recoverAddress } from '../../../src/core/consensus/crypto.js'
import type { ThresholdCrypto } from '../../../src/core/ports/threshold.js'
import { readGroupKey } from '../../../src/core/threshold/publicKey.js'
import { createThresholdCrypto } from '../../../src/node/threshold/crypto.js'
import { conduct, generate, reshare, type Shared, sign } from '../../support/threshold/ceremonies.js'

const hashOf = (text: string) => keccak256(utf8(text))
const digest = hashOf('a transaction')

describe('the threshold engine', { timeout: 120_000 }, () => {
  let crypto: ThresholdCrypto
  let all: ThresholdCrypto[]
  let key: Shared
  beforeAll(async () => {
    crypto = await createThresholdCrypto()
    all = Array.from({ length: 4 }, () => crypto)
    key = await generate(all, 3, hashOf('generation'))
  }, 120_000)
  afterAll(() => crypto.close())

  const signerOf = async (signers: number[], held = key) => {
    const { signature } = await sign(all, held, signers, digest, hashOf(`session ${signers.join()}`))
    return recoverAddress(hexToBytes(digest), signature)
  }

  it('signs as the address of the key, whichever three of four take part', async () => {
    const { address, threshold, shares } = readGroupKey(key.publicKey)
    expect([threshold, shares.length]).toEqual([3, 4])
    for (const signers of [
      [1, 2, 3],
      [2, 3, 4],
      [1, 3, 4],
    ])
      expect(await signerOf(signers)).toBe(address)
  })

  it('shares the key anew, under the same address', async () => {
    const after = await reshare(all, key, 3, hashOf('sharing'))
    expect(readGroupKey(after.publicKey).address).toBe(readGroupKey(key.publicKey).address)
    expect(after.publicKey).not.toEqual(key.publicKey)
    expect(await signerOf([1, 2, 4], after)).toBe(readGroupKey(key.publicKey).address)
  })

  it('names who sends what cannot be right, and no others', async () => {
    const request = { session: hashOf('garbage'), signers: [1, 2, 3], digest }
    const ceremony = await crypto.sign({ ...request, share: key.shares.get(1) ?? new Uint8Array() })
    const incoming = new Map(
      [2, 3].map((from) => [from, { broadcast: new Uint8Array(), private: Uint8Array.of(1, 2, from) }]),
    )
    expect(await ceremony.step(incoming)).toMatchObject({ kind: 'failed', culprits: [2], ban: false })
  })

  it('refuses what makes no sense, and goes on', async () => {
    const request = { session: hashOf('few'), signers: [1, 2], digest, share: key.shares.get(1) ?? new Uint8Array() }
    await expect(crypto.sign(request)).rejects.toMatchObject({ code: 'THRESHOLD_REFUSED' })
    const ceremony = await crypto.sign({ ...request, signers: [1, 2, 3] })
    await expect(ceremony.step(new Map())).rejects.toMatchObject({ code: 'THRESHOLD_REFUSED', message: /\[2, 3\]/ })
    ceremony.forget()
    await expect(ceremony.step(new Map())).rejects.toMatchObject({ message: /no such session/ })
    expect(await signerOf([1, 2, 3])).toBe(readGroupKey(key.publicKey).address)
  })

  it('begins on another thread after one was ended, with what was on it lost', async () => {
    const other = await createThresholdCrypto()
    const share = key.shares.get(1) ?? new Uint8Array()
    const request = { session: hashOf('lost'), signers: [1, 2, 3], digest, share }
    const ceremony = await other.sign(request)
    await other.close()
    const incoming = new Map([2, 3].map((from) => [from, { broadcast: new Uint8Array(), private: new Uint8Array() }]))
    await expect(ceremony.step(incoming)).rejects.toMatchObject({ code: 'THRESHOLD_CRASHED', severity: 'temporary' })
    await expect(other.sign(request)).rejects.toMatchObject({ message: /is closed/ })
  })

  it('ends a ceremony for all where one member signs another digest', async () => {
    const session = hashOf('split')
    const begun = await Promise.all(
      [1, 2, 3].map(async (me) => {
        const share = key.shares.get(me) ?? new Uint8Array()
        const own = me === 2 ? hashOf('another transaction') : digest
        return [me, await crypto.sign({ session, signers: [1, 2, 3], digest: own, share })] as const
      }),
    )
    const { ends } = await conduct(new Map(begun))
    expect([...ends.values()].map(({ kind }) => kind)).toEqual(['failed', 'failed', 'failed'])
    expect(ends.get(3)).toMatchObject({ culprits: [2] })
  })
})

describe('the public key of a group', () => {
  it.each([
    ['nothing', new Uint8Array()],
    ['no list', Uint8Array.of(0x83, 1, 2, 3)],
    ['a list of nothing', Uint8Array.of(0xc0)],
  ])('is refused as %s', (_, bytes) => {
    expect(() => readGroupKey(bytes)).toThrow(expect.objectContaining({ code: 'GROUP_KEY_MALFORMED' }))
  })
})
