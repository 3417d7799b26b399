import { Interface } from 'ethers'
import { describe, expect, it } from 'vitest'
import { handoverCalls, newKeyIn } from '../../../src/core/consensus/handover.js'
import { groupAddresses, holdersOf, keyOnL1 } from '../../../src/core/consensus/keys.js'
import { BANNED } from '../../../src/core/consensus/signing.js'
import type { Address } from '../../../src/core/types/hex.js'
import { loadArtifact } from '../../../src/l1/artifacts.js'
import { content, flying, mined } from './batches.js'
import { genesisOf, groupKey, keyOf, locked, Network } from './network.js'
import { exits, newKey, oldKey, owned, ownsContracts, replaced, replacing } from './replaced.js'

/** The step that is due was mined. */
const step = (network: Network, change = {}) => mined(network, change)
const stepOf = ({ state }: Network) => state.group.former?.handover?.step

describe('a new key', () => {
  it('rule B7: is made by the next members alone when as many have left as are the old one', () => {
    const network = replacing()
    expect(network.state.proposed).toMatchObject({ dealers: [], ready: null })
    const [member] = network.state.proposed?.members ?? []
    const [leaving] = network.members
    const said = (round: number) => ({ kind: 'sharing', generation: 2, round, broadcast: '0x01' }) as const
    expect(network.say(member?.address, said(1))).toBeUndefined()
    expect(network.say(leaving, said(1))).toBe('ROUND_FOREIGN')
  })

  it('rule B7: is not made where fewer left, nor on a network whose group cannot hand over', () => {
    expect(
      replacing((genesis) => Object.assign(genesis.group, { rewardEpochs: 2 })).state.proposed?.dealers,
    ).toHaveLength(6)
    const network = new Network({ change: ownsContracts })
    network.l1(12, [locked(12, 5, keyOf(4)), locked(12, 6, keyOf(5)), ...exits(12, 1, 2)])
    expect(network.state.proposed?.dealers).toHaveLength(3)
  })

  it('rule P1: signs nothing until the term that made the change has a checkpoint; the former one signs its opening', () => {
    const network = replaced()
    const { state } = network
    expect(state.group).toMatchObject({ address: newKey, past: [], former: { address: oldKey, generation: 1 } })
    const opening = state.term.opening.map((id) => network.request(id))
    expect(opening.map(({ kind, key, nonce }) => [kind, key, nonce])).toEqual([
      ['commitEpoch', oldKey, 1],
      ['updateMpcAddress', oldKey, 2],
      ['fundGroup', oldKey, 3],
      ['transferOwnership', oldKey, 4],
    ])
    expect(opening[2]).toMatchObject({ to: newKey, value: 500n * 10n ** 18n, data: '0x' })
    const ahead = network.request(state.next?.opening[0])
    expect([ahead.key, ahead.nonce]).toEqual([newKey, 0])
    expect(holdersOf(state, oldKey)?.committee.members).toHaveLength(8)
    expect(holdersOf(state, newKey)?.committee).toBe(state.committee)
    expect(holdersOf(state, keyOf('nobody').address)).toBeUndefined()
    expect(groupAddresses(state)).toEqual(new Set([oldKey, newKey]))
    network.signOpening()
    network.checkpoint(state.term.parentNumber + 1)
    expect(network.state.contract).toMatchObject({ mpc: newKey, nonce: 0 })
  })

  it('rule G2: pairs that must not sign together with the shares of the former key do not, as long as it hands over', () => {
    const network = replacing()
    const [a, b] = network.members.slice(3)
    const pair = (until: number) => [{ pair: [a ?? '0x', b ?? '0x'] as [Address, Address], times: 1, until }]
    network.state = { ...network.state, group: { ...network.state.group, apart: [...pair(BANNED), ...pair(9)] } }
    expect(replaced(network).state.group.apart).toEqual(pair(BANNED))
    for (let i = 0; i < 8; i++) step(network)
    network.signOpening()
    network.checkpoint(network.state.term.parentNumber + 1)
    network.each(network.members, { kind: 'anew', generation: 2, lost: false })
    network.quorum(network.shared({ publicKey: groupKey('group 2', 5, 4, 'again') }))
    network.finishTerm()
    expect(network.state.group).toMatchObject({ generation: 3, apart: [] })
  })

  it('rule B7: sessions of the former key are of those who have its shares, and they alone end them', () => {
    const network = replacing()
    network.hear([...network.members])
    replaced(network)
    const { state } = network
    const request = network.request(state.term.opening[0])
    const session = state.signing[request.id]?.session
    expect(session?.signers).toHaveLength(6)
    expect(session?.generation).toBe(1)
    const left = session?.signers.find((each) => !network.members.includes(each))
    const unsigned = network.unsigned(request, { outcome: 'failed', culprits: [], reason: 'gone' })
    expect(network.say(left, unsigned)).toBeUndefined()
    expect(network.say(left, network.vote(state.term.parentNumber + 1))).toBe('NOT_A_MEMBER')
    expect(network.say(keyOf(10).address, unsigned)).toBe('NOT_A_MEMBER')
  })
})

