import { Interface, SigningKey, Transaction } from 'ethers'
import { describe, expect, it } from 'vitest'
import type { UnsignedTransaction } from '../../../src/core/chain/transaction.js'
import { hexToBytes } from '../../../src/core/codec/index.js'
import type { SigningRequest } from '../../../src/core/consensus/groupTypes.js'
import type { Hex } from '../../../src/core/types/hex.js'
import { keyOf, Network } from './network.js'

const abi = new Interface([
  'function commitEpoch(uint256 newEpoch, uint256 startBlock, uint256 endBlock, address signer)',
  'function recommitEpoch(uint256 oldEpoch, uint256 newEpoch, uint256 startBlock, uint256 endBlock, address signer)',
  'function UpdateMpcAddress(address newMpc)',
  'function UpdateEpochLength(uint256 newLength)',
])

/** The call of a request as an independent decoder reads it. */
function read(request: SigningRequest): unknown[] {
  const call = abi.parseTransaction({ data: request.data ?? '0x' })
  if (call === null) throw new Error('unknown call')
  const args = [...call.args].map((arg) => (typeof arg === 'bigint' ? Number(arg) : String(arg).toLowerCase()))
  return [call.name, ...args]
}

const opening = (network: Network) => network.state.term.opening.map((id) => network.request(id))
const calls = (network: Network) => opening(network).map(read)

describe('openings', () => {
  it('rule E1: a normal boundary commits the epoch of the term, whole, at its first block, for its sequencer', () => {
    const network = new Network()
    for (let term = 1; term <= 3; term++) {
      network.finishTerm()
      const { sequencer } = network.state.term
      expect(calls(network)).toEqual([['commitEpoch', term, 8 * term, 8 * term + 7, sequencer]])
      expect(opening(network)[0]).toMatchObject({
        kind: 'commitEpoch',
        chain: 'l2',
        chainId: network.genesis.l2.chainId,
        key: network.state.group.address,
        nonce: term - 1,
        to: network.genesis.l2.sequencerSet,
        maxFeePerGas: BigInt(network.genesis.group.l2FeeCap),
        subject: term,
      })
    }
  })

  it('rule E2: the opening of the boundary is asked for ahead of time, and is that of the term when it opens', () => {
    const network = new Network()
    const { next } = network.state
    expect(network.request(next?.opening[0]).signed).toBeNull()
    network.finishTerm()
    expect(network.state.term).toMatchObject({ sequencer: next?.sequencer, opening: next?.opening })
    expect(network.state.next?.opening).not.toEqual(next?.opening)
  })

  it('rule E2: a term whose sequencer may not serve any more is drawn and asked for anew', () => {
    const network = new Network()
    const ahead = network.state.next
    const id =
      Object.values(network.state.staking.sequencers).find(({ signer }) => signer === ahead?.sequencer)?.id ?? 0
    network.l1(12, [{ type: 'exit', block: 12, id, deactivationBatch: 1 }])
    network.finishTerm()
    expect(network.state.term.sequencer).not.toBe(ahead?.sequencer)
    expect(network.state.term.opening).not.toEqual(ahead?.opening)
    expect(calls(network)).toEqual([['commitEpoch', 1, 8, 15, network.state.term.sequencer]])
  })

  it('rule E3: the first sequencer may be dead from the start: epoch 0 is recommitted at block 1', () => {
    const network = new Network()
    network.quorum(network.stall())
    expect(calls(network)).toEqual([['recommitEpoch', 0, 1, 1, 8, network.state.term.sequencer]])
    expect(opening(network)[0]?.nonce).toBe(0)
  })

  it('rule E2: a term cut before its first checkpoint left nothing behind: same epoch, same nonce', () => {
    const network = new Network()
    network.finishTerm()
    network.quorum(network.stall())
    expect(calls(network)).toEqual([['recommitEpoch', 0, 1, 8, 15, network.state.term.sequencer]])
    expect(opening(network)[0]?.nonce).toBe(0)
    network.quorum(network.stall())
    expect(network.state.term).toMatchObject({ term: 3, epoch: 1 })
    expect(calls(network)).toEqual([['recommitEpoch', 0, 1, 8, 15, network.state.term.sequencer]])
  })

  it('rule E2: a term cut after its first checkpoint left its epoch and its nonce behind', () => {
    const network = new Network()
    network.finishTerm()
    network.checkpoint(8)
    network.quorum(network.stall())
    expect(network.state.term).toMatchObject({ term: 2, epoch: 2, parentNumber: 8, endBlock: 16 })
    expect(calls(network)).toEqual([['recommitEpoch', 1, 2, 9, 16, network.state.term.sequencer]])
    expect(opening(network)[0]?.nonce).toBe(1)
    network.finishTerm()
    expect(calls(network)).toEqual([['commitEpoch', 3, 17, 24, network.state.term.sequencer]])
    expect(opening(network)[0]?.nonce).toBe(2)
  })

  it.each([
    ['replacement', 0],
    ['normal boundary', 7],
  ])('rule E2: while the contract has another length a %s recommits and corrects it', (_, parent) => {
    const network = new Network()
    network.state.contract.epochLength = 5
    if (parent === 0) network.quorum(network.stall())
    else network.finishTerm()
    expect(calls(network)).toEqual([
      ['recommitEpoch', 0, 1, parent + 1, parent + 8, network.state.term.sequencer],
      ['UpdateEpochLength', 8],
    ])
    network.finishTerm()
    expect(network.state.contract).toMatchObject({ epochLength: 8, nonce: 2 })
    expect(calls(network)).toEqual([['commitEpoch', 2, parent + 9, parent + 16, network.state.term.sequencer]])
  })

  it('rule E4: without the signature there is no stall clock, and the epoch is not extended', () => {
    const network = new Network()
    network.finishTerm()
    const { endBlock } = network.state.term
    network.time += 10 ** 9
    expect(network.state.term).toMatchObject({ signedAt: null, endBlock })
    expect(network.say(network.members[0], network.vote(endBlock + 1))).toBe('CHECKPOINT_RANGE')
    network.signOpening()
    expect(network.state.term.signedAt).toBe(network.time)
  })

  it('rule B1: a request is its content: id, kind and all fields are those that every member derives', () => {
    const [one, other] = [new Network(), new Network()]
    for (const network of [one, other]) network.finishTerm()
    expect(opening(one)).toEqual(opening(other))
    expect(new Set(Object.keys(one.state.requests)).size).toBe(2) // this opening, and the next one's
  })
})

