import { afterAll, beforeAll, expect, it } from 'vitest'
import { bytesToHex } from '../../../src/core/codec/index.js'
import type { Address, Hash } from '../../../src/core/types/hex.js'
import { Dice } from '../execution/differential/dice.js'
import { compilePlayground } from '../execution/playground.js'
import { addressOf, sign, testGenesis, wallet } from '../execution/support.js'
import { type ApiRig, openApi, post } from './support.js'

const { abi, runtime } = compilePlayground()
const PLAYGROUND: Address = `0x${'c0'.repeat(20)}`
const WORD: Hash = `0x${'2'.padStart(64, '0')}`
const ROUNDS = 600
const me = addressOf(wallet(0))

let rig: ApiRig
let hash: string
beforeAll(async () => {
  rig = await openApi({}, await testGenesis({ [PLAYGROUND]: { balance: '0', code: runtime } }))
  const data = abi.encodeFunctionData('log', [1])
  const raw = bytesToHex(await sign(wallet(0), 0, { to: PLAYGROUND, data, gasLimit: 300_000 }))
  const { json } = await post(rig.api.url.rpc, {
    jsonrpc: '2.0',
    id: 1,
    method: 'eth_sendRawTransaction',
    params: [raw],
  })
  hash = json().result
  await rig.seal()
})
afterAll(() => rig.close())

/** Calls of every kind that are answered. */
function examples(): [method: string, params: unknown[]][] {
  const request = {
    from: me,
    to: PLAYGROUND,
    gas: '0x30d40',
    maxFeePerGas: '0x77359400',
    maxPriorityFeePerGas: '0x1',
    value: '0x0',
    input: abi.encodeFunctionData('set', [1, 2]),
    nonce: '0x1',
    chainId: '0xea5f',
    type: '0x2',
    accessList: [{ address: PLAYGROUND, storageKeys: [WORD] }],
  }
  const authorization = { chainId: '0x0', address: PLAYGROUND, nonce: '0x0', yParity: '0x0', r: '0x1', s: '0x2' }
  const delegating = { ...request, type: '0x4', authorizationList: [authorization] }
  const accounts = {
    [me]: { balance: '0xde0b6b3a7640000', nonce: '0x5' },
    [PLAYGROUND]: { code: runtime, stateDiff: { [WORD]: WORD } },
  }
  const block = {
    number: '0x9',
    time: '0x7fffffff',
    gasLimit: '0x1c9c380',
    feeRecipient: me,
    prevRandao: WORD,
    baseFeePerGas: '0x7',
    blobBaseFee: '0x1',
  }
  const withdrawals = [{ index: '0x0', validatorIndex: '0x0', address: me, amount: '0x1' }]
  const tracer = { tracer: 'prestateTracer', tracerConfig: { diffMode: true }, timeout: '1s' }
  return [
    ['eth_call', [request, 'latest', accounts, block]],
    ['eth_call', [delegating, { blockNumber: '0x1' }, accounts]],
    ['eth_estimateGas', [delegating, 'latest', accounts]],
    ['eth_createAccessList', [request, '0x1', accounts]],
    ['eth_getProof', [PLAYGROUND, [WORD, '0x0'], 'latest']],
    ['eth_getLogs', [{ fromBlock: '0x0', toBlock: 'latest', address: [PLAYGROUND], topics: [[WORD], null] }]],
    ['debug_traceTransaction', [hash, { enableMemory: true, disableStack: true, limit: 5 }]],
    ['debug_traceBlockByNumber', ['0x1', tracer]],
    ['debug_traceCall', [request, 'latest', { tracer: 'callTracer', stateOverrides: accounts, blockOverrides: block }]],
    [
      'eth_simulateV1',
      [
        {
          blockStateCalls: [{ blockOverrides: { ...block, withdrawals }, stateOverrides: accounts, calls: [request] }],
          traceTransfers: true,
          validation: false,
        },
        'latest',
      ],
    ],
    ['eth_feeHistory', ['0x5', 'latest', [0, 50]]],
    ['eth_getStorageAt', [PLAYGROUND, '0x2', 'latest']],
  ]
}

const JUNK: unknown[] = [
  null,
  true,
  -1,
  0.5,
  2 ** 60,
  '',
  '0x',
  '0x0',
  '0x00',
  '0xg',
  'latest',
  'pending',
  [],
  {},
  [[]],
  { a: 1 },
]
const LARGE = [
  `0x${'f'.repeat(16)}`,
  `0x${'f'.repeat(64)}`,
  `0x1${'0'.repeat(64)}`,
  `0x${'ab'.repeat(5000)}`,
  `0x${'0'.repeat(39)}4`,
  `0x${'0'.repeat(38)}11`,
]

/** `value` with one thing in it replaced, removed, doubled or moved. */
function mutated(value: unknown, dice: Dice): unknown {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : []
  if (entries.length === 0 || dice.once(6)) return dice.pick([...JUNK, ...LARGE])
  const [key, inner] = dice.pick(entries)
  if (Array.isArray(value)) {
    if (dice.once(8)) return [...value, inner]
    if (dice.once(8)) return value.toSpliced(Number(key), 1)
    return value.with(Number(key), mutated(inner, dice))
  }
  if (dice.once(10)) return Object.fromEntries(entries.filter(([each]) => each !== key))
  if (dice.once(10)) return { ...(value as object), [String(dice.pick(LARGE))]: inner }
  return { ...(value as object), [key]: mutated(inner, dice) }
}

it('whatever is asked is answered, and never by an error of the program', async () => {
  const dice = new Dice(7)
  const calls = examples()
  const counts = { results: 0, errors: 0 }
  for (let i = 0; i < ROUNDS; i++) {
    const [method, good] = dice.pick(calls)
    const params = i < calls.length ? calls[i]?.[1] : mutated(dice.once(2) ? mutated(good, dice) : good, dice)
    const asked = i < calls.length ? calls[i]?.[0] : method
    const { json } = await post(rig.api.url.rpc, { jsonrpc: '2.0', id: i, method: asked, params })
    const { result, error } = json()
    expect({ asked, params, code: error?.code, errors: rig.errors }).not.toMatchObject({ code: -32603 })
    if (i < calls.length) expect({ asked, error }).toEqual({ asked, error: undefined })
    if (result === undefined) counts.errors++
    else counts.results++
  }
  expect(rig.errors).toEqual([])
  expect(counts.results).toBeGreaterThan(ROUNDS / 10)
  expect(counts.errors).toBeGreaterThan(ROUNDS / 10)
}, 120_000)
