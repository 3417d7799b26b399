import { describe, expect, it } from 'vitest'
import { devnetAccounts, shownKey } from '../../../src/devnet/accounts.js'
import type { DevnetDescriptor } from '../../../src/devnet/descriptor.js'
import { type DevnetEvent, onceEach } from '../../../src/devnet/events.js'
import { lineOf } from '../../../src/devnet/model.js'
import { liveView, plainView } from '../../../src/devnet/view.js'
import type { NodeEvent, Rotation } from '../../../src/node/types.js'

const accounts = devnetAccounts(4)
const addresses = [...accounts.sequencers, accounts.spare].map(({ address }) => address)
const [first = '0x', second = '0x'] = addresses
const hash = `0x${'ab'.repeat(32)}` as const

const descriptor: DevnetDescriptor = {
  l1: { url: 'http://127.0.0.1:9545', chainId: 31337 },
  l2: { chainId: 108_800 },
  contracts: {
    metis: first,
    lockingInfo: first,
    lockingPool: first,
    bridge: first,
    stateCommitmentChain: first,
    inbox: first,
    sequencerSet: first,
  },
  group: first,
  admin: shownKey(accounts.admin),
  nodes: addresses.map((address, index) => ({
    index,
    address,
    stake: ['500', '300', '100', '100', '0'][index] ?? '0',
    state: 'running',
    rpc: `http://127.0.0.1:${9546 + index}`,
    ws: '',
    rest: '',
    metrics: '',
  })),
  spare: {
    index: 4,
    address: accounts.spare.address,
    publicKey: accounts.spare.publicKey,
    keystore: '',
    passwordFile: '',
  },
  accounts: accounts.users.map(shownKey),
}

const rotation: Rotation = {
  head: 9,
  safe: 8,
  finalized: 3,
  current: { epoch: 2, term: 2, sequencer: second, startBlock: 8, endBlock: 11, kind: 'boundary' },
  next: { epoch: 3, sequencer: first, startBlock: 12, endBlock: 15 },
  history: [
    { epoch: 0, term: 0, sequencer: first, startBlock: 0, endBlock: 3, cut: false, blocks: 3 },
    { epoch: 1, term: 1, sequencer: first, startBlock: 4, endBlock: 7, cut: false, blocks: 4 },
  ],
}

const block = (node: `0x${string}`, number: number): DevnetEvent & NodeEvent => {
  const nodeIndex = addresses.indexOf(node)
  return { event: 'block', node, nodeIndex, number, hash, transactions: 0, own: true, term: 1 }
}

describe('test keys', () => {
  it('are the same on every machine and all different', () => {
    const { deployer, admin, sequencers, owners, spare, users } = accounts
    const all = [deployer, admin, spare, ...sequencers, ...owners, ...users].map(({ address }) => address)
    expect(new Set(all).size).toBe(all.length)
    expect(devnetAccounts(4)).toEqual(accounts)
  })
})

describe('events of several nodes', () => {
  it('are told once: blocks by their producer, what concerns the network by the first, what concerns a node by each', () => {
    const told: DevnetEvent[] = []
    const tell = onceEach((event) => told.push(event))
    for (const [nodeIndex, node] of addresses.entries()) {
      tell({ event: 'block', node, nodeIndex, number: 5, hash, transactions: 0, own: nodeIndex === 2, term: 1 })
      tell({ event: 'checkpoint', node, nodeIndex, number: 5 })
      tell({ event: 'refused', node, nodeIndex, what: 'block', reason: 'why' })
    }
    const names = told.map(({ event }) => event).sort()
    expect(names).toEqual(['block', 'checkpoint', ...Array.from({ length: 5 }, () => 'refused')])
  })

  it('are told again when they come again: new shares for the same members', () => {
    const told: DevnetEvent[] = []
    const tell = onceEach((event) => told.push(event))
    const from = (nodeIndex: number) =>
      tell({ event: 'committee', node: addresses[nodeIndex] ?? '0x', nodeIndex, members: addresses })
    for (const nodeIndex of [0, 1, 2, 0, 1, 2]) from(nodeIndex)
    from(3) // which was away for one of them
    expect(told).toHaveLength(2)
  })
})

