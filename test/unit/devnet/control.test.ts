import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { request } from 'node:http'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ControlFile, startControl } from '../../../src/devnet/control.js'
import type { DevnetDescriptor } from '../../../src/devnet/descriptor.js'
import type { DevnetNodes } from '../../../src/devnet/nodes.js'

let root: string
let file: ControlFile
let done: string[]
let control: { close(): Promise<void> }

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'control-'))
  done = []
  // What the door opens to; the nodes themselves are those of the e2e tests.
  const nodes = {
    stop: async (index: number) => void done.push(`stop ${index}`),
    start: async (index: number) => void done.push(`start ${index}`),
    refreshGroup: () => void done.push('refresh'),
  } as unknown as DevnetNodes
  const path = join(root, 'control.json')
  control = await startControl({
    file: path,
    port: await freePort(),
    nodes,
    descriptor: () => ({ l1: 1 }) as unknown as DevnetDescriptor,
  })
  file = JSON.parse(await readFile(path, 'utf8')) as ControlFile
})
afterEach(async () => {
  await control.close()
  await rm(root, { recursive: true })
})

const ask = (
  method: string,
  path: string,
  headers: Record<string, string> = { authorization: `Bearer ${file.token}` },
  body?: string | Buffer,
) =>
  new Promise<number>((resolve, reject) => {
    request(`${file.url}${path}`, { method, headers }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
      .on('error', reject)
      .end(body)
  })

describe('the door of a devnet', () => {
  it('leaves its token in a file that its owner alone may read, and listens on this machine', async () => {
    expect((await stat(join(root, 'control.json'))).mode & 0o777).toBe(0o600)
    expect(file.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(file.token).toMatch(/^[0-9a-f]{64}$/)
    expect(await ask('GET', '/info')).toBe(200)
    expect(await ask('POST', '/nodes/1/stop')).toBe(200)
    expect(await ask('POST', '/group/refresh')).toBe(200)
    expect(done).toEqual(['stop 1', 'refresh'])
  })

  it.each([
    ['none', {}],
    ['another one', { authorization: `Bearer ${'0'.repeat(64)}` }],
    ['a shorter one', { authorization: 'Bearer 0' }],
    ['a long one', { authorization: `Bearer ${'0'.repeat(8000)}` }],
    ['characters of several bytes', { authorization: `Bearer ${'\u00fc'.repeat(32)}` }],
  ])('does nothing without the token: %s', async (_, headers) => {
    for (const [method, path] of [
      ['GET', '/info'],
      ['POST', '/nodes/1/stop'],
      ['POST', '/group/refresh'],
    ] as const)
      expect(await ask(method, path, headers)).toBe(401)
    expect(done).toEqual([])
  })

  it.each([
    '/nodes/1/kill',
    '/nodes//stop',
    '/nodes/-1/stop',
    '/nodes/1e3/stop',
    '/nodes/99999/stop',
    '/nodes/../info',
    '/',
    '/info/1',
    '/group',
    '/group/refresh/1',
  ])('does nothing for %s', async (path) => {
    expect(await ask('POST', path)).toBe(404)
    expect(done).toEqual([])
  })

  it('shares no key because somebody looked', async () => {
    expect(await ask('GET', '/group/refresh')).toBe(404)
    expect(done).toEqual([])
  })

  it('takes no body, however long, and no header that is too long', async () => {
    const headers = { authorization: `Bearer ${file.token}`, 'content-length': String(5_000_000) }
    expect(await ask('GET', '/info', headers, Buffer.alloc(5_000_000))).toBe(200)
    expect(await ask('GET', '/info', { authorization: 'x'.repeat(100_000) })).toBe(431)
  })

  it('has room for 64 connections, and the next one is dropped', async () => {
    const port = Number(new URL(file.url).port)
    const sockets = Array.from({ length: 70 }, () => connect(port, '127.0.0.1').on('error', () => undefined))
    let closed = 0
    for (const socket of sockets) socket.on('close', () => closed++)
    while (closed < 6)
      await Promise.race(sockets.filter(({ destroyed }) => !destroyed).map((socket) => once(socket, 'close')))
    expect(closed).toBe(6)
    for (const socket of sockets) socket.destroy()
  })
})
