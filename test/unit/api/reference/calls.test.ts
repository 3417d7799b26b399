import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Hex } from '../../../../src/core/types/hex.js'
import { findGeth } from '../../../support/geth/index.js'
import { METIS } from '../../execution/support.js'
import { encode, from, NOBODY, openScene, outcome, PLAYGROUND, runtime, type Scene, STOCKED, word } from './scene.js'

const geth = findGeth()
let scene: Scene
beforeAll(async () => {
  if (geth !== undefined) scene = await openScene(geth)
}, 120_000)
afterAll(() => scene?.close())

const quantity = (value: bigint | number): Hex => `0x${value.toString(16)}`
const same = async (method: string, ...params: unknown[]) => {
  const [ours, theirs] = await Promise.all([scene.ours(method, ...params), scene.theirs(method, ...params)])
  expect(outcome(ours)).toEqual(outcome(theirs))
}

/** Returns the words of `opcodes`, each of which puts one on the stack. */
const returns = (...opcodes: string[]): Hex => {
  const stored = opcodes.map((opcode, i) => `${opcode}60${(32 * i).toString(16).padStart(2, '0')}52`).join('')
  return `0x${stored}60${(32 * opcodes.length).toString(16).padStart(2, '0')}6000f3`
}
/** NUMBER, TIMESTAMP, BASEFEE, COINBASE, PREVRANDAO, GASLIMIT, BLOBBASEFEE. */
const BLOCK = returns('43', '42', '48', '41', '44', '45', '4a')
/** BLOCKHASH of the blocks 1, 2, 3 and 4. */
const HASHES = returns('600140', '600240', '600340', '600440')
/** ORIGIN, GASPRICE, CALLER's balance, SELFBALANCE. */
const SENDER = returns('32', '3a', '3331', '47')

