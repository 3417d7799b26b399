import { describe, expect, it } from 'vitest'
import { prevRandaoOf } from '../../../src/core/chain/attributes.js'
import { encodeExtraData } from '../../../src/core/chain/extraData.js'
import { checkBlock, type RuleInput } from '../../../src/core/chain/rules.js'
import { hexToBytes } from '../../../src/core/codec/index.js'
import { MAX_LEAD } from '../../../src/core/consensus/checkpoint.js'
import type { Block } from '../../../src/core/ports/execution.js'
import type { Address, Hash } from '../../../src/core/types/hex.js'
import { hashOf, Network } from '../consensus/network.js'

const ALICE: Address = `0x${'a1'.repeat(20)}`
const USER = Uint8Array.of(2, 1)
const GROUPS = Uint8Array.of(2, 2)

/** A network whose second term is open and signed, and the first block of it as its sequencer makes it. */
function firstOfTerm(): RuleInput & { network: Network } {
  const network = new Network()
  network.l1(20)
  network.finishTerm()
  network.signOpening()
  const { state, genesis } = network
  const { term, contract } = state
  const parent = {
    number: term.parentNumber,
    hash: term.parentHash,
    timestamp: genesis.l2.timestamp + 10,
    l1Origin: term.l1Origin,
    cursor: 1,
  }
  const opening = term.opening.map((id) => hexToBytes(network.request(id).signed ?? '0x'))
  const queue = [0, 1, 2, 3].map((index) => ({ index, address: ALICE, amountGwei: 5n, l1Block: 15 + 2 * index }))
  const block = {
    number: parent.number + 1,
    parentHash: term.parentHash,
    feeRecipient: term.sequencer,
    prevRandao: prevRandaoOf(term.parentHash, term.term),
    timestamp: parent.timestamp + 1,
    extraData: encodeExtraData({ term: term.term, l1Origin: 20 }),
    withdrawals: queue.slice(1, 3).map(({ l1Block: _, ...each }) => each),
    transactions: [...opening, USER],
  } as unknown as Block // what the rules do not look at is left out
  const groups = (raw: Uint8Array) => raw === GROUPS || opening.includes(raw)
  return {
    network,
    block,
    parent,
    state,
    deposit: (index) => queue[index],
    senderOf: (raw) => (groups(raw) ? contract.mpc : ALICE),
    now: block.timestamp * 1000,
    maxFuture: 5000,
  }
}

type Case = ReturnType<typeof firstOfTerm>
const extra = (each: Case, term: number, l1Origin = 20) =>
  encodeExtraData({ term: each.state.term.term + term, l1Origin })
const changed = (each: Case, block: Partial<Block>): RuleInput => ({ ...each, block: { ...each.block, ...block } })
const OTHER: Hash = hashOf('other')

describe('a block that keeps every rule', () => {
  it('is taken as the first and as a later one of its term', () => {
    const each = firstOfTerm()
    expect(checkBlock(each)).toEqual({ ok: true })
    const { block } = each
    const parent = { number: block.number, hash: OTHER, timestamp: block.timestamp, l1Origin: 20, cursor: 3 }
    const next = {
      number: block.number + 1,
      parentHash: OTHER,
      prevRandao: prevRandaoOf(OTHER, each.state.term.term),
      timestamp: block.timestamp + 1,
      withdrawals: [],
      transactions: [USER],
    }
    expect(checkBlock({ ...changed(each, next), parent })).toEqual({ ok: true })
  })

  it('has a transaction of the group nowhere but in its opening (rule E2)', () => {
    const each = firstOfTerm()
    const verdict = checkBlock(changed(each, { transactions: [...each.block.transactions, GROUPS] }))
    expect(verdict).toMatchObject({ ok: false, later: false, reason: 'its transaction 2 is from the group address' })
  })
})