describe('the plain view', () => {
  it('writes endpoints and keys at the start, then one line an event, and nothing for noise', () => {
    const lines: string[] = []
    const view = plainView((line) => lines.push(line))
    view.tell({ event: 'ready', ...descriptor })
    view.tell(block(first, 1))
    view.tell({ event: 'checkpoint', node: first, nodeIndex: 0, number: 1 })
    expect(lines).toHaveLength(2)
    expect(lines[0]).toContain('http://127.0.0.1:9550  (spare')
    expect(lines[0]).toContain(descriptor.accounts[0]?.privateKey)
    expect(lines[1]).toMatch(/^block 1 by node 0, 0 transactions, /)
    expect(lineOf({ event: 'failure', index: null, code: 'X', message: 'no disk' })).toBe('the devnet failed: no disk')
  })
})

describe('the group in the plain view', () => {
  const lines: string[] = []
  const view = plainView((line) => lines.push(line))
  view.tell({ event: 'ready', ...descriptor })
  const of = { node: first, nodeIndex: 0 }
  const tell = (event: DevnetEvent) => {
    lines.length = 0
    view.tell(event)
    return lines
  }

  it('has a line for a session that failed, by the numbers of nodes', () => {
    const what = { kind: 'blobs', subject: 3, session: 17, reason: 'it was silent' } as const
    const unsigned = { event: 'unsigned', ...what, member: second, ...of } as const
    expect(tell({ ...unsigned, culprits: [first, hash] })).toEqual([
      'session 17 gave no signature of blobs 3, says node 1: it was silent; it names node 0, 0xababab..abab',
    ])
    expect(tell({ ...unsigned, member: first, culprits: [hash] })).toEqual([]) // another one of the same session
    expect(tell({ ...unsigned, session: 18, culprits: [] })).toEqual([
      'session 18 gave no signature of blobs 3, says node 1: it was silent',
    ])
  })

  it('has one for the beginning and the end of a sharing, and none for what each signer says of one session', () => {
    expect(tell({ event: 'sharing', generation: 2, members: addresses, ...of })).toEqual([
      "the group's key is being shared among 5 members (sharing 2)",
    ])
    expect(tell({ event: 'committee', members: [second, first], ...of })).toEqual([
      "new shares of the group's key are in force for node 1, node 0",
    ])
    expect(tell({ event: 'refused', what: 'signature', reason: 'as above', ...of })).toEqual([])
    expect(tell({ event: 'refused', what: 'sharing 2', reason: 'why', ...of })).toEqual([
      'node 0 refused a sharing 2: why',
    ])
  })
})

describe('the live view', () => {
  it('shows who sequences, what comes next, shares against blocks, the last final epoch and batch, and redraws in place', () => {
    let screen = ''
    const view = liveView({ write: (text) => (screen += text), columns: 70 })
    view.tell({ event: 'ready', ...descriptor })
    for (const number of [1, 2, 3]) view.tell(block(first, number))
    view.tell(block(second, 4))
    view.tell({ event: 'batch', node: first, nodeIndex: 0, index: 1, last: 3, transaction: hash })
    view.tell({ event: 'warning', node: first, nodeIndex: 0, message: `odd \x1b[2J sign${' and more'.repeat(9)}` })
    const before = screen.length
    view.follow(() => ({ rotation, descriptor }))
    view.close()
    const frame = screen.slice(before).split('\n')
    expect(frame[0]).toBe('Head 9   safe 8   finalized on L1 3')
    expect(frame[1]).toMatch(/^Now {10}node 1 \(.*\), epoch 2, until block 11$/)
    expect(frame[2]).toMatch(/^Next {9}node 0 \(.*\), blocks 12 to 15$/)
    expect(frame[3]).toBe('Last final   epoch 1, up to block 7')
    expect(frame[4]).toMatch(/^Last batch {3}1, up to block 3, /)
    expect(frame[6]).toBe('node 0  running  stake  50 %    75 % of blocks (3)')
    expect(frame[7]).toBe('node 1  running  stake  30 %    25 % of blocks (1)')
    expect(frame.join('')).toContain('odd  [2J sign')
    expect(frame.every((line) => line.length < 70)).toBe(true)

    view.follow(() => ({ rotation: undefined, descriptor }))
    view.close()
    expect(screen).toContain(`\x1b[${frame.length - 1}A\x1b[JNo node runs.`)
  })
})
