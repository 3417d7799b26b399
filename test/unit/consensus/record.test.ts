import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, utf8 } from '../../../src/core/codec/index.js'
import { appHash } from '../../../src/core/consensus/digest.js'
import { genesisState } from '../../../src/core/consensus/genesis.js'
import { apply } from '../../../src/core/consensus/machine.js'
import type { ConsensusState, Message } from '../../../src/core/consensus/types.js'
import { decodeMessage, decodeSeal, encodeMessage } from '../../../src/core/consensus/wire.js'
import { MetisSeqError } from '../../../src/core/errors/index.js'
import type { Hash } from '../../../src/core/types/hex.js'
import { hashOf, keyOf, locked, Network } from './network.js'

/** Steps that a schedule is made of; each member acts on what it sees in the state. */
const actions = {
  vote: (network: Network, i: number, ahead: number) => {
    const to = Math.min(network.state.checkpoint.number + 1 + ahead, network.state.term.endBlock)
    network.say(network.members[i % network.members.length], network.vote(to))
  },
  stall: (network: Network, i: number) => {
    network.say(network.members[i % network.members.length], network.stall())
  },
  range: (network: Network, i: number, ahead: number) => {
    if (network.state.l1.decided !== null) return
    const range = network.range(network.state.l1.applied.number + 1 + ahead)
    network.say(network.members[i % network.members.length], { kind: 'range', range })
  },
  sign: (network: Network) => network.signOpening(),
  evidence: (network: Network, i: number) => {
    // Four members have to be left (rule P4), or one that is dead stops the others.
    const free = Object.values(network.state.staking.sequencers).filter(({ jailed }) => !jailed)
    if (i < 3 && free.length > 4) network.send(network.evidence())
  },
  join: (network: Network, i: number) => {
    const { l1, staking } = network.state
    const id = 6 + (i % 3)
    if (l1.decided !== null || Object.keys(l1.votes).length > 0 || staking.sequencers[id] !== undefined) return
    network.l1(l1.applied.number + 1, [locked(l1.applied.number + 1, id, keyOf(id))])
  },
  share: (network: Network, i: number) => {
    const all = [...network.members, ...(network.state.proposed?.members.map(({ address }) => address) ?? [])]
    network.say(all[i % all.length], network.shared())
  },
  deal: (network: Network, i: number, ahead: number) => {
    const { dealers, generation } = network.state.proposed ?? { dealers: network.members, generation: 1 }
    const broadcast = `0x0${ahead}` as const
    network.say(dealers[i % dealers.length], { kind: 'sharing', generation, round: 1 + (i % 4), broadcast })
  },
  anew: (network: Network, i: number, ahead: number) => {
    const { generation } = network.state.group
    network.say(network.members[i % network.members.length], { kind: 'anew', generation, lost: ahead === 0 })
  },
  fail: (network: Network, i: number, ahead: number) => {
    const signing = Object.entries(network.state.signing).filter(([, { session }]) => session !== null)
    for (const [id, { session }] of signing.slice(0, 1 + (i % 2))) {
      const [by = network.members[0], ...others] = session?.signers ?? []
      const outcome = i % 3 === 0 ? 'refused' : 'failed'
      const culprits = outcome === 'refused' ? [] : others.slice(0, ahead % 3)
      network.say(by, network.unsigned({ id: id as Hash }, { outcome, culprits, ban: ahead === 4 }))
    }
  },
}
type Action = keyof typeof actions
const often: Action[] = ['vote', 'vote', 'vote', 'share', 'share']
const kinds = [...often, ...(Object.keys(actions) as Action[])]
const schedule = (maxLength: number) =>
  fc.array(fc.tuple(fc.constantFrom(...kinds), fc.nat(9), fc.nat(4)), { minLength: 10, maxLength })

function run(steps: readonly [Action, number, number][]): Network {
  const network = new Network({ stakes: [10, 20, 30, 10, 10], epochLength: 4 })
  for (const [action, i, ahead] of steps) {
    const before = network.state
    actions[action](network, i, ahead)
    check(before, network.state)
  }
  return network
}

