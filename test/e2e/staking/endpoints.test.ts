import { afterAll, beforeAll, expect, it } from 'vitest'
import { startRpcProxy } from '../../support/rpcProxy.js'
import { METIS, openStage, type Stage } from './support.js'

let stage: Stage
let owner: string
beforeAll(async () => {
  stage = await openStage()
  owner = (await stage.key('owner')).address
  await stage.key('signer')
  await stage.fund(owner, METIS, 40_000n * METIS)
  expect(await stage.run(['register', '--from', 'owner', '--signer', 'signer'])).toMatchObject({ code: 0 })
})
afterAll(() => stage?.close())

const lock = (url: string, ...args: string[]) =>
  stage.run(['lock', '20000', '--from', 'owner', '--signer', 'signer', '--rpc-url', url, ...args])

it('an endpoint that cannot simulate several calls: the first step is rehearsed, the others before they are sent', async () => {
  const unknown = { code: -32601, message: 'the method eth_simulateV1 does not exist' }
  const proxy = await startRpcProxy(stage.anvil.url, (method) => (method === 'eth_simulateV1' ? unknown : undefined))
  try {
    const dry = await lock(proxy.url, '--dry-run')
    expect(dry).toMatchObject({ code: 0, json: { rehearsal: { method: 'each', steps: [{ kind: 'approve' }] } } })
    expect(await lock(proxy.url, '--yes')).toMatchObject({ code: 0, json: { transactions: [{}, {}] } })
  } finally {
    await proxy.stop()
  }
})

it('an endpoint that refuses the transaction: exit 7 with its words, and the nonce stays free', async () => {
  const before = await stage.nonce(owner)
  const full = { code: -32000, message: 'txpool is full' }
  const proxy = await startRpcProxy(stage.anvil.url, (method) =>
    method === 'eth_sendRawTransaction' ? full : undefined,
  )
  try {
    const refused = await stage.run(['topup', '--to', '20001', '--from', 'owner', '--yes', '--rpc-url', proxy.url])
    expect(refused).toMatchObject({ code: 7, json: { error: { code: 'TX_REFUSED', message: /txpool is full/ } } })
    expect((await stage.run(['tx', 'list'])).json.transactions.at(-1)).toMatchObject({ state: 'refused' })
  } finally {
    await proxy.stop()
  }
  expect(await stage.run(['topup', '--to', '20001', '--from', 'owner', '--yes'])).toMatchObject({ code: 0 })
  expect(await stage.nonce(owner)).toBe(before + 2)
})

it('an endpoint that loses its answer: the transaction is on its way, exit 8, and resume finds it', async () => {
  let lost = false
  const proxy = await startRpcProxy(stage.anvil.url, (method) => {
    lost ||= method === 'eth_sendRawTransaction'
    return lost ? 'lose' : undefined
  })
  try {
    const unsure = await stage.run(['rewards', 'recipient', owner, '--from', 'owner', '--yes', '--rpc-url', proxy.url])
    expect(unsure).toMatchObject({ code: 8, json: { error: { code: 'TX_UNCONFIRMED', next: /tx resume/ } } })
  } finally {
    await proxy.stop()
  }
  expect(await stage.run(['tx', 'resume'])).toMatchObject({ code: 0, json: { transactions: [{ state: 'mined' }] } })
})

it('an endpoint that is gone: exit 6, and nothing was sent', async () => {
  const before = await stage.nonce(owner)
  const proxy = await startRpcProxy(stage.anvil.url, () => undefined)
  await proxy.stop()
  const gone = await stage.run(['topup', '--to', '20002', '--from', 'owner', '--yes', '--rpc-url', proxy.url])
  expect(gone).toMatchObject({ code: 6, json: { error: { code: 'RPC_UNREACHABLE' } } })
  expect(await stage.nonce(owner)).toBe(before)
})
