import { randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Exit, MetisSeqError, messageOf } from '../core/errors/index.js'
import { reached } from '../core/faultPoints.js'
import type { DevnetDescriptor } from './descriptor.js'
import { writeDurably } from './files.js'
import type { DevnetNodes } from './nodes.js'
import { HOST } from './ports.js'

export interface ControlOptions {
  /** Where the address and the token are left for commands in another shell. */
  file: string
  port: number
  nodes: DevnetNodes
  descriptor: () => DevnetDescriptor
}

/** What the control file says. */
export interface ControlFile {
  version: 1
  pid: number
  url: string
  token: string
}

/**
 * The door for `devnet info|nodes|stop|start` and `group refresh` from another shell: HTTP on loopback. The token in a file that only the
 * owner may read keeps other users and web pages out.
 */
export async function startControl(options: ControlOptions): Promise<{ close(): Promise<void> }> {
  const token = randomBytes(32).toString('hex')
  const server = createServer((request, response) => {
    void answer(options, token, request, response)
  })
  server.requestTimeout = 10_000
  server.maxConnections = 64
  server.listen(options.port, HOST)
  await once(server, 'listening')
  const file: ControlFile = { version: 1, pid: process.pid, url: `http://${HOST}:${options.port}`, token }
  await writeDurably(options.file, `${JSON.stringify(file)}\n`)
  reached('control.written')
  return {
    close: async () => {
      await rm(options.file, { force: true })
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function answer(options: ControlOptions, token: string, request: IncomingMessage, response: ServerResponse) {
  request.resume() // no request has a body
  try {
    if (!isAllowed(request, token)) return send(response, 401, { error: { message: 'wrong token' } })
    const [, what, index, action] = (request.url ?? '').split('/')
    if (request.method === 'GET' && what === 'info' && index === undefined)
      return send(response, 200, options.descriptor())
    if (request.method === 'POST' && what === 'group' && index === 'refresh' && action === undefined) {
      options.nodes.refreshGroup()
      return send(response, 200, options.descriptor())
    }
    if (request.method === 'POST' && what === 'nodes' && index !== undefined && /^\d{1,4}$/.test(index)) {
      if (action === 'stop') await options.nodes.stop(Number(index))
      else if (action === 'start') await options.nodes.start(Number(index))
      else return send(response, 404, { error: { message: 'no such action' } })
      return send(response, 200, options.descriptor())
    }
    send(response, 404, { error: { message: 'no such path' } })
  } catch (error) {
    send(response, 500, { error: failure(error) })
  }
}

function isAllowed(request: IncomingMessage, token: string): boolean {
  const given = Buffer.from(request.headers.authorization ?? '')
  const wanted = Buffer.from(`Bearer ${token}`)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function failure(error: unknown) {
  if (!(error instanceof MetisSeqError)) return { code: 'INTERNAL', exit: Exit.bug, message: messageOf(error) }
  const { code, exit, message, next, details } = error
  return { code, exit, message, next, details }
}