/** What never may happen, whatever the schedule (rules T1, T3, B1, P1, P2, P4). */
function check(before: ConsensusState, after: ConsensusState): void {
  expect(after.term.term).toBeGreaterThanOrEqual(before.term.term)
  expect(after.checkpoint.number).toBeGreaterThanOrEqual(before.checkpoint.number)
  if (after.checkpoint.number === before.checkpoint.number) expect(after.checkpoint).toEqual(before.checkpoint)
  expect(after.l1.applied.number).toBeGreaterThanOrEqual(before.l1.applied.number)
  const { term, checkpoint, committee } = after
  expect(checkpoint.number).toBeGreaterThanOrEqual(term.parentNumber)
  expect(checkpoint.number).toBeLessThan(term.endBlock)
  expect(term.epoch).toBe(
    term.checkpointAt === null && term.kind !== 'genesis' ? after.contract.epoch + 1 : after.contract.epoch,
  )
  expect(term.opening.every((id) => after.requests[id] !== undefined)).toBe(true)
  expect(committee.members.map(({ address }) => address)).toContain(term.sequencer)
  for (const { power } of committee.members) {
    expect(power).toBeGreaterThan(0)
    expect(3 * power).toBeLessThan(committee.totalPower)
  }
  if (term.term === before.term.term) expect(committee).toEqual(before.committee)
  checkSigning(before, after)
}

function checkSigning(before: ConsensusState, { committee, group, requests, signing }: ConsensusState): void {
  expect(Object.keys(signing).sort()).toEqual(Object.keys(requests).sort())
  expect(group.sessions).toBeGreaterThanOrEqual(before.group.sessions)
  const sessions = Object.values(signing).flatMap(({ session }) => session ?? [])
  expect(new Set(sessions.map(({ number }) => number)).size).toBe(sessions.length)
  const members = committee.members.map(({ address }) => address)
  for (const { generation, number, signers } of sessions) {
    expect(number).toBeLessThanOrEqual(group.sessions)
    expect(generation).toBe(group.generation)
    expect([0, committee.threshold]).toContain(signers.length)
    expect(members).toEqual(expect.arrayContaining(signers))
  }
}

describe('the record', () => {
  it('gives the same state and app hash on every machine, from the bytes of its messages alone', {
    timeout: 60_000,
  }, () => {
    fc.assert(
      fc.property(schedule(50), (steps) => {
        const network = run(steps)
        let state = genesisState(network.genesis, network.networkId)
        for (const { message, time } of network.log) {
          // As after a restart: the state comes from its stored text.
          const context = { ...network.context, time }
          state = apply(state, decodeMessage(encodeMessage(message)), context).state
        }
        expect(appHash(state)).toBe(appHash(network.state))
        expect(state).toEqual(network.state)
      }),
      { numRuns: 15 },
    )
  })

  it('rules P3, T3, T5: from wherever a schedule leads, all members but one can finish the term, or cut it and go on', () => {
    fc.assert(
      fc.property(schedule(40), fc.nat(9), fc.boolean(), (steps, dead, cut) => {
        const network = run(steps)
        const { term } = network.state.term
        const alive = () => network.members.filter((_, i) => i !== dead % network.members.length)
        if (cut) network.each(alive(), network.stall())
        network.signOpening()
        network.each(alive(), network.vote(network.state.term.endBlock))
        expect(network.state.term).toMatchObject({ term: term + (cut ? 2 : 1), kind: 'boundary' })
      }),
      { numRuns: 20 },
    )
  })

  it('leaves the state before untouched, so that it can be kept', () => {
    const network = new Network()
    const before = network.state
    const hash = appHash(before)
    network.checkpoint(3)
    network.quorum(network.stall())
    network.l1(12, [locked(12, 5, keyOf(4))])
    expect(appHash(before)).toBe(hash)
    expect(appHash(network.state)).not.toBe(hash)
  })

  it('stops for an error of its own, which is no refusal', () => {
    const network = new Network()
    const recover = () => {
      throw new Error('broken')
    }
    const message = network.attestation(network.members[0] ?? '0x', network.vote(1))
    expect(() => apply(network.state, message, { ...network.context, recover })).toThrow('broken')
  })

  it('begins with nothing but what the genesis says, at its time', () => {
    const network = new Network()
    expect(network.state).toMatchObject({
      failed: [],
      snapshots: [{ height: 10 }],
      term: { openedAt: 1_700_000_000_000 },
    })
  })

  it('rule M3: only the time that is passed in counts', () => {
    const [one, other] = [new Network(), new Network()]
    other.time += 5000
    for (const network of [one, other]) network.finishTerm()
    expect(other.state.term.openedAt - one.state.term.openedAt).toBe(5000)
  })
})