describe.skipIf(geth === undefined)('against geth (METIS_SEQ_TEST_GETH, or geth in PATH), eth_call', () => {
  const stocked = { to: STOCKED, data: encode('counter') }
  const code = (bytes: Hex) => ({ [NOBODY]: { code: bytes } })
  const at = { to: NOBODY }
  const me = from(0)
  it.each<[string, unknown[]]>([
    ['of a view', [stocked, 'latest']],
    ['in an old block', [{ to: PLAYGROUND, data: encode('counter') }, '0x1']],
    ['that reverts with an error of its own', [{ to: PLAYGROUND, data: encode('refuse', 3) }, 'latest']],
    ['that runs out of gas', [{ to: PLAYGROUND, data: encode('spin', 1000), gas: '0x7530' }, 'latest']],
    ['with too little gas to begin', [{ to: PLAYGROUND, gas: '0x5207' }, 'latest']],
    ['with more value than there is', [{ from: me, to: NOBODY, value: quantity(10n ** 30n) }, 'latest']],
    ['at a price', [{ from: me, ...at, gasPrice: quantity(2n * 10n ** 9n) }, 'latest', code(SENDER)]],
    [
      'at a price below the base fee',
      [{ from: me, ...at, maxFeePerGas: '0x1', maxPriorityFeePerGas: '0x0' }, 'latest'],
    ],
    ['of who sends it', [{ from: me, ...at, value: '0x7' }, 'latest', code(SENDER)]],
    ['of the block', [at, 'latest', code(BLOCK)]],
    ['of the block at a price', [{ from: me, ...at, gasPrice: quantity(2n * 10n ** 9n) }, 'latest', code(BLOCK)]],
    ['of block hashes', [at, 'latest', code(HASHES)]],
    [
      'of another block',
      [
        at,
        'latest',
        code(BLOCK),
        {
          number: '0x64',
          time: '0x7fffffff',
          gasLimit: '0x5f5e100',
          feeRecipient: me,
          prevRandao: word(9),
          baseFeePerGas: '0x5',
          blobBaseFee: '0x6',
        },
      ],
    ],
    [
      'with a balance',
      [{ from: NOBODY, to: me, value: quantity(METIS) }, 'latest', { [NOBODY]: { balance: quantity(2n * METIS) } }],
    ],
    ['with slots of one account', [stocked, 'latest', { [STOCKED]: { stateDiff: { [word(2)]: word(5) } } }]],
    ['with other slots changed', [stocked, 'latest', { [STOCKED]: { stateDiff: { [word(3)]: word(5) } } }]],
    ['with a whole storage', [stocked, 'latest', { [STOCKED]: { state: { [word(9)]: word(5) } } }]],
    [
      'with the code of another',
      [
        { to: NOBODY, data: encode('counter') },
        'latest',
        { [NOBODY]: { code: runtime, state: { [word(2)]: word(77) } } },
      ],
    ],
    [
      'with a precompile moved',
      [{ to: NOBODY, data: '0x1234' }, 'latest', { [`0x${'0'.repeat(39)}4`]: { movePrecompileToAddress: NOBODY } }],
    ],
    [
      'with a precompile replaced',
      [{ to: `0x${'0'.repeat(39)}4`, data: '0x1234' }, 'latest', { [`0x${'0'.repeat(39)}4`]: { code: returns('43') } }],
    ],
    ['with no precompile to move', [at, 'latest', { [NOBODY]: { movePrecompileToAddress: me } }]],
    ['of what is no instruction', [at, 'latest', code('0x0c')]],
    ['of INVALID', [at, 'latest', code('0xfe')]],
    ['of too small a stack', [at, 'latest', code('0x01')]],
    ['of a jump to nowhere', [at, 'latest', code('0x600456')]],
    ['that creates', [{ data: '0x602a60005260206000f3' }, 'latest']],
    ['that creates too large a contract', [{ data: `0x${'00'.repeat(49_153)}` }, 'latest']],
    ['with an access list', [{ ...stocked, accessList: [{ address: STOCKED, storageKeys: [word(2)] }] }, 'latest']],
    ['of a block that is not there', [stocked, '0x63']],
  ])('%s', (_, params) => same('eth_call', ...params))

  it('sees the hash of the block it runs on from the one after (geth does in debug_traceCall alone)', async () => {
    const { result } = await scene.ours('eth_call', at, 'latest', code(HASHES), { number: '0x4' })
    expect(result).toBe(`0x${scene.blocks.map(({ hash }) => hash.slice(2)).join('')}${word(0).slice(2)}`)
  })

  it.each<[string, unknown[]]>([
    ['of a transfer', [{ from: me, to: NOBODY, value: '0x1' }]],
    ['of a storage write', [{ from: me, to: PLAYGROUND, data: encode('set', 40, 1) }]],
    ['of a storage cleared', [{ from: me, to: PLAYGROUND, data: encode('clear', 1, 2) }]],
    ['of calls within', [{ from: me, to: PLAYGROUND, data: encode('tryRefuse', 8) }]],
    ['of logs', [{ from: me, to: PLAYGROUND, data: encode('log', 5) }, 'latest']],
    ['of a creation', [{ from: me, data: runtime.replace('0x', '0x600a600c600039600a6000f3') }, 'latest']],
    [
      'with an override',
      [
        { from: NOBODY, to: PLAYGROUND, value: '0x5', data: encode('set', 1, 1) },
        'latest',
        { [NOBODY]: { balance: '0x5' } },
      ],
    ],
    ['at a price', [{ from: me, to: PLAYGROUND, data: encode('set', 40, 1), gasPrice: quantity(2n * 10n ** 9n) }]],
    ['that reverts', [{ from: me, to: PLAYGROUND, data: encode('refuse', 3) }]],
    ['that never has enough', [{ from: me, to: PLAYGROUND, data: encode('spin', 10 ** 9), gas: '0x30d40' }]],
    ['without funds', [{ from: NOBODY, to: me, value: '0x1' }]],
    ['without funds at a price', [{ from: NOBODY, to: me, value: '0x1', gasPrice: quantity(2n * 10n ** 9n) }]],
  ])('eth_estimateGas %s', (_, params) => same('eth_estimateGas', ...params))

  it.each<[string, unknown[]]>([
    ['of a transfer', [{ from: me, to: NOBODY, value: '0x1' }, 'latest']],
    ['of a write', [{ from: me, to: PLAYGROUND, data: encode('set', 40, 1) }, 'latest']],
    ['of a token', [{ from: me, to: PLAYGROUND, data: encode('transfer', STOCKED, 1) }, 'latest']],
    ['of one that reverts', [{ from: me, to: PLAYGROUND, data: encode('tryRefuse', 5) }, 'latest']],
    [
      'with overrides',
      [{ from: me, to: NOBODY, data: encode('set', 1, 1) }, 'latest', { [NOBODY]: { code: runtime } }],
    ],
  ])('eth_createAccessList %s', (_, params) => same('eth_createAccessList', ...params))

  it.each<[string, unknown[]]>([
    ['an account with slots', [STOCKED, [word(2), word(7), word(8), '0x2', '0x0'], 'latest']],
    ['an account without storage', [me, [word(1)], 'latest']],
    ['an old state', [PLAYGROUND, [word(2)], '0x1']],
  ])('eth_getProof of %s', (_, params) => same('eth_getProof', ...params))
})
