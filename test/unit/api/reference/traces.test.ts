import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findGeth } from '../../../support/geth/index.js'
import { normal } from './normal.js'
import { encode, from, NOBODY, openScene, PLAYGROUND, type Scene, word } from './scene.js'

const geth = findGeth()
let scene: Scene
beforeAll(async () => {
  if (geth !== undefined) scene = await openScene(geth)
}, 120_000)
afterAll(() => scene?.close())

const TRACERS: [string, object][] = [
  ['calls', { tracer: 'callTracer' }],
  ['calls with logs', { tracer: 'callTracer', tracerConfig: { withLog: true } }],
  ['the top call', { tracer: 'callTracer', tracerConfig: { onlyTopCall: true } }],
  ['the state before', { tracer: 'prestateTracer' }],
  ['the state changed', { tracer: 'prestateTracer', tracerConfig: { diffMode: true } }],
  ['calls in a flat list', { tracer: 'flatCallTracer' }],
  ['selectors', { tracer: '4byteTracer' }],
  ['nothing', { tracer: 'noopTracer' }],
  ['steps', {}],
  ['steps with memory', { enableMemory: true, enableReturnData: true }],
  ['steps without stack and storage', { disableStack: true, disableStorage: true }],
]

describe.skipIf(geth === undefined)('against geth (METIS_SEQ_TEST_GETH, or geth in PATH), traces', () => {
  it.each(TRACERS)('of transactions: %s', async (_, options) => {
    for (const { transactionHashes } of scene.blocks) {
      for (const hash of transactionHashes) {
        const [ours, theirs] = await Promise.all([
          scene.ours('debug_traceTransaction', hash, options),
          scene.theirs('debug_traceTransaction', hash, options),
        ])
        expect({ hash, trace: normal(ours.result) }).toEqual({ hash, trace: normal(theirs.result) })
      }
    }
  })

  it.each(TRACERS)('of blocks: %s', async (_, options) => {
    for (const { hash, number } of scene.blocks) {
      const theirs = await scene.theirs('debug_traceBlockByHash', hash, options)
      const byHash = await scene.ours('debug_traceBlockByHash', hash, options)
      expect(normal(byHash.result)).toEqual(normal(theirs.result))
      expect((await scene.ours('debug_traceBlockByNumber', `0x${number}`, options)).result).toEqual(byHash.result)
    }
  })

  const overrides = { stateOverrides: { [NOBODY]: { code: '0x60016002016000526001601ff3', balance: '0x9' } } }
  it.each(TRACERS)('of calls: %s', async (_, options) => {
    for (const [request, more] of [
      [{ from: from(0), to: PLAYGROUND, data: encode('tryRefuse', 8) }, {}],
      [{ to: NOBODY, value: '0x0' }, overrides],
      [{ from: NOBODY, to: PLAYGROUND, value: '0x5', data: encode('set', 1, 2) }, overrides],
      [{ to: NOBODY }, { ...overrides, blockOverrides: { number: '0x50', time: '0x77777777' } }],
    ]) {
      const params = [request, 'latest', { ...options, ...more }]
      const [ours, theirs] = await Promise.all([
        scene.ours('debug_traceCall', ...params),
        scene.theirs('debug_traceCall', ...params),
      ])
      expect(normal(ours.result)).toEqual(normal(theirs.result))
    }
  })

  it('of what is not there are refused alike', async () => {
    for (const [method, ...params] of [
      ['debug_traceTransaction', word(5), {}],
      ['debug_traceBlockByNumber', '0x0', {}],
    ] as const) {
      const [ours, theirs] = await Promise.all([scene.ours(method, ...params), scene.theirs(method, ...params)])
      expect(ours.error).toEqual(theirs.error)
    }
  })
})