describe('signatures of openings', () => {
  const changes: [string, Partial<UnsignedTransaction>][] = [
    ['chain id', { chainId: 1 }],
    ['nonce', { nonce: 7 }],
    ['destination', { to: keyOf(3).address }],
    ['value', { value: 1n }],
    ['data', { data: hexToBytes('0x1234') }],
    ['gas limit', { gasLimit: 5_000_001n }],
    ['fee cap', { maxFeePerGas: 10n ** 15n }],
    ['fee cap', { maxFeePerGas: 1n }],
    ['tip', { maxPriorityFeePerGas: 1n }],
    ['gas limit', { gasLimit: 4_000_000n }],
    ['blobs', { blobs: [`0x01${'22'.repeat(31)}`], maxFeePerBlobGas: 1n }],
  ]
  it.each(changes)('rule B1: one with another %s than asked is refused', (what, change) => {
    const network = new Network()
    network.finishTerm()
    const [request] = opening(network)
    const { refused } = network.send(network.signed(request as SigningRequest, change))
    expect(refused).toMatchObject({ code: 'SIGNED_FOREIGN', reason: expect.stringContaining(`another ${what}`) })
    expect(network.state.term.signedAt).toBeNull()
  })

  it('rule B1: one by another key, or for what nobody asked, is refused', () => {
    const network = new Network()
    network.finishTerm()
    const [request] = opening(network) as [SigningRequest]
    const foreign = network.signed({ ...request, key: keyOf('group 2').address })
    expect(network.send(foreign).refused).toMatchObject({ code: 'SIGNED_FOREIGN' })
    expect(network.code({ type: 'signed', request: request.dataHash, session: 1, transaction: '0x02' })).toBe(
      'REQUEST_UNKNOWN',
    )
    expect(network.code({ type: 'signed', request: request.id, session: 1, transaction: '0x02' })).toBe('TX_MALFORMED')
  })

  it('rule B1: one with an access list is refused, for its gas and its hash would be others', () => {
    const network = new Network()
    network.finishTerm()
    const [request] = opening(network) as [SigningRequest]
    const { chainId, nonce, to, data, gasLimit, maxFeePerGas } = request
    const accessList = [{ address: to, storageKeys: [] }]
    const fees = { maxFeePerGas, maxPriorityFeePerGas: 0n, gasLimit }
    const transaction = Transaction.from({ type: 2, chainId, nonce, to, data, ...fees, accessList })
    transaction.signature = new SigningKey(network.key(request.key).privateKey).sign(transaction.unsignedHash)
    const signed = {
      type: 'signed',
      request: request.id,
      session: 1,
      transaction: transaction.serialized as Hex,
    } as const
    expect(network.send(signed).refused?.reason).toContain('another access list')
  })

  it('rule B1: on L2 the first signature stands; a second one changes nothing', () => {
    const network = new Network()
    network.finishTerm()
    const message = network.signed(opening(network)[0] as SigningRequest)
    expect(network.code(message)).toBeUndefined()
    expect(network.code(message)).toBe('REQUEST_SIGNED')
  })

  it('rule T5: the clock starts when the whole opening is on record, not a part of it', () => {
    const network = new Network()
    network.state.contract.epochLength = 5
    network.quorum(network.stall())
    const [first, second] = opening(network) as [SigningRequest, SigningRequest]
    network.send(network.signed(second))
    expect(network.state.term.signedAt).toBeNull()
    network.send(network.signed(first))
    expect(network.state.term.signedAt).toBe(network.time)
  })
})
