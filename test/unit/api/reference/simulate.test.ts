import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findGeth } from '../../../support/geth/index.js'
import { METIS, SEQUENCER } from '../../execution/support.js'
import { encode, from, NOBODY, openScene, outcome, PLAYGROUND, runtime, type Scene, STOCKED, word } from './scene.js'

const geth = findGeth()
let scene: Scene
beforeAll(async () => {
  if (geth !== undefined) scene = await openScene(geth)
}, 120_000)
afterAll(() => scene?.close())

const quantity = (value: bigint | number) => `0x${value.toString(16)}`
const me = from(0)
const fees = { maxFeePerGas: quantity(10n ** 10n), maxPriorityFeePerGas: '0x1' }
/** Where the specification leaves the fee recipient zero, geth takes that of the block below. */
const blockOverrides = { feeRecipient: SEQUENCER }
const set = (slot: number, value: number) => ({ from: me, to: PLAYGROUND, data: encode('set', slot, value) })
const gas = '0x186a0'

describe.skipIf(geth === undefined)('against geth (METIS_SEQ_TEST_GETH, or geth in PATH), eth_simulateV1', () => {
  it.each<[string, object]>([
    ['of one call', { blockStateCalls: [{ blockOverrides, calls: [set(1, 2)] }] }],
    ['of an empty block', { blockStateCalls: [{ blockOverrides, calls: [] }] }],
    [
      'of calls that build on each other',
      {
        blockStateCalls: [
          { blockOverrides, calls: [set(60, 2), { to: PLAYGROUND, data: encode('slots', 60) }] },
          { blockOverrides, calls: [{ to: PLAYGROUND, data: encode('slots', 60) }, set(60, 0)] },
        ],
      },
    ],
    [
      'of calls that fail',
      {
        blockStateCalls: [
          {
            blockOverrides,
            calls: [
              { to: PLAYGROUND, data: encode('refuse', 3), gas },
              { to: NOBODY, gas },
              { to: PLAYGROUND, data: encode('spin', 10_000), gas },
            ],
          },
        ],
      },
    ],
    [
      'of logs',
      {
        blockStateCalls: [
          {
            blockOverrides,
            calls: [
              { from: me, to: PLAYGROUND, data: encode('log', 2) },
              { from: me, to: PLAYGROUND, data: encode('log', 1) },
            ],
          },
        ],
      },
    ],
    [
      'of transfers as logs',
      {
        traceTransfers: true,
        blockStateCalls: [
          {
            blockOverrides,
            calls: [
              { from: me, to: NOBODY, value: quantity(METIS) },
              { from: me, to: PLAYGROUND, value: '0x3', data: encode('spawn', word(9), true) },
            ],
          },
        ],
      },
    ],
    [
      'with whole transactions',
      {
        returnFullTransactions: true,
        blockStateCalls: [{ blockOverrides, calls: [set(1, 2), { from: NOBODY, to: me }] }],
      },
    ],
    [
      'with overrides',
      {
        blockStateCalls: [
          {
            blockOverrides: {
              ...blockOverrides,
              number: '0x4',
              time: '0x7fffffff',
              baseFeePerGas: '0x7',
              prevRandao: word(3),
              gasLimit: '0x989680',
            },
            stateOverrides: {
              [NOBODY]: { code: runtime, balance: quantity(METIS), state: { [word(2)]: word(7) } },
              [STOCKED]: { stateDiff: { [word(2)]: word(8) } },
            },
            calls: [
              { to: NOBODY, data: encode('counter'), gas },
              { to: STOCKED, data: encode('counter'), gas },
              { from: NOBODY, to: me, value: '0x1', gas },
            ],
          },
        ],
      },
    ],
    [
      'with withdrawals',
      {
        blockStateCalls: [
          {
            blockOverrides: {
              ...blockOverrides,
              withdrawals: [{ index: '0x1', validatorIndex: '0x2', address: NOBODY, amount: '0x5' }],
            },
            calls: [],
          },
        ],
      },
    ],
    [
      'with validation',
      {
        validation: true,
        blockStateCalls: [{ blockOverrides, calls: [{ ...set(1, 2), ...fees, nonce: '0xd', gas }] }],
      },
    ],
    [
      'with a nonce that is too low',
      {
        validation: true,
        blockStateCalls: [{ blockOverrides, calls: [{ ...set(1, 2), ...fees, nonce: '0x1', gas }] }],
      },
    ],
    [
      'with a nonce that is too high',
      {
        validation: true,
        blockStateCalls: [{ blockOverrides, calls: [{ ...set(1, 2), ...fees, nonce: '0x99', gas }] }],
      },
    ],
    ['without funds', { blockStateCalls: [{ blockOverrides, calls: [{ from: NOBODY, to: me, value: '0x1' }] }] }],
    ['with too little gas to begin', { blockStateCalls: [{ blockOverrides, calls: [{ to: me, gas: '0x1' }] }] }],
    [
      'beyond the gas of a block',
      {
        blockStateCalls: [
          {
            blockOverrides: { ...blockOverrides, gasLimit: '0x5208' },
            calls: [
              { to: me, gas: '0x5208' },
              { to: me, gas: '0x5208' },
            ],
          },
        ],
      },
    ],
    ['of a block that is no later', { blockStateCalls: [{ blockOverrides: { number: '0x1' } }] }],
    ['of times that go back', { blockStateCalls: [{ blockOverrides: { time: '0x1' } }] }],
    ['of nothing', { blockStateCalls: [] }],
    ['of a block far away', { blockStateCalls: [{ blockOverrides: { number: '0x1000' } }] }],
  ])('%s', async (_, payload) => {
    const [ours, theirs] = await Promise.all([
      scene.ours('eth_simulateV1', payload, 'latest'),
      scene.theirs('eth_simulateV1', payload, 'latest'),
    ])
    expect(outcome(ours)).toEqual(outcome(theirs))
  })
})
