import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bytesToHex } from '../../../src/core/codec/index.js'
import { MetisSeqError } from '../../../src/core/errors/index.js'
import type { Address, Hash, Hex } from '../../../src/core/types/hex.js'
import { toRpcError } from '../../../src/node/api/rpc/errors.js'
import { compilePlayground } from '../execution/playground.js'
import { addressOf, METIS, sign, testGenesis, wallet } from '../execution/support.js'
import { type ApiRig, openApi, resultOf, rpc } from './support.js'

const { abi, runtime } = compilePlayground()
const PLAYGROUND: Address = `0x${'c0'.repeat(20)}`
const NOBODY: Address = `0x${'99'.repeat(20)}`
const word = (n: number | bigint): Hash => `0x${n.toString(16).padStart(64, '0')}`
const encode = (name: string, ...args: unknown[]) => abi.encodeFunctionData(name, args) as Hex
const me = addressOf(wallet(0))

let rig: ApiRig
let hash: Hash
const call = (method: string, ...params: unknown[]) => rpc(rig.api.url.rpc, method, ...params)
const result = (method: string, ...params: unknown[]) => resultOf(rig.api.url.rpc, method, ...params)

beforeAll(async () => {
  rig = await openApi({}, await testGenesis({ [PLAYGROUND]: { balance: '0', code: runtime } }))
  for (const [nonce, data] of [encode('set', 1, 7), encode('tryRefuse', 4)].entries()) {
    hash = await result(
      'eth_sendRawTransaction',
      bytesToHex(await sign(wallet(0), nonce, { to: PLAYGROUND, data, gasLimit: 300_000 })),
    )
  }
  await rig.seal()
})
afterAll(async () => {
  expect(rig.errors).toEqual([])
  await rig.close()
})

describe('overrides', () => {
  const counter = { to: PLAYGROUND, data: encode('counter') }
  it('hold for one call', async () => {
    expect(BigInt(await result('eth_call', counter))).toBe(11n)
    const overrides = { [PLAYGROUND]: { stateDiff: { [word(2)]: word(99) } } }
    expect(BigInt(await result('eth_call', counter, 'latest', overrides))).toBe(99n)
    expect(BigInt(await result('eth_call', counter))).toBe(11n)
  })

  it('give code, money and another block', async () => {
    // NUMBER and the caller's balance.
    const code = '0x43600052333160205260406000f3'
    const state = { [NOBODY]: { code, balance: `0x${METIS.toString(16)}` } }
    const seen = await result('eth_call', { from: NOBODY, to: NOBODY }, 'latest', state, { number: '0x2a' })
    expect(seen).toBe(`0x${word(42).slice(2)}${word(METIS).slice(2)}`)
    const transfer = { from: NOBODY, to: me, value: '0x1' }
    expect(await result('eth_estimateGas', transfer, 'latest', { [NOBODY]: { balance: '0x1' } })).toBe('0x5208')
    expect((await call('eth_estimateGas', transfer)).error).toMatchObject({
      code: -32000,
      message: expect.stringMatching(/^insufficient funds/),
    })
  })

  it('that contradict each other are refused', async () => {
    const moved = { [NOBODY]: { movePrecompileToAddress: me } }
    expect((await call('eth_call', counter, 'latest', moved)).error).toEqual({
      code: -32000,
      message: `account ${NOBODY} is not a precompile`,
    })
  })
})

it('an access list names what is touched, and costs what it says', async () => {
  const request = { from: me, to: PLAYGROUND, data: encode('set', 5, 1) }
  const { accessList, gasUsed } = await result('eth_createAccessList', request)
  expect(accessList).toEqual([{ address: PLAYGROUND, storageKeys: expect.arrayContaining([word(2)]) }])
  expect(accessList[0].storageKeys).toHaveLength(2)
  const estimate = Number(await result('eth_estimateGas', { ...request, accessList }))
  expect(estimate).toBeGreaterThanOrEqual(Number(gasUsed))
  expect(estimate).toBeLessThan(1.02 * Number(gasUsed))
})

