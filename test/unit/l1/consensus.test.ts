import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { waitForConsensus } from '../../../src/l1/index.js'

let server: Server | undefined
afterEach(() => void server?.close())

const signer = `0x${'11'.repeat(20)}` as const

/** A node's REST port that gives these answers in turn, the last one for ever. */
async function answering(...answers: [status: number, body: unknown][]): Promise<string> {
  let asked = 0
  server = createServer((_, response) => {
    const [status, body] = answers[Math.min(asked++, answers.length - 1)] ?? [500, '']
    response.writeHead(status).end(JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const known = (active: boolean) => ({ sequencers: [{ id: 5, address: signer, stake: '1', active, jailed: false }] })

it('waits until a node lists the sequencer as active, past other answers and dead nodes', async () => {
  const rest = await answering([503, ''], [200, { nothing: 1 }], [200, known(false)], [200, known(true)])
  expect(await waitForConsensus(['http://127.0.0.1:1', rest], signer, 20)).toMatchObject({ id: 5 })
})

it('gives up with exit 8 and the last reason', async () => {
  const rest = await answering([200, { sequencers: [] }])
  await expect(waitForConsensus([rest], signer, 0.3)).rejects.toMatchObject({ code: 'CONSENSUS_UNAWARE', exit: 8 })
})

it('ends at once when it is interrupted', async () => {
  const rest = await answering([200, { sequencers: [] }])
  await expect(waitForConsensus([rest], signer, 60, AbortSignal.timeout(100))).rejects.toThrow()
})
