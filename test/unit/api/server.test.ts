import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { MetisSeqError } from '../../../src/core/errors/index.js'
import { isLoopback } from '../../../src/node/api/access.js'
import { type ApiServer, startApi } from '../../../src/node/api/index.js'
import { type ApiRig, openApi, post, rpc } from './support.js'

let rig: ApiRig
let url: string
const call = (id: unknown, method = 'eth_chainId') => ({ jsonrpc: '2.0', id, method, params: [] })

beforeAll(async () => {
  rig = await openApi({
    limits: { body: 4096, connections: 50 },
    origins: ['https://dapp.example'],
    metrics: () => [
      {
        name: 'metis_seq_head_block',
        help: 'Number of the head.',
        value: rig.engine.head().number,
        labels: { node: 'a' },
      },
    ],
    routes: {
      '/v1/status': () => ({ head: rig.engine.head().number }),
      '/v1/epochs/:id': async ({ params, query }) =>
        params.id === '7' ? { id: 7, full: query.get('full') } : undefined,
      '/v1/refused': () => {
        throw new MetisSeqError('EPOCH_MALFORMED', 'x is no epoch.', { exit: 2, next: 'Give a number.' })
      },
      '/v1/bug': () => {
        throw new Error('secret inside')
      },
    },
  })
  url = rig.api.url.rpc
})
afterAll(() => rig.close())

/** Fetch forbids to set Host and to leave out others: a request as a program sends it. */
function raw(headers: Record<string, string>, method = 'POST', body = JSON.stringify(call(1))) {
  return new Promise<number>((resolve, reject) => {
    request(url, { method, headers }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
      .on('error', reject)
      .end(method === 'POST' ? body : undefined)
  })
}

describe('JSON-RPC over HTTP', () => {
  it.each([
    ['not JSON', '{"jsonrpc', { id: null, code: -32700 }],
    ['a string', '"eth_chainId"', { id: null, code: -32600 }],
    ['no version', { id: 1, method: 'eth_chainId' }, { id: 1, code: -32600 }],
    ['a method that is no text', { jsonrpc: '2.0', id: 'x', method: 5 }, { id: 'x', code: -32600 }],
    ['an id that is an object', call({}), { id: null, code: -32600 }],
    ['an empty batch', [], { id: null, code: -32600 }],
    ['too large a batch', Array(101).fill(0), { id: null, code: -32005 }],
    ['a method that does not exist', call(9, 'eth_mine'), { id: 9, code: -32601 }],
    ['named parameters', { ...call(1), params: { a: 1 } }, { id: 1, code: -32602 }],
    ['too many parameters', { ...call(1), params: [1] }, { id: 1, code: -32602 }],
    ['deep nesting', '['.repeat(2000), { id: null, code: -32700 }],
  ])('refuses %s', async (_, body, { id, code }) => {
    const answer = await post(url, body)
    expect(answer.status).toBe(200)
    expect(answer.json()).toEqual({ jsonrpc: '2.0', id, error: { code, message: expect.any(String) } })
  })

  it('answers batches in order, each request for itself, and notifications not at all', async () => {
    const batch = [call(1), { jsonrpc: '2.0', method: 'eth_chainId' }, 1, call('b', 'nothing'), call(null)]
    const ids = (await post(url, batch))
      .json()
      .map((answer: { id: unknown; error?: { code: number } }) => [answer.id, answer.error?.code])
    expect(ids).toEqual([
      [1, undefined],
      [null, -32600],
      ['b', -32601],
      [null, undefined],
    ])
    const silent = await post(url, { jsonrpc: '2.0', method: 'eth_chainId' })
    expect([silent.status, silent.text]).toEqual([204, ''])
  })

  it.each([
    ['eth_getBalance', [], /missing value for required argument 0/],
    ['eth_getBalance', ['0x12'], /argument 0: "0x12" is not an address/],
    ['eth_getBalance', [`0x${'00'.repeat(20)}`, 'newest'], /"newest" is neither a quantity nor one of latest/],
    ['eth_getBalance', [`0x${'00'.repeat(20)}`, {}], /give either blockNumber or blockHash/],
    ['eth_getBlockByNumber', ['0x01'], /without leading zeros/],
    ['eth_getBlockByNumber', ['0x20000000000000'], /less than 2\^53/],
    ['eth_getBlockByNumber', ['latest', 'yes'], /"yes" is not true or false/],
    ['eth_getBlockByHash', ['0x00'], /is not a hash/],
    ['eth_sendRawTransaction', ['0x1'], /pairs of hexadecimal digits/],
    ['eth_getLogs', [[]], /\[\] is not an object/],
    ['eth_getStorageAt', [`0x${'00'.repeat(20)}`, `0x${'0'.repeat(65)}`], /a storage key/],
    ['eth_feeHistory', ['0x1', 'latest', [101]], /a number from 0 to 100/],
  ])('%s %j: says what is wrong', async (method, params, text) => {
    expect((await rpc(url, method, ...params)).error).toEqual({ code: -32602, message: expect.stringMatching(text) })
  })

  it('refuses bodies that are too large, of another type, or not UTF-8', async () => {
    expect((await post(url, `"${'x'.repeat(4096)}"`)).status).toBe(413)
    expect((await post(url, call(1), { 'content-type': 'text/plain' })).status).toBe(415)
    const bytes = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new Uint8Array([0x22, 0xff, 0x22]),
    }
    expect((await fetch(url, bytes)).status).toBe(400)
    expect((await fetch(url, { method: 'PUT' })).status).toBe(405)
    expect((await post(`${url}/v1/status`, call(1))).status).toBe(404)
  })
})

