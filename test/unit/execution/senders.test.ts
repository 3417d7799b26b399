import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it } from 'vitest'
import {
  concatBytes,
  hexToBytes,
  keccak256,
  malformed,
  type RlpInput,
  rlpDecode,
  rlpEncode,
  rlpInteger,
} from '../../../src/core/codec/index.js'
import { engineModule } from '../../../src/engines/module.js'
import { startThread } from '../../../src/engines/thread.js'
import { EnvelopeReader } from '../../../src/node/execution/embedded/senders/envelopes.js'
import { Senders } from '../../../src/node/execution/embedded/senders/senders.js'
import { SenderThreads } from '../../../src/node/execution/embedded/senders/threads.js'
import { addressOf, CHAIN_ID, sign, wallet, wallets } from './support.js'

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

const closing: SenderThreads[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((threads) => threads.close()))
})

/** Senders with threads of their own; every message to one of them and every task done in this thread is counted. */
async function open(size = 1) {
  const module = await engineModule('evm')
  const workers: Worker[] = []
  const counts = { posted: 0, here: 0 }
  const threads = new SenderThreads(size, () => {
    const worker = startThread('node/execution/embedded/senders/worker', { workerData: module })
    const post = worker.postMessage.bind(worker)
    worker.postMessage = (...message: Parameters<Worker['postMessage']>) => {
      counts.posted += 1
      post(...message)
    }
    workers.push(worker)
    return worker
  })
  closing.push(threads)
  const reader = new EnvelopeReader(module)
  const recover = reader.recover.bind(reader)
  reader.recover = (...task) => {
    counts.here += 1
    return recover(...task)
  }
  return { senders: new Senders(reader, threads), threads, workers, counts }
}

/** As `open`, with a thread that is ready. */
async function openReady(size = 1) {
  const opened = await open(size)
  opened.threads.prepare()
  const [worker] = opened.workers
  await new Promise((resolve) => worker?.once('message', resolve))
  return opened
}

/** `count` transfers of all wallets in turn, from nonce `from` on. */
function transfers(count: number, from = 0): Promise<Uint8Array[]> {
  const many = Array.from({ length: count }, (_, i) => i)
  return Promise.all(
    many.map((i) => sign(wallet(i % wallets.length), from + Math.floor(i / wallets.length), { to: wallet(0).address })),
  )
}

const expected = (raws: readonly Uint8Array[]) =>
  raws.map((raw, i) => {
    const from = addressOf(wallet(i % wallets.length))
    return { hash: keccak256(raw), from, address: hexToBytes(from) }
  })

describe('senders', () => {
  it('are recovered here while no thread is ready, on threads then, each once', async () => {
    const { senders, counts, workers } = await open()
    const first = await transfers(20)
    expect(await senders.recover(CHAIN_ID, first)).toEqual(expected(first))
    expect(counts).toEqual({ posted: 0, here: 2 })
    await new Promise((resolve) => workers[0]?.once('message', resolve))
    const second = await transfers(150, 10)
    expect(await senders.recover(CHAIN_ID, [...second, ...first])).toEqual([...expected(second), ...expected(first)])
    expect(counts).toEqual({ posted: 3, here: 2 })
    expect(await senders.recover(CHAIN_ID, second)).toEqual(expected(second))
    expect(counts).toEqual({ posted: 3, here: 2 })
  })

  it('of one tick go out in one message, and the same is asked once', async () => {
    const { senders, counts } = await openReady()
    const raws = await transfers(5)
    const asked = await Promise.all([...raws, ...raws].map((raw) => senders.recover(CHAIN_ID, [raw])))
    expect(asked.flat()).toEqual([...expected(raws), ...expected(raws)])
    expect(counts).toEqual({ posted: 1, here: 0 })
  })

  it('of a few are recovered here while the threads have nothing to do', async () => {
    const { senders, counts } = await openReady()
    const raws = await transfers(3)
    expect(await senders.recover(CHAIN_ID, raws)).toEqual(expected(raws))
    expect(counts).toEqual({ posted: 0, here: 1 })
  })

  it('are there at once for who asks again, and for who can not wait', async () => {
    const { senders, counts } = await open()
    const raws = await transfers(1)
    const [raw = new Uint8Array(0)] = raws
    expect(senders.recoverNow(CHAIN_ID, raw)).toEqual(expected(raws)[0])
    expect(senders.recoverNow(CHAIN_ID, raw)).toEqual(expected(raws)[0])
    expect(await senders.recover(CHAIN_ID, raws)).toEqual(expected(raws))
    expect(counts).toEqual({ posted: 0, here: 1 })
    expect(senders.hashOf(CHAIN_ID, raw)).toBe(keccak256(raw))
  })
})

