import { afterEach, describe, expect, it } from 'vitest'
import { parseTransaction } from '../../../src/core/chain/transaction.js'
import { hexToBytes, keccak256, utf8 } from '../../../src/core/codec/index.js'
import { MetisSeqError } from '../../../src/core/errors/index.js'
import type { Address } from '../../../src/core/types/hex.js'
import { recoverNative } from '../../../src/node/consensus/recover.js'
import { Circle, type Made } from '../../support/threshold/circle.js'
import { mined } from '../consensus/batches.js'
import { keyOf, locked } from '../consensus/network.js'
import { exits, owned } from '../consensus/replaced.js'

let circle: Circle
afterEach(() => circle?.close())

const signatures = () => circle.state.signatures
const address = (i: number): Address => keyOf(i).address
const namedBy = (by: (refusal: { by: Address }) => boolean, what: RegExp) =>
  circle.refusals.filter((each) => by(each) && what.test(each.what)).map(({ reason }) => reason)

/** The next opening is signed, and by the key that is to sign it. */
async function openings(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const before = signatures().length
    await circle.until(
      () => circle.state.next?.opening.every((id) => circle.state.requests[id]?.signed != null) === true,
    )
    for (const { key, signed, value: given = 0n } of Object.values(circle.state.requests)) {
      if (signed === null) continue
      const { digest, signature, value } = parseTransaction(hexToBytes(signed))
      expect([recoverNative(digest, signature), value]).toEqual([key, given])
    }
    circle.finishTerm()
    expect(signatures().length).toBeGreaterThanOrEqual(before)
  }
}

/** Whom other members than the `liar` held anything against, in the record. */
const named = (liar?: Address) =>
  new Set(
    circle.effects.flatMap((effect) =>
      effect.type === 'sessionFailed' && effect.member !== liar ? effect.culprits : [],
    ),
  )

