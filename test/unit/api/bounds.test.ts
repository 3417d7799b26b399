import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { setImmediate as breathe } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { Backlog } from '../../../src/node/api/backlog.js'
import { Bounds } from '../../../src/node/api/bounds.js'
import { Budget } from '../../../src/node/api/budget.js'
import { DEFAULT_API_LIMITS } from '../../../src/node/api/limits.js'
import { Pacer } from '../../../src/node/api/pacer.js'
import { type ApiRig, openApi, post } from './support.js'

let rig: ApiRig | undefined
afterEach(async () => {
  await rig?.close()
  rig = undefined
})

const request = (method: string, params: unknown[] = [], id = 1) => ({ jsonrpc: '2.0', id, method, params })
const http = (body: string) =>
  `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`

describe('turns', () => {
  it('are given one a round of the event loop, in order', async () => {
    const pacer = new Pacer()
    const order: string[] = []
    const turns = [1, 2, 3].map(async (i) => {
      await pacer.turn()
      order.push(`turn ${i}`)
    })
    for (let round = 0; round < 4; round++) {
      await breathe()
      order.push('the node')
    }
    await Promise.all(turns)
    expect(order.filter((each) => each !== 'the node')).toEqual(['turn 1', 'turn 2', 'turn 3'])
    const [first, second] = [order.indexOf('turn 1'), order.indexOf('turn 2')]
    expect(order.slice(first, second)).toContain('the node')
  })

  it('that are long are followed by a pause', async () => {
    const pacer = new Pacer()
    await pacer.turn()
    const next = pacer.turn()
    const busy = performance.now()
    while (performance.now() < busy + 40);
    const done = performance.now()
    await next
    expect(performance.now() - done).toBeGreaterThan(30)
  })

  it('are refused where too many wait', async () => {
    const pacer = new Pacer()
    const first = pacer.turn()
    const waiting = Array.from({ length: 19_999 }, () => pacer.turn())
    expect(await pacer.turn()).toBe(false)
    expect([await first, waiting.length]).toEqual([true, 19_999])
  })
})

describe('a budget', () => {
  it('is that of all shares together, and given back', () => {
    const budget = new Budget(10)
    const [a, b] = [budget.share(), budget.share()]
    expect([a.take(6), b.take(5), b.take(4), budget.held]).toEqual([true, false, true, 10])
    a.give(2)
    expect([b.take(2), b.take(1)]).toEqual([true, false])
    a.release()
    a.release()
    b.release()
    expect(budget.held).toBe(0)
  })
})

