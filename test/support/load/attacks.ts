import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as elapse } from 'node:timers/promises'
import { Wallet } from 'ethers'
import { WebSocket } from 'ws'
import { bytesToHex } from '../../../src/core/codec/index.js'
import { SEQUENCER_SET_ADDRESS } from '../../../src/core/genesis/sequencerSet.js'
import { keyOf } from '../../unit/node/network.js'
import type { Target } from './target.js'

/** What an attack saw. */
export interface Seen {
  /** Connections it opened, and those that the node ended. */
  opened: number
  ended: number
}

export interface Attack {
  name: string
  /** Goes on for `ms`, with everything `scale` times as often as in the short test. */
  run(target: Target, ms: number, scale: number): Promise<Seen>
}

/** Everything an attack opens. */
class Crowd {
  readonly seen: Seen = { opened: 0, ended: 0 }
  readonly #close: (() => void)[] = []
  over = false

  /** A bare connection; what the node sends is thrown away unless `reads` is false. */
  connection(target: Target, { reads = true } = {}): Socket {
    const socket = connect(target.port, '127.0.0.1')
    this.#count()
    if (reads) socket.resume()
    else socket.pause()
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#ended())
    this.#close.push(() => socket.destroy())
    return socket
  }

  async webSocket(target: Target): Promise<WebSocket | undefined> {
    const socket = new WebSocket(target.ws, { perMessageDeflate: false })
    this.#count()
    socket.on('error', () => socket.terminate())
    socket.on('close', () => this.#ended())
    this.#close.push(() => socket.terminate())
    await Promise.race([once(socket, 'open'), once(socket, 'close')]).catch(() => undefined)
    return socket.readyState === WebSocket.OPEN ? socket : undefined
  }

  async end(): Promise<Seen> {
    this.over = true
    for (const close of this.#close) close()
    return this.seen
  }

  #count(): void {
    this.seen.opened += 1
  }

  #ended(): void {
    if (!this.over) this.seen.ended += 1
  }
}

const call = (method: string, params: readonly unknown[] = [], id = 1) => ({ jsonrpc: '2.0', id, method, params })

function post(body: string, more = ''): string {
  return `POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${more}\r\n${body}`
}

/** The contract that every chain of ours has: kilobytes of code. */
const CONTRACT = SEQUENCER_SET_ADDRESS
/** JUMPDEST, PUSH0, JUMP: without an end. */
const LOOP = '0x5b5f56'
const SOMEBODY = `0x${'ab'.repeat(20)}`

/** Keeps `count` connections busy with `request`, whose answer is awaited before the next one. */
function flood(name: string, count: number, request: (i: number) => string): Attack {
  return {
    name,
    async run(target, ms, scale) {
      const crowd = new Crowd()
      for (let i = 0; i < count * scale; i++) {
        const text = request(i)
        const socket = crowd.connection(target)
        socket.on('connect', () => socket.write(text))
        socket.on('data', (chunk: Buffer) => {
          if (!crowd.over && /HTTP\/1\.1 \d/.test(chunk.toString('latin1', 0, 200))) socket.write(text)
        })
      }
      await elapse(ms)
      return crowd.end()
    },
  }
}

/** Opens `count` connections and lets `each` do with them what it likes. */
function crowd(
  name: string,
  count: number,
  each: (crowd: Crowd, target: Target, i: number) => void | Promise<void>,
): Attack {
  return {
    name,
    async run(target, ms, scale) {
      const all = new Crowd()
      const work = Array.from({ length: Math.ceil(count * scale) }, (_, i) => each(all, target, i))
      await Promise.race([elapse(ms), Promise.all(work).then(() => elapse(ms))])
      return all.end()
    },
  }
}

/** Until the attack is over, every `ms`. */
function again(all: Crowd, socket: Socket | WebSocket, ms: number, work: () => void): void {
  const timer = setInterval(() => {
    if (all.over || socket.listenerCount('close') === 0) clearInterval(timer)
    else work()
  }, ms)
  socket.on('close', () => clearInterval(timer))
}

/** Batches of transactions: a queue that fills, replacements that pay too little, senders that have nothing. */
async function transactions(): Promise<string[]> {
  const user = new Wallet(bytesToHex(keyOf('user').privateKey))
  const poor = Array.from({ length: 20 }, (_, i) => new Wallet(`0x${(i + 77).toString(16).padStart(64, '0')}`))
  const fields = { type: 2, chainId: 1337, to: SOMEBODY, gasLimit: 21_000n, maxPriorityFeePerGas: 1n }
  const signed = await Promise.all([
    ...Array.from({ length: 60 }, (_, nonce) =>
      user.signTransaction({ ...fields, nonce: nonce + 5, maxFeePerGas: 9n }),
    ),
    ...Array.from({ length: 100 }, (_, i) => user.signTransaction({ ...fields, nonce: 5, value: i, maxFeePerGas: 9n })),
    ...poor.map((each) => each.signTransaction({ ...fields, nonce: 0, maxFeePerGas: 10n ** 12n })),
  ])
  const calls = signed.map((raw, id) => call('eth_sendRawTransaction', [raw], id))
  return [calls.slice(0, 90), calls.slice(90)].map((part) => post(JSON.stringify(part)))
}

