import { describe, expect, it } from 'vitest'
import { decodeInbox } from '../../../src/core/batching/inbox.js'
import type { UnsignedTransaction } from '../../../src/core/chain/transaction.js'
import { hexToBytes } from '../../../src/core/codec/index.js'
import { MAX_BLOB_TRANSACTIONS, MAX_BLOBS } from '../../../src/core/consensus/batch.js'
import type { BatchContent } from '../../../src/core/consensus/types.js'
import type { Address } from '../../../src/core/types/hex.js'
import { blob, closed, content, flight, flying, mined, stateRootsData } from './batches.js'
import { hashOf, keyOf, Network } from './network.js'

const four = (network: Network) => network.members as [Address, Address, Address, Address]

describe('batches', () => {
  it('rule B4: a batch is decided by a quorum that found its own final blocks in the same bytes', () => {
    const network = closed()
    const [a, b, c, d] = four(network)
    network.each([a, b], content(network))
    network.say(c, content(network, { blobs: [[blob('other compression')]] }))
    expect(network.state.batch.flight).toBeNull()
    network.say(d, content(network))
    expect(network.effects).toContainEqual({ type: 'batchDecided', batch: content(network) })
    expect(network.state.batch).toMatchObject({ votes: {}, flight: { step: 0, content: content(network) } })
    expect(network.say(c, content(network))).toBe('BATCH_IN_FLIGHT')
  })

  it('rule T8: a vote of a later attempt replaces an earlier one, and no other', () => {
    const network = closed()
    const [a, b, c, d] = four(network)
    network.each([a, b], content(network, { blobs: [[blob('x')]] }))
    network.each([c, d], content(network, { blobs: [[blob('y')]] }))
    const old = network.attestation(a, content(network))
    expect(network.code(old)).toBe('VOTE_NOT_NEWER')
    network.each([a, b, c], content(network, { attempt: 1 }))
    expect(network.state.batch.flight?.content.attempt).toBe(1)
  })

  it.each<[string, string, Partial<BatchContent>]>([
    ['with another index', 'BATCH_NOT_NEXT', { index: 2 }],
    ['that skips a block', 'BATCH_NOT_NEXT', { first: 2 }],
    ['that ends within a term', 'BATCH_END', { last: 5 }],
    ['that ends before it starts', 'BATCH_END', { last: 0 }],
    ['that ends on another block', 'BATCH_END', { lastHash: hashOf('fork') }],
    ['without blobs', 'BATCH_SIZE', { blobs: [] }],
    ['with a transaction without blobs', 'BATCH_SIZE', { blobs: [[blob('a')], []] }],
  ])('rule B4: one %s is refused', (_, code, change) => {
    const network = closed()
    expect(network.say(network.members[0], content(network, change))).toBe(code)
  })

  it('rule B4: one block, and as many transactions and blobs as there may be, are a batch', () => {
    const network = new Network({ epochLength: 2 })
    network.finishTerm()
    const blobs = Array(MAX_BLOB_TRANSACTIONS).fill(Array(MAX_BLOBS).fill(blob('a')))
    const one = content(network, { blobs })
    expect([one.first, one.last]).toEqual([1, 1])
    network.quorum(one)
    expect(network.state.batch.flight?.content).toEqual(one)
  })

  it('rule B4: closed terms are kept until they are in a batch, however many, and the newest ones after that', () => {
    const network = new Network({ epochLength: 2 })
    for (let i = 0; i < 70; i++) network.finishTerm()
    expect(network.state.terms).toHaveLength(70)
    network.state = { ...network.state, batch: { ...network.state.batch, nextBlock: 5 } }
    network.finishTerm()
    expect([network.state.terms.length, network.state.terms[0]?.last]).toEqual([69, 5])
    network.state = { ...network.state, batch: { ...network.state.batch, nextBlock: 70 } }
    network.finishTerm()
    expect([network.state.terms.length, network.state.terms[0]?.last]).toEqual([64, 17])
  })

  it('rule B4: blocks of the open term are not batched, for a cut may still end it elsewhere', () => {
    const network = closed()
    network.checkpoint(10)
    const { number: last, hash: lastHash } = network.state.checkpoint
    expect(network.say(network.members[0], content(network, { last, lastHash }))).toBe('BATCH_END')
    network.quorum(network.stall())
    expect(network.say(network.members[0], content(network, { last, lastHash }))).toBeUndefined()
  })

  it('rules B2, B3: blob transactions one after the other, then the inbox that names them, then the state roots', () => {
    const network = closed()
    const { l1 } = network.genesis
    network.quorum(content(network))
    const seen: unknown[] = []
    const look = () => {
      const { kind, nonce, to, blobs, key } = flying(network)
      expect(key).toBe(network.state.group.address)
      expect(Object.values(network.state.requests).filter(({ chain }) => chain === 'l1')).toHaveLength(1) // rule B2
      seen.push([kind, nonce, to, blobs.length])
    }
    look()
    mined(network)
    look()
    mined(network)
    look()
    const inbox = decodeInbox(hexToBytes(flying(network).data ?? '0x'))
    expect(inbox).toEqual({
      da: 'blob',
      batchIndex: 1n,
      firstBlock: 1n,
      blockCount: 7,
      transactionHashes: [hashOf('tx 3'), hashOf('tx 4')],
    })
    expect(network.state.batch.finalized).toBe(0)
    mined(network)
    expect(network.state.batch.finalized).toBe(7)
    expect(network.effects).toContainEqual({ type: 'batchAccepted', index: 1, last: 7, transaction: hashOf('tx 5') })
    look()
    expect(flying(network)).toMatchObject({ data: null, dataHash: content(network).stateRoots })
    mined(network)
    expect(seen).toEqual([
      ['blobs', 3, l1.inbox, 2],
      ['blobs', 4, l1.inbox, 1],
      ['inbox', 5, l1.inbox, 0],
      ['stateRoots', 6, l1.stateCommitmentChain, 0],
    ])
    expect(network.state.batch).toEqual({
      nextIndex: 2,
      nextBlock: 8,
      votes: {},
      flight: null,
      finalized: 7,
    })
    network.finishTerm()
    network.quorum(content(network))
    expect(flying(network)).toMatchObject({ kind: 'blobs', nonce: 7, subject: 2 })
  })

  it('rule B2: a step that failed, or whose nonce another content took, is asked for again with the next nonce', () => {
    const network = closed()
    network.quorum(content(network))
    const first = flying(network)
    const effects = mined(network, { success: false })
    expect(effects).toContainEqual({ type: 'groupTransactionFailed', nonce: 3, hash: hashOf('tx 3'), kind: 'blobs' })
    mined(network, { content: hashOf('cancelled') })
    expect(flying(network)).toMatchObject({ kind: 'blobs', nonce: 5, blobs: first.blobs })
    expect(flying(network).id).not.toBe(first.id)
    expect(network.state.requests[first.id]).toBeUndefined()
    mined(network)
    expect(network.state.batch.flight).toMatchObject({ step: 1, blobTransactions: [hashOf('tx 5')] })
  })

  it('rule B2: a transaction of the group outside of any flight moves its nonce on', () => {
    const network = closed()
    const common = { block: 11, hash: hashOf('tx'), content: hashOf('content'), success: true }
    network.l1(11, [{ type: 'groupTransaction', nonce: 3, ...common }])
    network.quorum(content(network))
    expect(flying(network).nonce).toBe(4)
  })
})