describe('who may ask', () => {
  it.each([
    ['evil.example', 403],
    ['localhost:1', 200],
    ['LOCALHOST', 200],
    ['127.0.0.1', 200],
    ['[::1]:80', 200],
    ['localhost.evil.example', 403],
  ])('host %s: %d', async (host, status) => {
    expect(await raw({ host, 'content-type': 'application/json' })).toBe(status)
  })

  it('pages of allowed origins alone', async () => {
    const preflight = (origin: string) => fetch(url, { method: 'OPTIONS', headers: { origin } })
    const allowed = await preflight('https://dapp.example')
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([204, 'https://dapp.example'])
    const other = await preflight('https://evil.example')
    expect([other.status, other.headers.get('access-control-allow-origin')]).toEqual([403, null])
  })

  it.each([
    [{ origin: 'https://evil.example' }, 403],
    [{ host: 'evil.example' }, 403],
  ])('a WebSocket with %j: %d', async (headers, status) => {
    const socket = new WebSocket(rig.api.url.ws, { headers })
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }]
    expect(response.statusCode).toBe(status)
    socket.on('error', () => {})
    socket.terminate()
  })
})

describe('REST, metrics, health', () => {
  const get = async (path: string) => {
    const response = await fetch(`${url}${path}`)
    return { status: response.status, body: await response.json() }
  }

  it('answers routes', async () => {
    expect(await get('/v1/status')).toEqual({ status: 200, body: { head: 0 } })
    expect(await get('/v1/epochs/7?full=1')).toEqual({ status: 200, body: { id: 7, full: '1' } })
    expect((await get('/v1/epochs/8')).status).toBe(404)
    expect((await get('/v1/epochs')).status).toBe(404)
    expect(await get('/v1/refused')).toMatchObject({
      status: 400,
      body: { error: { code: 'EPOCH_MALFORMED', exit: 2, next: 'Give a number.' } },
    })
  })

  it('tells nothing of a bug, and reports it', async () => {
    const response = await fetch(`${url}/v1/bug`)
    expect([response.status, await response.text()]).toEqual([500, 'internal error'])
    expect(rig.errors.splice(0)).toEqual([expect.objectContaining({ message: 'secret inside' })])
  })

  it('gives gauges and counted calls', async () => {
    await rpc(url, 'eth_chainId')
    await rpc(url, 'anything_else')
    const text = await (await fetch(rig.api.url.metrics)).text()
    expect(text).toContain('metis_seq_head_block{node="a"} 0')
    expect(text).toMatch(/metis_seq_rpc_calls_total\{method="eth_chainId",outcome="ok"\} \d+/)
    expect(text).toMatch(/metis_seq_rpc_calls_total\{method="unknown",outcome="error"\} \d+/)
  })

  it('is healthy unless it catches up', async () => {
    expect(await get('/health')).toMatchObject({ status: 200, body: { status: 'ok', head: { number: 0 } } })
    rig.progress.value = { startingBlock: 0, currentBlock: 5, highestBlock: 17 }
    expect((await get('/health')).status).toBe(503)
    expect((await rpc(url, 'eth_syncing')).result).toEqual({
      startingBlock: '0x0',
      currentBlock: '0x5',
      highestBlock: '0x11',
    })
    rig.progress.value = false
  })
})

describe('the port', () => {
  const start = (port: number): Promise<ApiServer> =>
    startApi({ context: rig.context, port, onError: (error) => rig.errors.push(error) })

  it('in use is a typed error that names it', async () => {
    const { port } = rig.api
    await expect(start(port)).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      exit: 6,
      message: expect.stringContaining(`${port}`),
    })
  })

  it('is free as soon as the server has closed, whatever is still connected', async () => {
    const api = await start(0)
    const socket = new WebSocket(api.url.ws)
    await once(socket, 'open')
    const idle = connect(api.port, '127.0.0.1')
    await once(idle, 'connect')
    await rpc(api.url.rpc, 'eth_chainId')
    const gone = Promise.all([once(socket, 'close'), once(idle, 'close')])
    await api.close()
    const [[code]] = await gone
    expect(code).toBe(1001)
    await (await start(api.port)).close()
  })
})

describe('traces', () => {
  const trace = async (server: ApiServer) =>
    (await rpc(server.url.rpc, 'debug_traceTransaction', `0x${'11'.repeat(32)}`)).error

  it('are answered on this machine, and not where they are turned off', async () => {
    expect(await trace(rig.api)).toEqual({ code: -32000, message: 'transaction not found' })
    const silent = await startApi({
      context: rig.context,
      port: 0,
      debug: false,
      onError: (error) => rig.errors.push(error),
    })
    expect(await trace(silent)).toMatchObject({ code: -32601 })
    await silent.close()
  })

  it.each([
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['::1', true],
    ['localhost', true],
    ['0.0.0.0', false],
    ['::', false],
    ['10.0.0.1', false],
    ['127.0.0.1.example.org', false],
  ])('are a matter of the address: %s', (host, alone) => {
    expect(isLoopback(host)).toBe(alone)
  })
})