/** A transfer with another signature than its own. */
async function signedWith(change: (own: { y: bigint; r: bigint; s: bigint }) => RlpInput[]): Promise<Uint8Array> {
  const raw = await sign(wallet(0), 0, { to: wallet(1).address })
  const fields = rlpDecode(raw.subarray(1))
  if (!Array.isArray(fields)) throw new Error('it is a list')
  const [y = 0n, r = 0n, s = 0n] = fields.slice(-3).map((each) => rlpInteger(each, 'a number', malformed('TEST', 'it')))
  return concatBytes(Uint8Array.of(2), rlpEncode([...fields.slice(0, -3), ...change({ y, r, s })]))
}

describe('an envelope without a sender', () => {
  it.each<[string, () => Promise<Uint8Array>, RegExp]>([
    ['for another chain', () => sign(wallet(0), 0, { chainId: 1, to: wallet(1).address }), /chain id is 1/],
    ['whose s is high', () => signedWith(({ y, r, s }) => [1n - y, r, ORDER - s]), /above half the order/],
    ['whose r is 0', () => signedWith(({ y, s }) => [y, 0n, s]), /no key can have made its signature/],
    ['whose s is 0', () => signedWith(({ y, r }) => [y, r, 0n]), /no key can have made its signature/],
    ['whose r is the order', () => signedWith(({ y, s }) => [y, ORDER, s]), /no key can have made its signature/],
    ['whose r is on no point', () => signedWith(({ y, s }) => [y, 5n, s]), /no key can have made its signature/],
    ['whose parity is 2', () => signedWith(({ r, s }) => [2n, r, s]), /./],
    ['that is cut off', async () => (await transfers(1))[0]?.subarray(0, -1) ?? new Uint8Array(0), /./],
    ['that is empty', async () => new Uint8Array(0), /./],
    ['of blobs', async () => Uint8Array.of(3, 0xc0), /type is 3/],
    ['that is too large', async () => new Uint8Array(128 * 1024 + 1).fill(2), /131073 bytes, at most 131072/],
  ])('%s has a reason, on a thread and here, and leaves others alone', async (_, make, reason) => {
    const raw = await make()
    const others = await transfers(4)
    const { senders, counts } = await openReady()
    const all = [...expected(others), { reason: expect.stringMatching(reason) }]
    expect(await senders.recover(CHAIN_ID, [...others, raw])).toEqual(all)
    expect(counts.posted).toBe(1)
    const here = await open()
    expect(await here.senders.recover(CHAIN_ID, [...others, raw])).toEqual(all)
    expect(here.senders.recoverNow(CHAIN_ID, raw)).toEqual(all[4])
  })

  it('on one chain has one on another', async () => {
    const { senders } = await open()
    const [raw = new Uint8Array(0)] = await transfers(1)
    expect(await senders.recover(1, [raw])).toEqual([{ reason: expect.stringContaining('chain id') }])
    expect(await senders.recover(CHAIN_ID, [raw])).toEqual(expected([raw]))
  })
})

describe('threads that end', () => {
  it('in the middle of their work: it is done here, and another thread takes the place', async () => {
    const { senders, threads, workers, counts } = await openReady()
    const raws = await transfers(130)
    // It hears no more, and nobody knows yet.
    void workers[0]?.terminate()
    const recovery = senders.recover(CHAIN_ID, raws)
    expect(threads.busy).toBe(true)
    expect(await recovery).toEqual(expected(raws))
    expect(counts.here).toBeGreaterThan(0)
    expect(threads.prepare()).toBe(false)
    await new Promise((resolve) => workers[1]?.once('message', resolve))
    const before = counts.posted
    const more = await transfers(10, 50)
    expect(await senders.recover(CHAIN_ID, more)).toEqual(expected(more))
    expect(counts.posted).toBe(before + 1)
  })

  it('again and again before they answer are not started any more', async () => {
    const started: Worker[] = []
    const threads = new SenderThreads(1, () => {
      const worker = new Worker('throw new Error("no thread can live here")', { eval: true })
      started.push(worker)
      return worker
    })
    for (let i = 0; i < 8; i++) {
      expect(threads.prepare()).toBe(false)
      const last = started.at(-1)
      if (last?.threadId !== -1) await once(last as Worker, 'exit').catch(() => undefined)
    }
    expect(started).toHaveLength(5)
    const senders = new Senders(new EnvelopeReader(await engineModule('evm')), threads)
    const raws = await transfers(70)
    expect(await senders.recover(CHAIN_ID, raws)).toEqual(expected(raws))
  })
})

describe('a thread without work', () => {
  it('does not keep the process alive', async () => {
    const script = fileURLToPath(new URL('recovering.mjs', import.meta.url))
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
    expect([output.trim(), code]).toEqual(['1', 0])
  })
})
