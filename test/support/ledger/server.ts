import { EventEmitter, once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** What a device does with an APDU: its answer with the status word, nothing at all, or the cable is pulled. */
export type Reply = Buffer | 'silence' | 'disconnect'

/** A device behind the TCP protocol of Speculos. */
export interface LedgerServer {
  /** For `--ledger`. */
  endpoint: string
  host: string
  port: number
  /** Hexadecimal APDUs in the order in which they came. */
  received: string[]
  /** Emits `apdu` with each of them, and `closed` when a client goes. */
  events: EventEmitter
  stop(): Promise<void>
}

/**
 * Serves `answer` as Speculos does: a request is its length (4 bytes) and the APDU, an answer the length of its data
 * (4 bytes, without the status word) and data and status word.
 */
export async function serveLedger(answer: (apdu: Buffer) => Reply | Promise<Reply>): Promise<LedgerServer> {
  const received: string[] = []
  const events = new EventEmitter()
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    let buffer = Buffer.alloc(0)
    let queue = Promise.resolve()
    socket.on('error', () => {}) // a client that was killed
    socket.on('close', () => {
      sockets.delete(socket)
      events.emit('closed')
    })
    socket.on('data', (data: Buffer) => {
      buffer = Buffer.concat([buffer, data])
      while (buffer.length >= 4 && buffer.length >= 4 + buffer.readUInt32BE(0)) {
        const apdu = buffer.subarray(4, 4 + buffer.readUInt32BE(0))
        buffer = buffer.subarray(4 + apdu.length)
        queue = queue.then(() => reply(socket, Buffer.from(apdu)))
      }
    })
  })
  const reply = async (socket: Socket, apdu: Buffer): Promise<void> => {
    received.push(apdu.toString('hex'))
    events.emit('apdu', apdu)
    const given = await answer(apdu)
    if (given === 'silence') return
    if (given === 'disconnect') return void socket.end()
    const length = Buffer.alloc(4)
    length.writeUInt32BE(given.length - 2)
    socket.write(Buffer.concat([length, given]))
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `speculos://127.0.0.1:${port}`,
    host: '127.0.0.1',
    port,
    received,
    events,
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