describe('a group of four', { timeout: 120_000 }, () => {
  it('signs with any three, waits with two, and goes on when a third is back', async () => {
    circle = await Circle.of(4)
    await openings(3)
    for (const { signers } of signatures()) expect(signers).toHaveLength(3)
    await circle.stop(address(0))
    await openings(2)
    expect(signatures().at(-1)?.signers).not.toContain(address(0))
    await circle.stop(address(1))
    const before = signatures().length
    const { number } = sessionOf()
    await circle.until(() => sessionOf().number > number + 1)
    expect(signatures()).toHaveLength(before)
    circle.start(address(0))
    await openings(1)
    expect(signatures().length).toBeGreaterThan(before)
  })

  it('names who sends junk, and nobody else; goes on with the others', async () => {
    circle = await Circle.of(4, { 2: ({ node, adapters }) => ({ node, adapters: withJunk(adapters) }) })
    await openings(4)
    expect(named(address(2))).toEqual(new Set([address(2)]))
  })

  it('names who is silent, and goes on with the others', async () => {
    circle = await Circle.of(4, { 1: ({ node, adapters }) => ({ node: { ...node, send: () => undefined }, adapters }) })
    await openings(3)
    expect(named(address(1))).toEqual(new Set([address(1)]))
  })

  it.each([
    ['a transfer of funds', 'transfer'],
    ['the same call on another chain', 'chain'],
  ])(
    'signs nothing else with a member that signs %s in its place: it is in every pair that failed, and the others go on',
    async (_, word) => {
      const other = keccak256(utf8(`digest of ${word}`))
      circle = await Circle.of(4, { 3: ({ node, adapters }) => ({ node, adapters: withDigest(adapters, other) }) })
      await openings(4)
      const failures = circle.effects.filter((effect) => effect.type === 'sessionFailed')
      expect(failures.length).toBeGreaterThan(0)
      for (const { member, culprits } of failures)
        expect(member === address(3) || culprits.join() === address(3)).toBe(true)
      for (const { pair } of circle.state.group.apart) expect(pair).toContain(address(3))
    },
  )

  it('refuses for a reason that stands in the record, and signs without who refuses', async () => {
    const why = 'its destination is another one'
    circle = await Circle.of(4, {
      0: ({ node, adapters }) => ({ node: { ...node, whyNot: async () => why }, adapters }),
    })
    await openings(3)
    expect(circle.effects).toContainEqual(
      expect.objectContaining({ type: 'sessionFailed', member: address(0), reason: why, culprits: [] }),
    )
    for (const { signers } of signatures()) expect(signers).not.toContain(address(0))
  })

  it('goes on when the engine of a member breaks off, while it signs and while it shares the key anew', async () => {
    circle = await Circle.of(4, { 1: ({ node, adapters }) => ({ node, adapters: breakingOff(adapters, 2) }) })
    await openings(4)
    expect(circle.effects).toContainEqual(expect.objectContaining({ type: 'sessionFailed', member: address(1) }))
    for (const each of circle.addresses) circle.member(each).refresh()
    await circle.until(() => circle.state.group.notBefore > 0) // the first sharing failed
    expect(circle.state.group.generation).toBe(0)
    await openings(1)
  })

  it('takes no harm from messages that are sent again, to others, or in another name', async () => {
    const sent: [Address, Uint8Array][] = []
    circle = await Circle.of(4, {
      0: ({ node, adapters }) => ({
        node: {
          ...node,
          send: (to, sealed) => {
            sent.push([to, sealed])
            node.send(to, sealed)
          },
        },
        adapters,
      }),
    })
    await openings(2)
    const old = sent.slice()
    for (const [to, sealed] of old) {
      circle.deliver(address(0), to, sealed)
      for (const each of circle.addresses) circle.deliver(address(1), each, sealed)
    }
    await openings(2)
    expect(named()).toEqual(new Set())
    expect(namedBy(() => true, /^group message of/).length).toBeGreaterThan(0)
  })

  it('changes its members and keeps its address; old shares are destroyed when the new ones have signed', async () => {
    circle = await Circle.of(4)
    const { address: group } = circle.state.group
    await openings(1)
    const joiner = keyOf(4)
    circle.add(joiner)
    circle.network.l1(12, [locked(12, 5, joiner)])
    await circle.until(() => circle.state.proposed?.ready != null)
    await openings(2)
    expect(circle.state.committee.members).toHaveLength(5)
    expect(circle.state.group).toMatchObject({ address: group, generation: 1 })
    settle()
    await circle.until(() => circle.addresses.every((each) => sharesOf(each).join() === '1'))

    circle.network.l1(14, [{ type: 'exit', block: 13, id: 1, deactivationBatch: 1 }])
    await circle.until(() => circle.state.proposed?.ready != null)
    await openings(2)
    expect(circle.state.committee.members.map((each) => each.address)).not.toContain(address(0))
    expect(circle.state.group).toMatchObject({ address: group, generation: 2 })
    settle()
    await circle.until(() => sharesOf(address(0)).length === 0 && sharesOf(address(1)).join() === '2')
  })

  it('rule B7: makes another key where the founders go, as soon as it can be paid for; their shares last for the handover', async () => {
    let missing = 3n
    const warnings: string[] = []
    const poor = ({ adapters, node }: Made): Made => {
      return { adapters, node: { ...node, fundsMissing: async () => missing, warn: (text) => warnings.push(text) } }
    }
    circle = await Circle.of(4, { 0: poor, 1: poor, 2: poor, 3: poor })
    const { network } = circle
    Object.assign(network.genesis.l1, { owned })
    const { address: before } = circle.state.group
    await openings(1)
    const joiners = [4, 5].map(keyOf)
    for (const key of joiners) circle.add(key, poor)
    network.l1(12, [...joiners.map((key, i) => locked(12, 5 + i, key)), ...exits(12, 1, 2, 3)])
    await circle.until(() => warnings.length === 3)
    expect(new Set(warnings)).toEqual(
      new Set([
        `The new key of the group waits: send 0.000000000000000003 METIS on L2 to ${before}, which pays for it.`,
      ]),
    )
    expect(circle.state.proposed).toMatchObject({ dealers: [], ready: null })
    missing = 0n
    await circle.until(() => circle.state.proposed?.ready != null)
    await openings(1)
    await circle.until(() => circle.state.term.signedAt !== null)
    const { address: after, former } = circle.state.group
    expect([after === before, former?.address]).toEqual([false, before])
    const kinds = signatures().map(({ kind }) => kind)
    for (const kind of ['updateMpcAddress', 'fundGroup', 'transferOwnership']) expect(kinds).toContain(kind)
    settle()
    expect(sharesOf(address(0))).toEqual([0])
    while (circle.state.group.former !== undefined) mined(network)
    await openings(1)
    settle()
    await circle.until(() => sharesOf(address(0)).length === 0 && sharesOf(address(3)).join() === '1')
  })

  it('makes a lost share anew with the help of the others', async () => {
    circle = await Circle.of(4)
    await openings(1)
    await circle.stop(address(2))
    ;(circle.disk(address(2)) as Map<string, Uint8Array>).clear()
    circle.start(address(2))
    await circle.until(() => circle.state.group.anew[address(2)] === true)
    await openings(1)
    expect(signatures().at(-1)?.signers).not.toContain(address(2))
    for (const each of [0, 1, 3]) circle.member(address(each)).refresh()
    await circle.until(() => circle.state.proposed?.ready != null)
    await openings(2)
    expect(circle.state.group).toMatchObject({ generation: 1, anew: {} })
    settle()
    await circle.until(() => sharesOf(address(2)).join() === '1')
  })
})