describe('the handover on L1', () => {
  it('rule B7: says to the contracts what they take', () => {
    const genesis = genesisOf({ change: ownsContracts })
    const abi = (name: Parameters<typeof loadArtifact>[0]) => new Interface(loadArtifact(name).abi)
    const own = abi('LockingInfo').encodeFunctionData('transferOwnership', [newKey])
    const { lockingPool } = genesis.l1
    const proposer = [`${genesis.l2.chainId}_MVM_Proposer`, newKey]
    const senders = [77, [0, 1].map((kind) => [kind, newKey])]
    expect(handoverCalls(genesis, newKey, 77)).toEqual([
      { to: owned.addressManager, data: abi('AddressManager').encodeFunctionData('setAddress', proposer) },
      { to: owned.inboxSenderManager, data: abi('InboxSenderManager').encodeFunctionData('setInboxSenders', senders) },
      ...[owned.addressManager, owned.inboxSenderManager, ...owned.others].map((to) => ({ to, data: own })),
      { to: lockingPool, data: abi('LockingPool').encodeFunctionData('updateMpc', [newKey]) },
      { to: lockingPool, data: own },
    ])
    expect(newKeyIn(own as Address)).toBe(newKey)
    expect(newKeyIn(`${own}00` as Address)).toBeUndefined()
    expect(newKeyIn('0x11c7d144')).toBeUndefined()
    expect(handoverCalls(genesisOf(), newKey, 77)).toEqual([])
  })

  it('rules B2, B7: goes step by step, again where L1 refuses one, and at the end L1 listens to the new key', () => {
    const network = replaced()
    const nonce = network.state.l1.nonce
    expect(flying(network)).toMatchObject({ kind: 'handover', key: oldKey, nonce, subject: 0 })
    expect(network.say(network.members[0], content(network))).toBe('BATCH_IN_FLIGHT')
    step(network)
    step(network, { success: false })
    expect([stepOf(network), flying(network).nonce]).toEqual([1, nonce + 2])
    for (let i = 1; i < 7; i++) step(network)
    expect([keyOnL1(network.state), stepOf(network)]).toEqual([oldKey, 7])
    expect(step(network)).toContainEqual({ type: 'keyHandedOver', from: oldKey, to: newKey })
    expect([keyOnL1(network.state), network.state.l1.nonce]).toEqual([newKey, 0])
    // L2 does not know it yet: no checkpoint of the term that tells it.
    expect(network.state.group.former).toMatchObject({ address: oldKey, handover: null })
    network.signOpening()
    network.checkpoint(network.state.term.parentNumber + 1)
    expect(network.state.group).not.toHaveProperty('former')
    network.quorum(content(network))
    expect(flying(network)).toMatchObject({ kind: 'blobs', key: newKey, nonce: 0 })
  })

  it('rule B7: waits for the batch on its way, from whose last block on the new key sends; rewards wait for it', () => {
    const network = replacing()
    network.finishTerm()
    network.quorum(content(network))
    mined(network) // the first blobs
    replaced(network)
    expect([flying(network).kind, keyOnL1(network.state)]).toEqual(['blobs', oldKey])
    while (network.state.batch.flight !== null) mined(network)
    const block = network.state.l1.applied.number
    expect([flying(network).kind, network.state.group.former?.handover?.inboxFrom]).toEqual(['handover', block + 1])
    for (let i = 0; i < 8; i++) step(network)
    expect(network.state.rewards?.flight).toBeNull()
    network.quorum(content(network))
    while (network.state.batch.flight !== null) mined(network)
    expect(flying(network)).toMatchObject({ kind: 'rewards', key: newKey, nonce: 4 })
  })

  it('rule B7: ends before another key is made', () => {
    const network = replaced()
    const others = [8, 9, 10, 11].map(keyOf)
    network.l1(
      14,
      others.map((key, i) => locked(14, 9 + i, key)),
    )
    network.each(
      [...network.members, ...others.map(({ address }) => address)],
      network.shared({ publicKey: groupKey('group 2', 9, 7, 'more') }),
    )
    network.signOpening()
    network.finishTerm()
    network.l1(15, exits(15, 4, 5, 6, 7, 8))
    expect(network.state.proposed).toBeNull()
    for (let i = 0; i < 8; i++) step(network)
    network.l1(network.state.l1.applied.number + 1)
    expect(network.state.proposed).toMatchObject({ dealers: [] })
  })
})
