import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { SEQUENCER_SET_ADDRESS, sequencerSetStorage } from '../../../src/core/genesis/sequencerSet.js'
import type { ChainReader } from '../../../src/core/ports/execution.js'
import { loadArtifact } from '../../../src/l1/artifacts.js'
import { dispatch } from '../../../src/node/api/rpc/dispatch.js'
import { methods } from '../../../src/node/api/rpc/methods.js'
import { revertReason } from '../../../src/node/api/rpc/revert.js'
import { SEQUENCER, testGenesis } from '../execution/support.js'
import { type ApiRig, openApi, rpc } from './support.js'

let rig: ApiRig
beforeAll(async () => {
  const epoch = { owner: SEQUENCER, group: SEQUENCER, firstSequencer: SEQUENCER, epochLength: 2n }
  const code = loadArtifact('MetisSequencerSet').deployedBytecode
  const account = { balance: '0', code, storage: sequencerSetStorage(epoch) }
  const genesis = await testGenesis({ [SEQUENCER_SET_ADDRESS]: account })
  rig = await openApi(
    { limits: { heartbeat: 30, connections: 8 } },
    { ...genesis, sequencerSet: SEQUENCER_SET_ADDRESS },
  )
})
afterAll(() => rig.close())

/** The same context with a chain that claims to be `height` blocks high. */
function asHigh(height: number) {
  const { chain } = rig.context
  const high = new Proxy(chain, {
    get(target, name: keyof ChainReader) {
      if (name === 'head') return () => ({ ...target.head(), number: height })
      const value = target[name]
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const onError = (error: unknown) => rig.errors.push(error)
  const options = {
    context: { ...rig.context, chain: high },
    methods: methods({ debug: true }),
    maxBatch: 100,
    maxResponse: 100,
    turn: async () => true,
    onError,
  }
  return async (request: unknown) => JSON.parse((await dispatch(JSON.stringify(request), options)) ?? 'null')
}

const request = (method: string, params: unknown[]) => ({ jsonrpc: '2.0', id: 1, method, params })

describe('limits', () => {
  it('logs of 100,000 blocks at the most', async () => {
    const call = asHigh(200_000)
    const logs = (fromBlock: string, toBlock = 'latest') => call(request('eth_getLogs', [{ fromBlock, toBlock }]))
    expect((await logs('0x186a0')).error).toMatchObject({
      code: -32005,
      message: expect.stringMatching(/max block range 100000/),
    })
    expect((await logs('0x186a1')).result).toEqual([])
    expect((await logs('0x186a1', '0xffffff')).result).toEqual([])
  })

  it('answers to a batch', async () => {
    const answers = await asHigh(0)(Array(3).fill(request('eth_getBlockByNumber', ['0x0', false])))
    expect(answers.map(({ error }: { error?: { code: number } }) => error?.code)).toEqual([undefined, -32003, -32003])
  })

  it('a batch of what takes long more narrowly', async () => {
    const trace = request('debug_traceTransaction', [`0x${'11'.repeat(32)}`])
    const light = request('eth_chainId', [])
    const most = await asHigh(0)([...Array(9).fill(trace), ...Array(10).fill(light)])
    expect(most).toHaveLength(19)
    expect(await asHigh(0)([...Array(10).fill(trace), light])).toMatchObject({
      error: { code: -32005, message: 'batch too heavy: its requests count as 101, at most 100' },
    })
  })

  it('connections, of which one more is dropped', async () => {
    const sockets = Array.from({ length: 9 }, () => connect(rig.api.port, '127.0.0.1'))
    const dropped = await Promise.race(sockets.map((socket) => once(socket, 'close').then(() => socket)))
    expect(sockets).toContain(dropped)
    const gone = sockets.filter((socket) => !socket.destroyed).map((socket) => once(socket.destroy(), 'close'))
    await Promise.all(gone)
  })

  it('peers that are gone without a word', async () => {
    const socket = new WebSocket(rig.api.url.ws, { autoPong: false })
    expect((await once(socket, 'close'))[0]).toBe(1006)
  })
})

it('mvm_finalizedBlockNumber is what the predeployed contract says', async () => {
  const finalized = async () => (await rpc(rig.api.url.rpc, 'mvm_finalizedBlockNumber')).result
  expect(await finalized()).toBe('0x0')
  await rig.seal()
  await rig.seal()
  expect(await finalized()).toBe('0x1')
  expect(rig.errors).toEqual([])
})

describe('revert reasons', () => {
  const word = (value: number) => value.toString(16).padStart(64, '0')
  it.each([
    ['assert', `0x4e487b71${word(1)}`, 'assert(false)'],
    ['an overflow', `0x4e487b71${word(17)}`, 'arithmetic underflow or overflow'],
    ['another panic', `0x4e487b71${word(0x99)}`, 'unknown panic code: 0x99'],
    ['a text', `0x08c379a0${word(32)}${word(2)}${'6e6f'.padEnd(64, '0')}`, 'no'],
    ['an offset elsewhere', `0x08c379a0${word(64)}${word(2)}`, undefined],
    ['a length past the end', `0x08c379a0${word(32)}${word(99)}00`, undefined],
    ['not UTF-8', `0x08c379a0${word(32)}${word(1)}ff`, undefined],
    ['cut off', '0x08c379a000', undefined],
    ['a custom error', `0x12345678${word(1)}`, undefined],
    ['nothing', '0x', undefined],
  ] as [string, `0x${string}`, string | undefined][])('%s', (_, data, reason) => {
    expect(revertReason(data)).toBe(reason)
  })
})
