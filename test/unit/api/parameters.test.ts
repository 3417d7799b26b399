import { describe, expect, it } from 'vitest'
import { callRequest } from '../../../src/node/api/rpc/callRequest.js'
import { RpcError } from '../../../src/node/api/rpc/errors.js'
import { blockOverrides, simulatedBlockOverrides, stateOverrides } from '../../../src/node/api/rpc/overrides.js'
import type { Parser } from '../../../src/node/api/rpc/params.js'
import { simulation } from '../../../src/node/api/rpc/simulate.js'
import { traceCallOptions, traceOptions } from '../../../src/node/api/rpc/tracing.js'

const A = `0x${'aa'.repeat(20)}`
const B = `0x${'bb'.repeat(20)}`
const WORD = `0x${'11'.repeat(32)}`
const CHAIN = 59_999
const two64 = `0x1${'0'.repeat(16)}`

/** What a parser refuses with. */
function refusal(parser: Parser<unknown>, value: unknown): { code: number; message: string } {
  try {
    parser(value, 'argument 0')
  } catch (error) {
    if (error instanceof RpcError) return error
    throw error
  }
  throw new Error(`${JSON.stringify(value)?.slice(0, 200)} was taken`)
}
const refused = (message: RegExp, code = -32602) => ({ code, message: expect.stringMatching(message) })
const authorization = { chainId: '0x0', address: A, nonce: '0x5', yParity: '0x1', r: '0x1', s: WORD }
const request: Parser<unknown> = (value, name) => callRequest(value, name).on(CHAIN)
const simulated: Parser<unknown> = (value, name) => simulation(value, name).on(CHAIN)

describe('a call', () => {
  it.each([
    ['nothing', {}, {}],
    ['nulls', { from: null, to: null, gas: null, data: null, accessList: null }, {}],
    [
      'amounts',
      { value: '0x0', gas: '0xffffffffffffffff', gasPrice: '0x7' },
      { value: 0n, gas: 2n ** 64n - 1n, gasPrice: 7n },
    ],
    ['fees', { maxFeePerGas: '0x9', maxPriorityFeePerGas: '0x9' }, { maxFeePerGas: 9n, maxPriorityFeePerGas: 9n }],
    ['capital letters', { to: A.toUpperCase().replace('0X', '0x'), data: '0xAB' }, { to: A, data: '0xab' }],
    ['both names of the data', { data: '0x01', input: '0x01' }, { data: '0x01' }],
    ['its chain', { chainId: '0xea5f', type: '0x2', nonce: '0x7' }, { type: 2, nonce: 7n }],
    [
      'an access list',
      { accessList: [{ address: A, storageKeys: [WORD] }] },
      { accessList: [{ address: A, storageKeys: [WORD] }] },
    ],
    [
      'an access list without keys',
      { accessList: [{ address: A, storageKeys: null }] },
      { accessList: [{ address: A, storageKeys: [] }] },
    ],
    ['what it does not know', { customData: { any: 1 }, kzg: null }, {}],
  ])('may have %s', (_, given, expected) => {
    expect(request(given, 'it')).toEqual(expected)
  })

  it('may have authorizations, whose parts are words', () => {
    expect(request({ authorizationList: [authorization] }, 'it')).toEqual({
      authorizationList: [{ chainId: 0n, address: A, nonce: 5n, yParity: 1, r: `0x${'1'.padStart(64, '0')}`, s: WORD }],
    })
  })

  it.each([
    ['no object', '0x', /not an object/],
    ['a list', [], /not an object/],
    ['a short address', { to: '0x12' }, /argument 0\.to: "0x12" is not an address/],
    ['a quantity with a leading zero', { value: '0x01' }, /argument 0\.value/],
    ['a number in the place of a quantity', { value: 1 }, /argument 0\.value: 1 is not a quantity/],
    ['a negative quantity', { value: '-0x1' }, /argument 0\.value/],
    ['a quantity of 257 bits', { value: `0x1${'0'.repeat(64)}` }, /argument 0\.value/],
    ['too much gas', { gas: two64 }, /argument 0\.gas: .* is not less than 2\^64/],
    ['too high a nonce', { nonce: two64 }, /argument 0\.nonce/],
    ['half a byte', { data: '0x123' }, /argument 0\.data/],
    ['another chain', { chainId: '0x1' }, /chainId: 1, this chain's is 59999/],
    ['two kinds of price', { gasPrice: '0x1', maxFeePerGas: '0x1' }, /both gasPrice/],
    [
      'a tip above the cap',
      { maxFeePerGas: '0x1', maxPriorityFeePerGas: '0x2' },
      /maxFeePerGas \(1\) < maxPriorityFeePerGas \(2\)/,
    ],
    ['data twice', { data: '0x01', input: '0x02' }, /not equal/],
    ['blobs', { blobVersionedHashes: [WORD] }, /no blob transactions/],
    ['a price of blobs', { maxFeePerBlobGas: '0x1' }, /no blob transactions/],
    ['the type of blobs', { type: '0x3' }, /only types 0, 1, 2 and 4/],
    ['an access list that is none', { accessList: {} }, /accessList: .* is not a list/],
    ['a short key', { accessList: [{ address: A, storageKeys: ['0x1'] }] }, /accessList\[0\]\.storageKeys\[0\]/],
    ['an unknown field in it', { accessList: [{ address: A, storageKeys: [], more: 1 }] }, /"more" is not supported/],
    [
      'too long an access list',
      { accessList: Array(1001).fill({ address: A, storageKeys: [] }) },
      /1001 items, at most 1000/,
    ],
    ['too many keys', { accessList: [{ address: A, storageKeys: Array(1001).fill(WORD) }] }, /1001 items/],
    ['too many authorizations', { authorizationList: Array(257).fill(authorization) }, /257 items, at most 256/],
    [
      'half an authorization',
      { authorizationList: [{ ...authorization, s: undefined }] },
      /missing value for required argument 0\.authorizationList\[0\]\.s/,
    ],
    ['a parity that is no byte', { authorizationList: [{ ...authorization, yParity: '0x100' }] }, /256 is above 255/],
  ])('is refused with %s', (_, given, message) => {
    expect(refusal(request, given)).toMatchObject(refused(message))
  })
})

describe('state overrides', () => {
  it('may name every part of an account', () => {
    const account = {
      nonce: '0x1',
      code: '0x6000',
      balance: '0xde0b6b3a7640000',
      stateDiff: { [WORD]: WORD },
      movePrecompileToAddress: B,
    }
    expect(stateOverrides({ [A]: account, [B]: {} }, 'it')).toEqual({
      [A]: { nonce: 1n, code: '0x6000', balance: 10n ** 18n, stateDiff: { [WORD]: WORD }, movePrecompileToAddress: B },
      [B]: {},
    })
  })

  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`0x${i.toString(16).padStart(40, '0')}`, {}]))
  const slots = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`0x${i.toString(16).padStart(64, '0')}`, WORD]))
  it.each([
    ['a list', [], /not an object/],
    ['no address', { '0x12': {} }, /key of argument 0/],
    ['an account twice', { [A]: {}, [A.toUpperCase().replace('0X', '0x')]: {} }, /is there twice/],
    ['an unknown field', { [A]: { balence: '0x1' } }, /"balence" is not supported/],
    ['a prototype', JSON.parse(`{"${A}":{"__proto__":{}}}`), /"__proto__" is not supported/],
    ['both kinds of storage', { [A]: { state: {}, stateDiff: {} } }, /both 'state' and 'stateDiff'/],
    ['a short slot', { [A]: { stateDiff: { '0x1': WORD } } }, /key of argument 0\.0xaa\w+\.stateDiff/],
    ['a short value', { [A]: { state: { [WORD]: '0x1' } } }, /is not a hash/],
    ['a nonce of 65 bits', { [A]: { nonce: two64 } }, /nonce/],
    ['a balance of 257 bits', { [A]: { balance: `0x1${'0'.repeat(64)}` } }, /balance/],
    ['too many accounts', many(1001), /1001 entries, at most 1000/],
    ['too many slots', { [A]: { state: slots(10_001) } }, /10001 entries, at most 10000/],
  ])('are refused with %s', (_, given, message) => {
    expect(refusal(stateOverrides, given)).toMatchObject(refused(message))
  })
})

