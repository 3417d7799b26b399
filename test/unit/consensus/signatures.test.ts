import { describe, expect, it } from 'vitest'
import { flight, flying, mined } from './batches.js'
import { askedToSign, Network } from './network.js'

/** Finishes a term, and signs the opening of the one after the next. */
function oneMore(network: Network): void {
  network.finishTerm()
  const request = network.request(network.state.next?.opening[0])
  network.time += 250
  network.send(network.signed(request))
}

describe('signatures that were made', () => {
  it('are in the state with who made them, of what, and when that was asked for and done', () => {
    const { network, request } = askedToSign()
    const requestedAt = network.time
    const { signers } = network.session(request)
    network.time += 700
    network.send(network.signed(request))
    expect(network.state.signatures).toEqual([
      {
        request: request.id,
        kind: 'commitEpoch',
        subject: 2,
        bump: 0,
        requestedAt,
        signedAt: requestedAt + 701,
        signers,
      },
    ])
  })

  it('rule B2: name each bump of a transaction on L1, of the one request', () => {
    const network = flight()
    const request = flying(network)
    const requestedAt = network.time
    const sets = [0, 1].map(() => {
      network.agree(request)
      const { signers } = network.session(request)
      network.send(network.signed(request))
      return signers
    })
    const common = { request: request.id, kind: 'blobs', subject: 1, requestedAt }
    expect(network.state.signatures).toEqual([
      { ...common, bump: 0, signedAt: requestedAt + 4, signers: sets[0] },
      { ...common, bump: 1, signedAt: requestedAt + 8, signers: sets[1] },
    ])
    mined(network)
    expect(network.state.signatures).toHaveLength(2) // although the request is forgotten
  })

  it('name those of the last try, not of one that failed', () => {
    const { network, request } = askedToSign()
    const [a, b] = network.session(request).signers
    network.say(a, network.unsigned(request, { culprits: b === undefined ? [] : [b] }))
    const { signers } = network.session(request)
    network.send(network.signed(request))
    expect(network.state.signatures).toMatchObject([{ signers }])
    expect(signers).not.toEqual(expect.arrayContaining([a, b]))
  })

  it('name those of the try that made it, although another has begun', () => {
    const { network, request } = askedToSign()
    const { signers } = network.session(request)
    const signed = network.signed(request) // made, and on its way to the record
    network.say(signers[0], network.unsigned(request, { outcome: 'refused' }))
    expect(network.session(request).signers).not.toEqual(signers)
    expect(network.code(signed)).toBeUndefined()
    expect(network.state.signatures).toMatchObject([{ signers }])
  })

  it('are none where what came is refused', () => {
    const { network, request } = askedToSign()
    expect(network.code(network.signed(request, { value: 1n }))).toBe('SIGNED_FOREIGN')
    expect(network.state.signatures).toEqual([])
    const message = network.signed(request)
    network.send(message)
    expect(network.code(message)).toBe('REQUEST_SIGNED')
    expect(network.state.signatures).toHaveLength(1)
  })

  it('are kept to the last 32, oldest first', () => {
    const network = new Network({ epochLength: 2 })
    for (let i = 0; i < 32; i++) oneMore(network)
    expect(network.state.signatures.map(({ subject }) => subject)).toEqual(Array.from({ length: 32 }, (_, i) => i + 2))
    for (let i = 0; i < 3; i++) oneMore(network)
    const { signatures } = network.state
    expect(signatures.map(({ subject }) => subject)).toEqual(Array.from({ length: 32 }, (_, i) => i + 5))
    for (const { requestedAt, signedAt } of signatures) expect(signedAt - requestedAt).toBe(251)
  })
})
