import { describe, expect, it } from 'vitest'
import type { SigningRequest } from '../../../src/core/consensus/groupTypes.js'
import { withId } from '../../../src/core/consensus/opening.js'
import { MetisSeqError } from '../../../src/core/errors/index.js'
import { SigningGuard } from '../../../src/node/threshold/guard.js'
import { blob, flight, flying, mined } from '../consensus/batches.js'
import { askedToSign, hashOf, keyOf } from '../consensus/network.js'
import { useDatabase } from './folder.js'

const [one, other] = [hashOf('one digest'), hashOf('another digest')]
const onL1 = flying(flight())
const onL2 = askedToSign().request

/** The same request with something else in it, which makes it another one. */
function changed({ id: _, ...request }: SigningRequest, change: Partial<SigningRequest>): SigningRequest {
  return withId({ ...request, ...change })
}

describe('the guard of what was begun', () => {
  const used = useDatabase()

  /** undefined where it is allowed */
  async function code(request: SigningRequest, bump: number, session: number, digest = one) {
    try {
      await new SigningGuard(used.database).allow(request, bump, { digest, session })
    } catch (error) {
      if (error instanceof MetisSeqError && error.severity === 'refused') return error.code
      throw error
    }
    return undefined
  }

  it.each([
    ['L1', onL1],
    ['L2', onL2],
  ])('rule G4: a request on %s has one digest at the same fees, for ever', async (_, request) => {
    expect(await code(request, 0, 1)).toBeUndefined()
    expect(await code(request, 0, 2, other)).toBe('GROUP_GUARD')
    await used.again()
    expect(await code(request, 0, 3, other)).toBe('GROUP_GUARD')
    expect(await code(request, 0, 4)).toBeUndefined()
  })

  it('rule G4: a session of a request is taken part in once, nor one that is older', async () => {
    expect(await code(onL2, 0, 7)).toBeUndefined()
    expect(await code(onL2, 0, 7)).toBe('SESSION_KNOWN')
    expect(await code(onL2, 0, 6)).toBe('SESSION_KNOWN')
    await used.again()
    expect(await code(onL2, 0, 7)).toBe('SESSION_KNOWN')
    expect(await code(onL2, 0, 8)).toBeUndefined()
  })

  it('what it refuses leaves nothing behind', async () => {
    expect(await code(onL2, 0, 5)).toBeUndefined()
    expect(await code(onL2, 0, 9, other)).toBe('GROUP_GUARD')
    expect(await code(onL2, 0, 6)).toBeUndefined()
  })

  it('rule G4: a bump has a digest of its own, and that of the old fees stays', async () => {
    expect(await code(onL1, 0, 1)).toBeUndefined()
    expect(await code(onL1, 1, 2, other)).toBeUndefined()
    expect(await code(onL1, 1, 3)).toBe('GROUP_GUARD')
    expect(await code(onL1, 0, 4, other)).toBe('GROUP_GUARD')
    expect(await code(onL1, 0, 5)).toBeUndefined()
  })

  it.each<[string, Partial<SigningRequest>]>([
    ['destination', { to: keyOf(3).address }],
    ['data', { dataHash: hashOf('data') }],
    ['blobs', { blobs: [blob('x')] }],
  ])('rule B2: a nonce of L1 has one content: not another %s', async (_, change) => {
    expect(await code(onL1, 0, 1)).toBeUndefined()
    expect(await code(changed(onL1, change), 0, 2, other)).toBe('GROUP_GUARD')
    expect(await code(changed(onL1, change), 7, 3, other)).toBe('GROUP_GUARD')
    await used.again()
    expect(await code(changed(onL1, change), 0, 4, other)).toBe('GROUP_GUARD')
    expect(await code(changed(onL1, { ...change, nonce: onL1.nonce + 1 }), 0, 5, other)).toBeUndefined()
    expect(await code(changed(onL1, { ...change, key: keyOf('group 2').address }), 0, 6, other)).toBeUndefined()
  })

  it('rule B2: the step that follows has the next nonce, and the same one after a failure too', async () => {
    const network = flight()
    for (let session = 1; session <= 4; session++) {
      expect(await code(flying(network), 0, session, hashOf(`${session}`))).toBeUndefined()
      mined(network, { success: session !== 2 })
    }
  })

  it('rule B1: a nonce of L2 may have another content: the replacement of a term that was signed ahead', async () => {
    expect(await code(onL2, 0, 1)).toBeUndefined()
    expect(await code(changed(onL2, { dataHash: hashOf('recommit') }), 0, 2, other)).toBeUndefined()
  })

  it('keeps what is open, however old, and forgets what nobody asks for any more', async () => {
    const guard = new SigningGuard(used.database)
    const closed = changed(onL2, { subject: 99 })
    for (const request of [onL2, closed]) await code(request, 0, 5)
    await code(closed, 3, 6)
    await guard.forget({ [onL2.id]: onL2 }, 1005, 0)
    expect(await code(closed, 0, 10, other)).toBe('GROUP_GUARD') // not long enough ago
    await guard.forget({ [onL2.id]: onL2 }, 1006, 0)
    expect(await code(closed, 0, 10, other)).toBeUndefined()
    expect(await code(closed, 3, 10, other)).toBe('GROUP_GUARD')
    await guard.forget({ [onL2.id]: onL2 }, 1_000_000, 0)
    expect(await code(onL2, 0, 11, other)).toBe('GROUP_GUARD')
    expect(await code(closed, 3, 11, other)).toBeUndefined()
  })

  it('rule B2: forgets the contents of nonces that were mined a thousand ago', async () => {
    const guard = new SigningGuard(used.database)
    await code(onL1, 0, 1)
    const content = changed(onL1, { blobs: [blob('x')] })
    await guard.forget({}, 0, onL1.nonce + 1000)
    expect(await code(content, 0, 2)).toBe('GROUP_GUARD')
    await guard.forget({}, 0, onL1.nonce + 1001)
    expect(await code(content, 0, 2)).toBeUndefined()
  })
})