describe('messages', () => {
  /** One of each kind, with what they hold inside. */
  function examples(): { network: Network; messages: Message[] } {
    const network = new Network()
    network.finishTerm()
    const [a = '0x'] = network.members
    const opening = network.request(network.state.term.opening[0])
    const hash = hashOf('x')
    const fees = { maxFeePerGas: 5n, maxPriorityFeePerGas: 1n, maxFeePerBlobGas: 10n ** 20n }
    const batch = { index: 1, attempt: 0, first: 1, last: 7, lastHash: network.state.checkpoint.hash, stateRoots: hash }
    const messages: Message[] = [
      network.attestation(a, network.vote(9)),
      network.attestation(a, network.stall()),
      network.attestation(a, { kind: 'range', range: network.range(15) }),
      network.attestation(a, network.shared()),
      network.attestation(a, network.failed(a)),
      network.attestation(a, { kind: 'sharing', generation: 1, round: 2, broadcast: '0x0102' }),
      network.attestation(a, { kind: 'anew', generation: 0, lost: true }),
      network.attestation(a, { kind: 'fees', request: hash, bump: 0, fees }),
      network.attestation(a, network.unsigned(opening, { culprits: [a], ban: true, reason: 'it says nothing' })),
      network.attestation(a, { kind: 'batch', ...batch, blobs: [[hash]] }),
      { type: 'l1Events', from: 11, events: everyEvent() },
      network.evidence(),
      network.signed(opening),
    ]
    return { network, messages }
  }

  function everyEvent() {
    const { address: signer, pubkey } = keyOf(4)
    const hash = hashOf('x')
    return [
      locked(11, 5, keyOf(4)),
      { type: 'stake', block: 11, id: 1, amount: 0n },
      { type: 'signer', block: 12, id: 1, signer, pubkey },
      { type: 'exit', block: 12, id: 1, deactivationBatch: 3 },
      { type: 'left', block: 12, id: 1 },
      { type: 'rewardBatch', block: 12, batch: 2 },
      { type: 'deposit', block: 12, index: 0, to: signer, amount: 10n ** 30n },
      { type: 'groupTransaction', block: 13, nonce: 1, hash, content: hash, success: false },
      { type: 'randao', block: 13, value: hash },
    ] satisfies Extract<Message, { type: 'l1Events' }>['events']
  }

  it('are read back as they were written', () => {
    for (const message of examples().messages) expect(decodeMessage(encodeMessage(message))).toEqual(message)
  })

  /** Decodes and applies whatever comes; the only throw there may be is the decoder's typed error. */
  function take(network: Network, bytes: Uint8Array): void {
    let message: Message
    try {
      message = decodeMessage(bytes)
    } catch (error) {
      expect(error).toBeInstanceOf(MetisSeqError)
      expect(error).toMatchObject({ code: 'MESSAGE_MALFORMED' })
      return
    }
    const hash = appHash(network.state)
    const { state, refused } = apply(network.state, message, network.context)
    if (refused !== undefined) expect(state).toBe(network.state)
    expect(appHash(network.state)).toBe(hash)
  }

  it.each([1, 2, 3])('nothing can stop it: mutated bytes are refused by value (seed %i)', (seed) => {
    const { network, messages } = examples()
    const encoded = messages.map(encodeMessage)
    const mutation = fc.array(fc.tuple(fc.nat(100_000), fc.nat(255), fc.constantFrom('set', 'cut', 'insert')), {
      minLength: 1,
      maxLength: 3,
    })
    fc.assert(
      fc.property(fc.constantFrom(...encoded), mutation, (bytes, changes) => {
        let text = [...bytes]
        for (const [position, byte, how] of changes) {
          const at = position % (text.length + 1)
          text = how === 'cut' ? text.slice(0, at) : text.toSpliced(at, how === 'set' ? 1 : 0, byte)
        }
        take(network, Uint8Array.from(text))
      }),
      { seed, numRuns: 300 },
    )
  })

  it.each([4, 5, 6])('nothing can stop it: changed fields are refused or applied, never thrown (seed %i)', (seed) => {
    const { network, messages } = examples()
    const odd = fc.oneof(
      fc.constantFrom<unknown>(0, 1, -1, 0.5, 2 ** 53, '', '0x', null, [], {}, true, '1', Number.MAX_SAFE_INTEGER),
      fc.constantFrom(hashOf('y'), keyOf(2).address, `0x${'ff'.repeat(64)}`, `0x${'ff'.repeat(65)}`, '9'.repeat(78)),
      fc.jsonValue(),
    )
    fc.assert(
      fc.property(fc.constantFrom(...messages), fc.nat(1000), odd, (message, at, value) => {
        const copy: unknown = JSON.parse(canonicalJson(message))
        const places = leaves(copy)
        places[at % places.length]?.(value)
        take(network, utf8(JSON.stringify(copy)))
      }),
      { seed, numRuns: 400 },
    )
  })

  it('nothing can stop it: random JSON and random bytes', () => {
    const { network } = examples()
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.json().map(utf8))
    fc.assert(
      fc.property(bytes, (data) => take(network, data)),
      { seed: 7, numRuns: 500 },
    )
  })

  it('nothing can stop it: L1 events of any content, once a quorum decided them', { timeout: 60_000 }, () => {
    const small = fc.nat(20)
    const id = fc.integer({ min: 0, max: 6 })
    const amount = fc.oneof(fc.bigInt({ min: 0n, max: 10n ** 22n }), fc.bigInt({ min: 0n, max: 10n ** 78n - 1n }))
    const key = fc.nat(9).map(keyOf)
    const pubkey = fc.oneof(
      key.map(({ pubkey }) => pubkey),
      fc.constant(`0x${'ff'.repeat(64)}` as const),
    )
    const signer = key.map(({ address }) => address)
    const block = fc.integer({ min: 0, max: 40 })
    const hash = small.map((n) => hashOf(`${n}`))
    const event = fc.oneof(
      fc.record({ type: fc.constant('locked' as const), block, id, signer, pubkey, amount, activationBatch: small }),
      fc.record({ type: fc.constant('stake' as const), block, id, amount }),
      fc.record({ type: fc.constant('signer' as const), block, id, signer, pubkey }),
      fc.record({ type: fc.constant('exit' as const), block, id, deactivationBatch: small }),
      fc.record({ type: fc.constant('left' as const), block, id }),
      fc.record({ type: fc.constant('rewardBatch' as const), block, batch: small }),
      fc.record({ type: fc.constant('deposit' as const), block, index: small, to: signer, amount }),
      fc.record({ type: fc.constant('randao' as const), block, value: hash }),
    )
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        const network = new Network({ epochLength: 4 })
        network.l1(40, events)
        network.finishTerm()
        network.quorum(network.stall())
        network.finishTerm()
        expect(network.state.term.term).toBe(3)
      }),
      { seed: 8, numRuns: 25 },
    )
  })

  it.each([
    ['{"type":"signed","request":1}', 'message.request is not 32 bytes'],
    ['{"type":"none"}', 'message.type is none of'],
    ['{"__proto__":{"type":"signed"}}', 'message.type is none of'],
    ['{"type":"evidence","seals":[]}', 'are not two seals'],
    ['[', 'it is not JSON'],
    [`${'['.repeat(200_000)}`, 'it is not JSON'],
  ])('name what is wrong: %.40s', (text, reason) => {
    expect(() => decodeMessage(utf8(text))).toThrow(
      expect.objectContaining({ code: 'MESSAGE_MALFORMED', message: expect.stringContaining(reason) }),
    )
  })

  it('with fields that nobody knows, upper case or too many bytes are refused', () => {
    const { messages, network } = examples()
    const [attestation] = messages as [Extract<Message, { type: 'attestation' }>]
    const bad: unknown[] = [
      { ...attestation, extra: 1 },
      { ...attestation, member: attestation.member.toUpperCase().replace('X', 'x') },
      { ...attestation, signature: `${attestation.signature}00` },
    ]
    for (const each of bad) {
      expect(() => decodeMessage(utf8(JSON.stringify(each)))).toThrow(/malformed/)
    }
    expect(() => decodeMessage(new Uint8Array((1 << 20) + 1))).toThrow(/at most 1048576/)
    const seal = network.seal(keyOf(0).address, 3, 'a')
    expect(decodeSeal(JSON.parse(JSON.stringify(seal)))).toEqual(seal)
    expect(() => decodeSeal({ ...seal, number: -1 })).toThrow(expect.objectContaining({ code: 'SEAL_MALFORMED' }))
  })
})

/** Setters of every value in a document. */
function leaves(value: unknown): ((to: unknown) => void)[] {
  if (typeof value !== 'object' || value === null) return []
  const holder = value as Record<string, unknown>
  return Object.keys(holder).flatMap((key) => [
    (to: unknown) => {
      holder[key] = to
    },
    ...leaves(holder[key]),
  ])
}