describe('answers that nobody takes', () => {
  it('cost the slowest reader its connection, and nobody else theirs', () => {
    const cut: string[] = []
    const reader = (name: string) => ({ cut: () => cut.push(name) })
    const backlog = new Backlog(100)
    const [slow, quick, large] = [reader('slow'), reader('quick'), reader('large')]
    backlog.add(slow, 60)
    const taken = backlog.add(quick, 30)
    expect([cut, backlog.bytes]).toEqual([[], 90])
    backlog.add(large, 20)
    expect([cut, backlog.bytes]).toEqual([['slow'], 50])
    taken()
    taken()
    expect(backlog.bytes).toBe(20)
    backlog.forget(large)
    backlog.forget(large)
    expect(backlog.bytes).toBe(0)
    backlog.add(large, 101)
    expect([cut, backlog.bytes]).toEqual([['slow', 'large'], 0])
  })

  it('over HTTP: the one that asks for more than all may hold is cut off', async () => {
    rig = await openApi({ limits: { backlog: 3000 } })
    const block = request('eth_getBlockByNumber', ['latest', true])
    const socket = connect(rig.api.port, '127.0.0.1')
    socket.write(http(JSON.stringify([block, block, block])))
    await once(socket.resume(), 'close')
    expect((await post(rig.api.url.rpc, block)).status).toBe(200)
  })

  it('over HTTP: are forgotten with their connection, also those that are made when it is gone', async () => {
    const bounds = new Bounds(DEFAULT_API_LIMITS)
    const responses: ServerResponse[] = []
    const server = createServer((_, response) => {
      bounds.open(response)
      responses.push(response)
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    socket.write(http('').repeat(3))
    while (responses.length < 3) await once(server, 'request')
    const [first, second, third] = responses as [ServerResponse, ServerResponse, ServerResponse]
    bounds.held(second, 20)
    expect(bounds.backlog.bytes).toBe(20)
    const gone = once(first.req.socket, 'close')
    socket.destroy()
    await gone
    expect(bounds.backlog.bytes).toBe(0)
    for (const late of [first, third]) bounds.held(late, 30)
    expect(bounds.backlog.bytes).toBe(0)
    server.close()
  })
})

describe('requests', () => {
  it('are refused with 503 while others take up what all may', async () => {
    rig = await openApi({ limits: { requests: 5000 } })
    const stalled = connect(rig.api.port, '127.0.0.1')
    await once(stalled, 'connect')
    stalled.write(http('x'.repeat(4500)).slice(0, -1))
    const body = JSON.stringify([request('eth_chainId'), ' '.repeat(900)])
    const status = async () => (await post(rig?.api.url.rpc ?? '', body)).status
    while ((await status()) !== 503);
    expect((await post(rig.api.url.rpc, body)).text).toMatch(/server busy/)
    stalled.destroy()
    while ((await status()) !== 200);
  })

  it('that are large and never end do not keep small ones out', async () => {
    rig = await openApi({ limits: { requests: 100_000 } })
    const stalled = connect(rig.api.port, '127.0.0.1')
    await once(stalled, 'connect')
    stalled.write(http('x'.repeat(90_000)).slice(0, 200))
    const large = JSON.stringify([request('eth_chainId'), ' '.repeat(80_000)])
    while ((await post(rig.api.url.rpc, large)).status !== 503);
    expect((await post(rig.api.url.rpc, request('eth_chainId'))).status).toBe(200)
    stalled.destroy()
  })

  it('of a WebSocket alike, whose connection is closed', async () => {
    rig = await openApi({ limits: { requests: 1000 } })
    const socket = new WebSocket(rig.api.url.ws)
    await once(socket, 'open')
    socket.send(JSON.stringify(request('eth_chainId', ['x'.repeat(2000)])))
    expect((await once(socket, 'close'))[0]).toBe(1013)
  })

  it('that come without waiting for an answer are bounded', async () => {
    rig = await openApi({ limits: { pipelined: 4 } })
    const few = connect(rig.api.port, '127.0.0.1')
    few.write(http(JSON.stringify(request('eth_chainId'))).repeat(4))
    let text = ''
    few.on('data', (chunk) => {
      text += chunk
    })
    while (text.split('0xea5f').length < 5) await once(few, 'data')
    few.destroy()
    const many = connect(rig.api.port, '127.0.0.1')
    many.on('error', () => undefined)
    many.write(http(JSON.stringify(request('eth_chainId'))).repeat(5))
    let answers = ''
    many.on('data', (chunk) => {
      answers += chunk
    })
    await once(many, 'close')
    expect(answers.split('0xea5f').length - 1).toBeLessThan(5)
    expect(rig.errors).toEqual([])
  })

  it('of a caller that is gone are not answered any more', async () => {
    rig = await openApi()
    const calls = Array.from({ length: 100 }, (_, id) => request('eth_chainId', [], id))
    const socket = connect(rig.api.port, '127.0.0.1')
    await once(socket, 'connect')
    const before = await answered(rig)
    socket.end(http(JSON.stringify(calls)), () => socket.destroy())
    await once(socket, 'close')
    for (let i = 0; i < 300; i++) await breathe()
    expect((await answered(rig)) - before).toBeLessThan(100)
  })
})

/** How many calls of eth_chainId the server has answered. */
async function answered({ api }: ApiRig): Promise<number> {
  const text = await (await fetch(api.url.metrics)).text()
  return Number(/rpc_calls_total\{method="eth_chainId",outcome="ok"\} (\d+)/.exec(text)?.[1] ?? 0)
}

describe('subscriptions', () => {
  const subscribed = async (socket: WebSocket, kind: string) => {
    socket.send(JSON.stringify(request('eth_subscribe', [kind])))
    const [data] = await once(socket, 'message')
    return JSON.parse(String(data)) as { result?: string; error?: { code: number; message: string } }
  }
  const opened = async () => {
    const socket = new WebSocket(rig?.api.url.ws ?? '')
    await once(socket, 'open')
    return socket
  }

  it('are bounded for all connections together, and given back with a connection', async () => {
    rig = await openApi({ limits: { allSubscriptions: 3, pendingSubscriptions: 1 } })
    const [a, b] = [await opened(), await opened()]
    expect((await subscribed(a, 'newPendingTransactions')).result).toBeDefined()
    expect((await subscribed(b, 'newPendingTransactions')).error).toMatchObject({ code: -32005 })
    expect((await subscribed(b, 'nothing')).error).toMatchObject({ code: -32602 })
    expect((await subscribed(b, 'newHeads')).result).toBeDefined()
    expect((await subscribed(b, 'logs')).result).toBeDefined()
    expect((await subscribed(b, 'logs')).error).toMatchObject({
      code: -32005,
      message: 'too many subscriptions: the node has no more to give',
    })
    a.terminate()
    let last = await subscribed(b, 'newPendingTransactions')
    while (last.error !== undefined) last = await subscribed(b, 'newPendingTransactions')
    b.terminate()
  })
})