describe('signatures on L1', () => {
  it('rule B2: a bump changes fees alone, to those agreed on, within the cap', () => {
    const network = flight()
    const request = flying(network)
    const gwei = 10n ** 9n
    const fee = (amount: bigint) => network.code(network.signed(request, { maxFeePerGas: amount * gwei }))
    network.agree(request, { maxFeePerGas: 10n * gwei })
    expect([fee(9n), fee(11n), fee(10n), fee(10n)]).toEqual([
      'SIGNED_FOREIGN',
      'SIGNED_FOREIGN',
      undefined,
      'REQUEST_SIGNED',
    ])
    network.agree(request, { maxFeePerGas: 20n * gwei })
    expect([fee(10n), fee(20n), fee(20n)]).toEqual(['SIGNED_FOREIGN', undefined, 'REQUEST_SIGNED'])
    network.agree(request, { maxFeePerGas: 501n * gwei, maxFeePerBlobGas: 501n * gwei })
    const capped = { maxFeePerGas: 500n * gwei, maxFeePerBlobGas: 500n * gwei }
    const code = (change: Partial<UnsignedTransaction>) => network.code(network.signed(request, change))
    expect(code({ maxFeePerGas: 501n * gwei })).toBe('SIGNED_FOREIGN')
    expect(code({ maxFeePerBlobGas: 501n * gwei })).toBe('SIGNED_FOREIGN')
    expect(code({ blobs: [blob('z')] })).toBe('SIGNED_FOREIGN')
    expect(code({ to: keyOf(1).address })).toBe('SIGNED_FOREIGN')
    expect(code({ gasLimit: 1_000_000n })).toBe('SIGNED_FOREIGN')
    expect(code({ nonce: request.nonce + 1 })).toBe('SIGNED_FOREIGN')
    expect(code({ data: Uint8Array.of(1) })).toBe('SIGNED_FOREIGN')
    expect(code(capped)).toBeUndefined()
  })

  it('rule B1: the state roots are signed over the bytes whose hash was decided', () => {
    const network = flight()
    for (let i = 0; i < 3; i++) mined(network)
    const request = flying(network)
    expect(network.code(network.signed(request, {}, '0x1234'))).toBe('SIGNED_FOREIGN')
    expect(network.code(network.signed(request, {}, stateRootsData))).toBeUndefined()
    expect(network.effects.at(-1)).toMatchObject({ type: 'signatureRecorded', request: { kind: 'stateRoots' } })
  })

  it('rule B1: what was mined is no request any more', () => {
    const network = flight()
    const signed = network.signed(flying(network))
    mined(network)
    expect(network.code(signed)).toBe('REQUEST_UNKNOWN')
  })

  it('rule B1: a term that opens meanwhile leaves the flight alone', () => {
    const network = flight()
    const request = flying(network)
    network.quorum(network.stall())
    network.signOpening()
    network.finishTerm()
    expect(flying(network)).toEqual(request)
  })
})
