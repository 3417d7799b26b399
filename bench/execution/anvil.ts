import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import WebSocket from 'ws'
import { bytesToHex } from '../../src/core/codec/index.js'
import type { Genesis } from '../../src/core/genesis/types.js'
import type { Block } from '../../src/core/ports/execution.js'
import { startAnvil } from '../../test/support/anvil.js'
import { CHAIN_ID } from './workload.js'

/** What anvil took, in milliseconds. It keeps nothing on disk. */
export interface AnvilTime {
  /** From the first transaction sent to the last block mined. */
  all: number
  /** In `evm_mine` alone, when senders are recovered and transactions sorted already. */
  mining: number
}

interface Answer {
  id: number
  result?: unknown
  error?: { message: string }
}

/** Anvil executes the same transactions in blocks of the same size, fed as fast as one socket takes them; by part. */
export async function anvilTimes(
  genesis: Genesis['l2'],
  warm: readonly Block[],
  parts: readonly (readonly Block[])[],
): Promise<AnvilTime[]> {
  const directory = await mkdtemp(join(tmpdir(), 'metis-anvil-'))
  const file = join(directory, 'genesis.json')
  await writeFile(file, JSON.stringify(documentOf(genesis)))
  const flags = ['--no-mining', '--order', 'fifo', '--gas-limit', String(genesis.gasLimit), '--init', file]
  const anvil = await startAnvil(flags, CHAIN_ID)
  try {
    const socket = await Socket.open(anvil.url.replace('http', 'ws'))
    await mineAll(socket, warm)
    const times: AnvilTime[] = []
    for (const blocks of parts) times.push(await mineAll(socket, blocks))
    return times
  } finally {
    await anvil.stop()
    await rm(directory, { recursive: true })
  }
}

async function mineAll(socket: Socket, blocks: readonly Block[]): Promise<AnvilTime> {
  const start = performance.now()
  let mining = 0
  for (const { transactions } of blocks) {
    await Promise.all(transactions.map((raw) => socket.request('eth_sendRawTransaction', bytesToHex(raw))))
    const before = performance.now()
    await socket.request('evm_mine')
    mining += performance.now() - before
  }
  const all = performance.now() - start
  const mined = Number(await socket.request('eth_getBlockTransactionCountByNumber', 'latest'))
  const sent = blocks.at(-1)?.transactions.length
  if (mined !== sent) throw new Error(`anvil mined ${mined} of ${sent} transactions`)
  return { all, mining }
}

function documentOf({ chainId, alloc, timestamp, gasLimit, baseFee }: Genesis['l2']): unknown {
  const quantity = (value: bigint | number | string) => `0x${BigInt(value).toString(16)}`
  const accounts = Object.entries(alloc).map(([address, account]) => [
    address,
    { ...account, balance: quantity(account.balance) },
  ])
  return {
    config: { chainId },
    timestamp: quantity(timestamp),
    gasLimit: quantity(gasLimit),
    baseFeePerGas: quantity(baseFee),
    difficulty: '0x0',
    alloc: Object.fromEntries(accounts),
  }
}

/** JSON-RPC over one WebSocket, many requests under way. */
class Socket {
  readonly #waiting = new Map<number, (answer: Answer) => void>()
  readonly #socket: WebSocket
  #id = 0

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('message', (data) => {
      const answer = JSON.parse(String(data)) as Answer
      this.#waiting.get(answer.id)?.(answer)
      this.#waiting.delete(answer.id)
    })
  }

  static async open(url: string): Promise<Socket> {
    const socket = new WebSocket(url)
    await once(socket, 'open')
    return new Socket(socket)
  }

  request(method: string, ...params: unknown[]): Promise<unknown> {
    const id = ++this.#id
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) =>
        error === undefined ? resolve(result) : reject(new Error(`anvil: ${error.message}`)),
      )
      this.#socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
    })
  }
}