describe('traces', () => {
  const calls = { tracer: 'callTracer' }
  it('show the calls of a transaction, alone and in its block', async () => {
    const trace = await result('debug_traceTransaction', hash, calls)
    expect(trace).toMatchObject({ from: me, to: PLAYGROUND, type: 'CALL', input: encode('tryRefuse', 4) })
    expect(trace.calls).toMatchObject([{ type: 'STATICCALL', error: 'execution reverted' }])
    const block = await result('debug_traceBlockByNumber', '0x1', calls)
    expect(block).toHaveLength(2)
    expect(block[1]).toEqual({ txHash: hash, result: trace })
    expect(await result('debug_traceBlockByHash', rig.engine.head().hash, calls)).toEqual(block)
  })

  it('show each step, as few as are asked for', async () => {
    const { structLogs, gas, failed } = await result('debug_traceTransaction', hash, { limit: 3 })
    expect({ steps: structLogs.length, failed }).toEqual({ steps: 3, failed: false })
    expect(gas).toBe(Number((await result('eth_getTransactionReceipt', hash)).gasUsed))
  })

  it('show what a call would do', async () => {
    const options = { ...calls, stateOverrides: { [NOBODY]: { code: '0xfe' } } }
    expect(await result('debug_traceCall', { to: NOBODY, gas: '0x7530' }, 'latest', options)).toMatchObject({
      to: NOBODY,
      error: 'invalid opcode: INVALID',
    })
  })

  it.each([
    ['a transaction that is not there', 'debug_traceTransaction', [word(5)], -32000, 'transaction not found'],
    ['block 0', 'debug_traceBlockByNumber', ['0x0'], -32000, 'genesis is not traceable'],
    ['a block that is not there', 'debug_traceBlockByHash', [word(5)], -32000, 'block not found'],
    ['what is to come', 'debug_traceCall', [{}, 'pending'], -32602, 'tracing on top of pending is not supported'],
  ])('of %s are refused', async (_, method, params, code, message) => {
    expect((await call(method, ...params)).error).toEqual({ code, message })
  })
})

it('a trace that is too large is refused in words', async () => {
  const spin = { to: PLAYGROUND, data: encode('spin', 10 ** 9), gas: '0x2faf080' }
  expect((await call('debug_traceCall', spin, 'latest', { enableMemory: true })).error).toMatchObject({
    code: -32003,
    message: expect.stringMatching(/^response too large: the trace is too large/),
  })
})

describe('eth_simulateV1', () => {
  it('runs blocks of calls, one on the other', async () => {
    const [first, second] = await result('eth_simulateV1', {
      blockStateCalls: [
        { calls: [{ from: me, to: PLAYGROUND, data: encode('set', 8, 3) }] },
        {
          calls: [
            { to: PLAYGROUND, data: encode('slots', 8) },
            { to: PLAYGROUND, data: encode('refuse', 1) },
          ],
        },
      ],
    })
    expect([first.number, second.number, second.parentHash]).toEqual(['0x2', '0x3', first.hash])
    expect(second.calls).toMatchObject([
      { status: '0x1', returnData: word(3) },
      { status: '0x0', error: { code: 3, data: abi.encodeErrorResult('Refused', [1]) } },
    ])
  })

  it.each([
    [
      'nonces',
      {
        validation: true,
        blockStateCalls: [{ calls: [{ from: me, to: me, nonce: '0x0', maxFeePerGas: '0x4a817c800' }] }],
      },
      -38010,
    ],
    ['funds', { blockStateCalls: [{ calls: [{ from: NOBODY, to: me, value: '0x1' }] }] }, -38014],
    ['the order of blocks', { blockStateCalls: [{ blockOverrides: { number: '0x1' } }] }, -38020],
    ['the order of times', { blockStateCalls: [{ blockOverrides: { time: '0x1' } }] }, -38021],
    ['their number', { blockStateCalls: Array(257).fill({}) }, -38026],
  ])('holds to %s', async (_, payload, code) => {
    expect((await call('eth_simulateV1', payload)).error).toMatchObject({ code })
  })
})

describe('what callers are told', () => {
  it.each([
    ['EXECUTION_TIMEOUT', { reason: 'execution aborted (timeout = 5s)' }, -32000, 'execution aborted (timeout = 5s)'],
    ['READS_BUSY', {}, -32005, 'server busy: Why.'],
    ['READ_TOO_LARGE', {}, -32003, 'response too large: Why.'],
    ['STATE_PRUNED', {}, -32000, 'missing trie node: why'],
    ['BLOCK_UNKNOWN', {}, -32000, 'header not found'],
    ['CALL_INVALID', { reason: 'so' }, -32000, 'so'],
    ['SIMULATION_REFUSED', { reason: 'so', rpcCode: -38014 }, -38014, 'so'],
    ['LOG_LIMIT', {}, -32005, 'Why.'],
  ])('of %s', (code, details, rpcCode, message) => {
    expect(toRpcError(new MetisSeqError(code, 'Why.', { details }))).toMatchObject({ code: rpcCode, message })
  })

  it('of a thread that ended is nothing, while the operator is told', () => {
    expect(toRpcError(new MetisSeqError('READ_FAILED', 'Its thread ended.'))).toBeUndefined()
  })
})