describe('a block that breaks a rule is refused for that', () => {
  it.each<[rule: string, change: (each: Case) => RuleInput, reason: RegExp]>([
    ['T1: its term is over', (each) => changed(each, { extraData: extra(each, -1) }), /^term 0 is over$/],
    ['T2: below its term', (each) => changed(each, { number: each.parent.number }), /outside its term/],
    ['T2: above its term', (each) => changed(each, { number: each.state.term.endBlock + 1 }), /outside its term/],
    ['T2: a height too far', (each) => changed(each, { number: each.parent.number + 2 }), /not on its parent/],
    ['T2: another parent', (each) => changed(each, { parentHash: OTHER }), /not on its parent/],
    [
      'T2: a term that opens elsewhere',
      (each) => ({ ...changed(each, { parentHash: OTHER }), parent: { ...each.parent, hash: OTHER } }),
      /^the term opens on/,
    ],
    ['T2: fees to somebody else', (each) => changed(each, { feeRecipient: ALICE }), /fee recipient/],
    ['T2: randomness of its own', (each) => changed(each, { prevRandao: OTHER }), /prevRandao/],
    ['time stands still', (each) => changed(each, { timestamp: each.parent.timestamp }), /not after its parent/],
    [
      'L2: an origin below its parent',
      (each) => ({ ...each, parent: { ...each.parent, l1Origin: 21 } }),
      /L1 origin is too low/,
    ],
    [
      'L2: a term that opens below its origin',
      (each) => changed({ ...each, parent: { ...each.parent, l1Origin: 0 } }, { extraData: extra(each, 0, 11) }),
      /L1 origin is too low/,
    ],
    [
      'L2: a deposit is left out',
      (each) => changed(each, { withdrawals: each.block.withdrawals.slice(1) }),
      /deposits/,
    ],
    [
      'L2: deposits out of order',
      (each) => changed(each, { withdrawals: [...each.block.withdrawals].reverse() }),
      /deposits/,
    ],
    [
      'L2: a deposit of another amount',
      (each) => changed(each, { withdrawals: each.block.withdrawals.map((one) => ({ ...one, amountGwei: 6n })) }),
      /deposits/,
    ],
    ['E1: no opening', (each) => changed(each, { transactions: [USER] }), /transaction 0 is not the term's opening/],
    ['E1: an empty block', (each) => changed(each, { transactions: [] }), /transaction 0 is not the term's opening/],
  ])('%s', (_rule, change, reason) => {
    const verdict = checkBlock(change(firstOfTerm()))
    expect(verdict).toMatchObject({ ok: false, later: false, reason: expect.stringMatching(reason) })
  })
})

describe('a block that this node cannot judge yet waits', () => {
  it.each<[rule: string, change: (each: Case) => RuleInput, reason: RegExp]>([
    ['T2: its term is not open here', (each) => changed(each, { extraData: extra(each, 1) }), /not open here yet/],
    [
      'T3: it leads too far',
      (each) => {
        const checkpoint = { ...each.state.checkpoint, number: each.block.number - MAX_LEAD - 1 }
        return { ...each, state: { ...each.state, checkpoint } }
      },
      /leads the checkpoint/,
    ],
    ['M3: its time is ahead', (each) => ({ ...each, now: each.now - each.maxFuture - 1 }), /too far ahead/],
    ['L2: L1 is not known so far', (each) => changed(each, { extraData: extra(each, 0, 21) }), /known up to 20/],
    [
      'E4: its opening is not signed',
      (each) => {
        const requests = Object.values(each.state.requests).map((one) => [one.id, { ...one, signed: null }])
        return { ...each, state: { ...each.state, requests: Object.fromEntries(requests) } }
      },
      /not signed in the record/,
    ],
  ])('%s', (_rule, change, reason) => {
    const verdict = checkBlock(change(firstOfTerm()))
    expect(verdict).toMatchObject({ ok: false, later: true, reason: expect.stringMatching(reason) })
  })
})
