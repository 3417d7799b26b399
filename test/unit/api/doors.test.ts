import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { methods } from '../../../src/node/api/rpc/methods.js'
import { Subscriptions } from '../../../src/node/api/rpc/subscriptions.js'
import { type ApiRig, openApi, rpc } from './support.js'

let rig: ApiRig
beforeAll(async () => {
  rig = await openApi({ routes: { '/v1/status': () => ({ head: 1 }), '/v1/rotation': () => ({ head: 1 }) } })
})
afterAll(() => rig.close())

/** Every method that there may be: each reads, or takes a transaction that is signed already. */
const READS = [
  'debug_traceBlockByHash',
  'debug_traceBlockByNumber',
  'debug_traceCall',
  'debug_traceTransaction',
  'eth_accounts',
  'eth_blobBaseFee',
  'eth_blockNumber',
  'eth_call',
  'eth_chainId',
  'eth_createAccessList',
  'eth_estimateGas',
  'eth_feeHistory',
  'eth_gasPrice',
  'eth_getBalance',
  'eth_getBlockByHash',
  'eth_getBlockByNumber',
  'eth_getBlockRange',
  'eth_getBlockReceipts',
  'eth_getBlockTransactionCountByHash',
  'eth_getBlockTransactionCountByNumber',
  'eth_getCode',
  'eth_getLogs',
  'eth_getProof',
  'eth_getStorageAt',
  'eth_getTransactionByBlockHashAndIndex',
  'eth_getTransactionByBlockNumberAndIndex',
  'eth_getTransactionByHash',
  'eth_getTransactionCount',
  'eth_getTransactionReceipt',
  'eth_getUncleCountByBlockHash',
  'eth_getUncleCountByBlockNumber',
  'eth_maxPriorityFeePerGas',
  'eth_sendRawTransaction',
  'eth_simulateV1',
  'eth_subscribe',
  'eth_syncing',
  'eth_unsubscribe',
  'mvm_finalizedBlockNumber',
  'net_listening',
  'net_peerCount',
  'net_version',
  'web3_clientVersion',
  'web3_sha3',
]

describe('the methods of a node', () => {
  it('are those of this list: none signs or administers', () => {
    const share = { take: () => true, give: () => undefined, release: () => undefined }
    const unused = () => undefined as never
    const socket = new Subscriptions({
      context: rig.context,
      feed: unused(),
      max: 0,
      all: share,
      pending: share,
      newId: unused,
      send: unused,
      onError: unused,
    })
    const all = [...methods({ debug: true }).keys(), ...socket.methods.keys()]
    expect([...new Set(all)].sort()).toEqual(READS)
  })

  it.each([
    'eth_sign',
    'eth_sendTransaction',
    'eth_signTransaction',
    'personal_unlockAccount',
    'admin_addPeer',
    'miner_start',
    'debug_setHead',
    'txpool_content',
    'engine_newPayloadV4',
    'anvil_setBalance',
    'evm_mine',
  ])('%s does not exist', async (name) => {
    expect((await rpc(rig.api.url.rpc, name)).error).toMatchObject({ code: -32601 })
  })

  it('debug_* is not there where the server listens on more than this machine', () => {
    expect([...methods({ debug: false }).keys()].filter((name) => name.startsWith('debug_'))).toEqual([])
  })

  it('has no account', async () => {
    expect((await rpc(rig.api.url.rpc, 'eth_accounts')).result).toEqual([])
  })
})

describe('REST', () => {
  const status = (method: string, path: string, headers: Record<string, string> = {}) =>
    new Promise<{ status: number; cors: unknown }>((resolve, reject) => {
      request(`${rig.api.url.rpc}${path}`, { method, headers }, (response) => {
        response.resume()
        resolve({ status: response.statusCode ?? 0, cors: response.headers['access-control-allow-origin'] })
      })
        .on('error', reject)
        .end()
    })

  it.each(['POST', 'PUT', 'DELETE', 'PATCH'])('changes nothing: %s is refused', async (method) => {
    for (const path of ['/v1/status', '/v1/rotation', '/metrics', '/health'])
      expect([404, 405]).toContain((await status(method, path)).status)
  })

  it.each(['/v1/status', '/v1/rotation', '/metrics', '/health'])(
    '%s: not by another name, nor for pages of others',
    async (path) => {
      expect((await status('GET', path, { host: 'evil.example' })).status).toBe(403)
      const page = await status('GET', path, { origin: 'https://evil.example' })
      expect([page.status, page.cors]).toEqual([200, undefined])
    },
  )
})

it('a node listens on this machine alone, unless it is told otherwise', () => {
  expect(rig.api.host).toBe('127.0.0.1')
  // Whoever opens a node's doors names the host: on a devnet it is this machine.
  expect(readFileSync('src/devnet/ports.ts', 'utf8')).toContain("HOST = '127.0.0.1'")
})