/** Decides a checkpoint within the term. */
function settle(): void {
  circle.network.checkpoint(circle.state.checkpoint.number + 1)
}

function sessionOf() {
  const sessions = Object.values(circle.state.signing).flatMap(({ session }) => session ?? [])
  const last = sessions.sort((a, b) => a.number - b.number).at(-1)
  if (last === undefined) throw new Error('nothing is being signed')
  return last
}

/** Numbers of the sharings that a member has shares of on its disk. */
function sharesOf(member: Address): number[] {
  const keys = [...circle.disk(member).keys()].filter((key) => key.startsWith('s') && key.length === 9)
  return keys.map((key) => key.charCodeAt(8))
}

function withJunk(adapters: Made['adapters']): Made['adapters'] {
  const { seal } = adapters
  const junk = (content: Uint8Array) => content.map((byte, i) => (i > 8 ? byte ^ 0x5a : byte))
  return {
    ...adapters,
    seal: { ...seal, seal: (to, message) => seal.seal(to, { ...message, content: junk(message.content) }) },
  }
}

/** Each of the engines ends with what it is asked for first, so many times. */
function breakingOff(adapters: Made['adapters'], times: number): Made['adapters'] {
  const broken = new MetisSeqError('THRESHOLD_CRASHED', 'The threshold engine broke off.', { severity: 'temporary' })
  const once = <T extends unknown[], R>(work: (...of: T) => Promise<R>) => {
    let left = times
    return (...of: T): Promise<R> => (left-- > 0 ? Promise.reject(broken) : work(...of))
  }
  const { sign, share } = adapters.crypto
  return {
    ...adapters,
    crypto: { sign: { ...sign, sign: once(sign.sign) }, share: { ...share, share: once(share.share) } },
  }
}

function withDigest(adapters: Made['adapters'], digest: `0x${string}`): Made['adapters'] {
  const { crypto } = adapters
  const sign = {
    ...crypto.sign,
    sign: (request: Parameters<typeof crypto.sign.sign>[0]) => crypto.sign.sign({ ...request, digest }),
  }
  return { ...adapters, crypto: { ...crypto, sign } }
}
