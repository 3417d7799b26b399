import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { bytesToHex } from '../../../src/core/codec/index.js'
import type { Address } from '../../../src/core/types/hex.js'
import { compilePlayground } from '../execution/playground.js'
import { sign, testGenesis, wallet } from '../execution/support.js'
import { type ApiRig, openApi } from './support.js'

const PLAYGROUND: Address = `0x${'c0'.repeat(20)}`
const { abi, runtime } = compilePlayground()

interface Message {
  id?: number
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  result?: any
  error?: { code: number; message: string }
  // biome-ignore lint/suspicious/noExplicitAny: notifications of every shape
  params?: { subscription: string; result: any }
}

/** A connection whose messages are awaited one by one. */
class Client {
  readonly socket: WebSocket
  readonly #messages: Message[] = []
  readonly #waiting = new Set<() => void>()
  #id = 0

  constructor(url: string) {
    this.socket = new WebSocket(url)
    this.socket.on('message', (data) => {
      this.#messages.push(JSON.parse(String(data)))
      for (const wake of this.#waiting) wake()
      this.#waiting.clear()
    })
  }

  async #take(wanted: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const at = this.#messages.findIndex(wanted)
      const [found] = at < 0 ? [] : this.#messages.splice(at, 1)
      if (found !== undefined) return found
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve)
      })
    }
  }

  async call(method: string, ...params: unknown[]): Promise<Message> {
    const id = ++this.#id
    if (this.socket.readyState === WebSocket.CONNECTING) await once(this.socket, 'open')
    this.socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
    return this.#take((message) => message.id === id)
  }

  // biome-ignore lint/suspicious/noExplicitAny: notifications of every shape
  async next(subscription: string): Promise<any> {
    return (await this.#take(({ params }) => params?.subscription === subscription)).params?.result
  }
}

let rig: ApiRig
beforeAll(async () => {
  rig = await openApi(
    { limits: { subscriptions: 3, body: 2048 } },
    await testGenesis({ [PLAYGROUND]: { balance: '0', code: runtime } }),
  )
})
afterAll(() => rig.close())

describe('subscriptions', () => {
  it('tell of new heads, pending transactions and logs, and take logs back when blocks are orphaned', async () => {
    const client = new Client(rig.api.url.ws)
    const heads = (await client.call('eth_subscribe', 'newHeads')).result
    const hashes = (await client.call('eth_subscribe', 'newPendingTransactions')).result
    const topics = [abi.getEvent('Plain')?.topicHash]
    const logs = (await client.call('eth_subscribe', 'logs', { address: PLAYGROUND, topics })).result
    const raw = await sign(wallet(0), 0, {
      to: PLAYGROUND,
      data: abi.encodeFunctionData('log', [1]),
      gasLimit: 200_000,
    })
    const hash = (await client.call('eth_sendRawTransaction', bytesToHex(raw))).result
    expect(await client.next(hashes)).toBe(hash)
    const genesis = rig.engine.head()
    const block = await rig.seal()
    const head = await client.next(heads)
    expect(head).toMatchObject({ number: '0x1', hash: block.hash, parentHash: genesis.hash })
    expect(head.transactions).toBeUndefined()
    const log = await client.next(logs)
    expect(log).toMatchObject({ transactionHash: hash, blockHash: block.hash, removed: false })

    await rig.engine.rewind(genesis.hash)
    expect(await client.next(logs)).toEqual({ ...log, removed: true })
    rig.pool.restore([rig.engine.decodeTransaction(raw)])
    const again = await rig.seal()
    expect((await client.next(heads)).hash).toBe(again.hash)
    expect(await client.next(logs)).toMatchObject({ blockHash: again.hash, removed: false })

    expect((await client.call('eth_subscribe', 'newHeads')).error?.code).toBe(-32005)
    expect((await client.call('eth_unsubscribe', heads)).result).toBe(true)
    expect((await client.call('eth_unsubscribe', heads)).result).toBe(false)
    expect((await client.call('eth_subscribe', 'syncing')).error?.code).toBe(-32602)
    expect((await client.call('eth_blockNumber')).result).toBe('0x1')
    client.socket.close()
  })

  it('exist over WebSocket alone', async () => {
    const client = new Client(rig.api.url.ws)
    expect((await client.call('eth_subscribe', 'newPendingTransactions', 'all')).error?.code).toBe(-32602)
    client.socket.close()
  })
})

describe('a connection that misbehaves is closed', () => {
  it.each([
    ['too large a message', 'x'.repeat(2049), 1009],
    ['binary', new Uint8Array([1, 2]), 1007],
  ])('%s', async (_, message, code) => {
    const { socket } = new Client(rig.api.url.ws)
    await once(socket, 'open')
    socket.send(message)
    expect((await once(socket, 'close'))[0]).toBe(code)
  })

  it('a reader that is too slow', async () => {
    const limited = await openApi({ limits: { buffered: 64 * 1024 } })
    const { socket } = new Client(limited.api.url.ws)
    await once(socket, 'open')
    socket.pause()
    const batch = JSON.stringify(
      Array(100).fill({ jsonrpc: '2.0', id: 1, method: 'eth_getBlockByNumber', params: ['latest', true] }),
    )
    const send = (error?: Error): void => {
      if (error === undefined) socket.send(batch, send)
    }
    send()
    await once(socket, 'close')
    await limited.close()
  })

  it('an answer that is too large is refused in words, and the connection goes on', async () => {
    const limited = await openApi({ limits: { buffered: 2048 } })
    const client = new Client(limited.api.url.ws)
    expect((await client.call('eth_getBlockByNumber', 'latest', true)).error).toEqual({
      code: -32003,
      message: 'response too large',
    })
    expect((await client.call('eth_chainId')).result).toBe('0xea5f')
    client.socket.close()
    await limited.close()
  })

  it('nothing of it disturbs the server', async () => {
    const client = new Client(rig.api.url.ws)
    await once(client.socket, 'open')
    const answers = await Promise.all(Array.from({ length: 500 }, () => client.call('eth_chainId')))
    expect(answers.every(({ result }) => result === '0xea5f')).toBe(true)
    client.socket.close()
    expect(rig.errors).toEqual([])
  })
})