describe('block overrides', () => {
  it('may name every part that calls see', () => {
    const given = {
      number: '0x10',
      difficulty: '0x0',
      time: '0x20',
      gasLimit: '0x30',
      feeRecipient: A,
      prevRandao: WORD,
      baseFeePerGas: '0x7',
      blobBaseFee: '0x1',
    }
    const { difficulty: _, ...rest } = given
    expect(blockOverrides(given, 'it')).toEqual({
      ...rest,
      number: 16n,
      time: 32n,
      gasLimit: 48n,
      baseFeePerGas: 7n,
      blobBaseFee: 1n,
    })
  })

  it('of simulated blocks may name withdrawals and a beacon root besides', () => {
    const withdrawal = { index: '0x1', validatorIndex: '0x2', address: A, amount: '0x3' }
    expect(simulatedBlockOverrides({ withdrawals: [withdrawal], beaconRoot: WORD }, 'it')).toEqual({
      withdrawals: [{ index: 1n, validatorIndex: 2n, address: A, amount: 3n }],
      beaconRoot: WORD,
    })
  })

  it.each([
    ['a number of 65 bits', { number: two64 }, /number/],
    ['withdrawals', { withdrawals: [] }, /"withdrawals" is not supported/],
    ['a beacon root', { beaconRoot: WORD }, /"beaconRoot" is not supported/],
    ['the old name of the fee recipient', { coinbase: A }, /"coinbase" is not supported/],
  ])('of calls are refused with %s', (_, given, message) => {
    expect(refusal(blockOverrides, given)).toMatchObject(refused(message))
  })

  it('of simulated blocks are refused with too many withdrawals', () => {
    const withdrawals = Array(257).fill({ index: '0x1', validatorIndex: '0x2', address: A, amount: '0x3' })
    expect(refusal(simulatedBlockOverrides, { withdrawals })).toMatchObject(refused(/257 items/))
  })
})