const BIG = JSON.stringify(Array.from({ length: 100 }, (_, id) => call('eth_getCode', [CONTRACT, 'latest'], id)))
const subscribe = (kind: string) => JSON.stringify(call('eth_subscribe', [kind]))

export const ATTACKS: readonly Attack[] = [
  crowd('connections that say nothing', 1_200, (all, target) => void all.connection(target)),
  crowd('readers that never read', 50, (all, target) => {
    const socket = all.connection(target, { reads: false })
    socket.on('connect', () => socket.write(post(BIG).repeat(20)))
  }),
  crowd('readers of a byte at a time', 50, (all, target) => {
    const socket = all.connection(target, { reads: false })
    socket.on('connect', () => socket.write(post(BIG).repeat(5)))
    again(all, socket, 50, () => socket.read(1))
  }),
  crowd('headers that never end', 300, (all, target) => {
    const socket = all.connection(target)
    socket.write('POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n')
    again(all, socket, 100, () => socket.write('X-A: b\r\n'))
  }),
  crowd('bodies that never end', 150, (all, target) => {
    const socket = all.connection(target)
    socket.write(post('x'.repeat(1_000_000)).slice(0, -1000))
    again(all, socket, 100, () => socket.write('x'))
  }),
  flood('batches', 100, () => post(BIG)),
  flood('small requests', 200, () => post(JSON.stringify(call('eth_getBlockByNumber', ['latest', true])))),
  flood('bodies that are too large', 50, () => `${post('x'.repeat(2_000_000)).slice(0, 100_000)}`),
  flood('bodies that are nested without an end', 20, () =>
    post(`{"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":${'['.repeat(400_000)}${']'.repeat(400_000)}}`),
  ),
  flood('ranges of blocks and fees', 50, () =>
    post(
      JSON.stringify([
        call('eth_getBlockRange', ['0x0', 'latest', true]),
        call('eth_feeHistory', ['0x400', 'latest', [0, 50, 100]]),
      ]),
    ),
  ),
  flood('searches of logs', 100, () =>
    post(JSON.stringify(call('eth_getLogs', [{ fromBlock: '0x0', toBlock: 'latest', topics: [null, null] }]))),
  ),
  flood('calls without an end', 50, () =>
    post(
      JSON.stringify(call('eth_call', [{ to: SOMEBODY, gas: '0x2faf080' }, 'latest', { [SOMEBODY]: { code: LOOP } }])),
    ),
  ),
  flood('traces without an end', 50, () =>
    post(
      JSON.stringify(
        call('debug_traceCall', [
          { to: SOMEBODY, gas: '0x2faf080' },
          'latest',
          { stateOverrides: { [SOMEBODY]: { code: LOOP } } },
        ]),
      ),
    ),
  ),
  flood('pages of REST and metrics', 100, () => 'GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'),
  {
    name: 'transactions of which most are refused',
    async run(target, ms, scale) {
      const texts = await transactions()
      return flood('', 20, (i) => texts[i % texts.length] ?? '').run(target, ms, scale)
    },
  },
  crowd('requests without waiting for answers', 30, (all, target) => {
    const socket = all.connection(target)
    const text = post(JSON.stringify(call('eth_blockNumber'))).repeat(30)
    again(all, socket, 5, () => socket.writableLength < 1e6 && socket.write(text))
  }),
  crowd('half-open connections', 300, (all, target, i) => {
    const socket = all.connection(target)
    socket.on('connect', () => (i % 2 === 0 ? socket.end('POST / HTTP/1.1\r\nHo') : socket.write('\x16\x03\x01\x02')))
  }),
  crowd('subscriptions that are never read', 40, async (all, target) => {
    const socket = await all.webSocket(target)
    for (let i = 0; i < 64; i++) socket?.send(subscribe(i % 2 === 0 ? 'newHeads' : 'logs'))
    socket?.pause()
  }),
  crowd('answers of a WebSocket that are never read', 30, async (all, target) => {
    const socket = await all.webSocket(target)
    if (socket === undefined) return
    socket.pause()
    again(all, socket, 10, () => socket.bufferedAmount < 1e6 && socket.send(BIG))
  }),
  crowd('pings', 30, async (all, target) => {
    const socket = await all.webSocket(target)
    if (socket === undefined) return
    socket.pause()
    again(all, socket, 5, () => {
      for (let i = 0; i < 200 && socket.bufferedAmount < 1e6; i++) socket.ping('x'.repeat(125))
    })
  }),
  crowd('frames that are none', 100, (all, target, i) => {
    const socket = all.connection(target)
    const key = 'dGhlIHNhbXBsZSBub25jZQ=='
    socket.write(
      `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    )
    // Not UTF-8; compressed although that was not agreed on; not masked; longer than is allowed.
    const frames = ['8182000000002ffe', 'c182000000002f2f', '81022f2f', '81ff7fffffffffffffff00000000']
    socket.write(Buffer.from(frames[i % frames.length] ?? '', 'hex'))
  }),
]