describe('the options of a trace', () => {
  it.each([
    ['nothing', {}, { timeout: undefined }],
    [
      'settings of steps',
      { enableMemory: true, disableStack: true, limit: 5 },
      { enableMemory: true, disableStack: true, limit: 5 },
    ],
    [
      'older settings',
      { disableMemory: true, disableReturnData: false },
      { enableMemory: false, enableReturnData: true },
    ],
    [
      'calls',
      { tracer: 'callTracer', tracerConfig: { onlyTopCall: true } },
      { tracer: 'callTracer', tracerConfig: { onlyTopCall: true } },
    ],
    [
      'state',
      { tracer: 'prestateTracer', tracerConfig: { diffMode: true } },
      { tracer: 'prestateTracer', tracerConfig: { diffMode: true } },
    ],
    ['no settings', { tracer: 'flatCallTracer' }, { tracer: 'flatCallTracer', tracerConfig: {} }],
    ['selectors', { tracer: '4byteTracer', tracerConfig: {} }, { tracer: '4byteTracer' }],
    ['a time', { timeout: '1m1.5s', reexec: 128 }, { timeout: 61_500 }],
    ['a short time', { timeout: '250ms' }, { timeout: 250 }],
  ])('may be %s', (_, given, expected) => {
    const parsed = traceOptions(given, 'it')
    expect(JSON.parse(JSON.stringify(parsed))).toEqual(JSON.parse(JSON.stringify(expected)))
  })

  it.each([
    ['a script', { tracer: '{result: () => 1}' }, /is none of callTracer, prestateTracer/],
    ['an unknown tracer', { tracer: 'toString' }, /"toString" is none of/],
    ['settings without a tracer', { tracerConfig: {} }, /no tracer is named/],
    [
      'settings of another tracer',
      { tracer: 'callTracer', tracerConfig: { diffMode: true } },
      /"diffMode" is not supported/,
    ],
    ['settings that are none', { tracer: 'callTracer', tracerConfig: 'all' }, /not an object/],
    ['a setting that is no flag', { enableMemory: 'yes' }, /not true or false/],
    ['a negative limit', { limit: -1 }, /not a whole number/],
    ['a time without a unit', { timeout: '5' }, /not a duration/],
    ['a negative time', { timeout: '-5s' }, /not a duration/],
    ['no time', { timeout: '' }, /not a duration/],
    ['other rules', { overrides: { pragueTime: 0 } }, /"overrides" is not supported/],
    ['a place in a block', { txIndex: '0x1' }, /"txIndex" is not supported/],
    ['overrides of state', { stateOverrides: {} }, /"stateOverrides" is not supported/],
  ])('are refused with %s', (_, given, message) => {
    expect(refusal(traceOptions, given)).toMatchObject(refused(message))
  })

  it('of a call may have overrides', () => {
    const given = {
      tracer: 'callTracer',
      stateOverrides: { [A]: { balance: '0x1' } },
      blockOverrides: { number: '0x2' },
    }
    expect(traceCallOptions(given, 'it').overrides).toEqual({ state: { [A]: { balance: 1n } }, block: { number: 2n } })
    expect(refusal(traceCallOptions, { stateOverrides: { [A]: 1 } })).toMatchObject(
      refused(/argument 0\.stateOverrides/),
    )
  })
})

describe('a simulation', () => {
  it('has blocks with calls and overrides', () => {
    const block = {
      blockOverrides: { time: '0x5' },
      stateOverrides: { [A]: { nonce: '0x1' } },
      calls: [{ to: B, gas: '0x5208' }],
    }
    expect(simulated({ blockStateCalls: [block, {}], validation: true }, 'it')).toEqual({
      blocks: [
        { blockOverrides: { time: 5n }, stateOverrides: { [A]: { nonce: 1n } }, calls: [{ to: B, gas: 21_000n }] },
        { calls: [] },
      ],
      validation: true,
      traceTransfers: false,
      returnFullTransactions: false,
    })
  })

  it.each([
    ['no blocks', { blockStateCalls: [] }, /empty input/, -32602],
    ['no list of blocks', {}, /not a list|missing/, -32602],
    ['an unknown flag', { blockStateCalls: [{}], trace: true }, /"trace" is not supported/, -32602],
    [
      'an unknown part of a block',
      { blockStateCalls: [{ transactions: [] }] },
      /"transactions" is not supported/,
      -32602,
    ],
    ['another chain', { blockStateCalls: [{ calls: [{ chainId: '0x1' }] }] }, /this chain's is 59999/, -32602],
    ['too many blocks', { blockStateCalls: Array(257).fill({}) }, /too many blocks: 257 > 256/, -38026],
    [
      'too many calls in a block',
      { blockStateCalls: [{ calls: Array(5001).fill({}) }] },
      /too many calls in block: 5001 > 5000/,
      -38026,
    ],
    [
      'too many calls',
      { blockStateCalls: Array(3).fill({ calls: Array(4000).fill({}) }) },
      /too many calls: 12000 > 10000/,
      -38026,
    ],
  ])('is refused with %s', (_, given, message, code) => {
    expect(refusal(simulated, given)).toMatchObject(refused(message, code))
  })
})
