import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { bytesToHex, concatAll, utf8 } from '../../../../src/core/codec/index.js'
import { MetisSeqError } from '../../../../src/core/errors/index.js'
import { dispatch } from '../../../../src/node/api/rpc/dispatch.js'
import { methods } from '../../../../src/node/api/rpc/methods.js'
import { type ApiRig, openApi } from '../../../unit/api/support.js'
import { compilePlayground } from '../../../unit/execution/playground.js'
import { addressOf, CHAIN_ID, sign, testGenesis, wallet } from '../../../unit/execution/support.js'
import { bytesDecoder, type Decoder, textDecoder } from '../decoder.js'
import { hashOf, PLAYGROUND } from '../scene.js'

let rig: Promise<ApiRig> | undefined

/** A server on a real engine with a block. */
function apiRig(): Promise<ApiRig> {
  rig ??= open()
  return rig
}

export async function closeApiRig(): Promise<void> {
  await (await rig)?.close()
  rig = undefined
}

async function open(): Promise<ApiRig> {
  const { abi, runtime } = compilePlayground()
  const opened = await openApi(
    {
      routes: {
        '/v1/status': () => ({ head: 1 }),
        '/v1/epochs/:id': ({ params, query }) => ({ ...params, q: query.get('q') }),
      },
      origins: ['https://dapp.example'],
      limits: { requestTimeout: 1000, stuck: 2000, heartbeat: 500 },
    },
    await testGenesis({ [PLAYGROUND]: { balance: '0', code: runtime } }),
  )
  await opened.context.submit(
    await sign(wallet(0), 0, { to: PLAYGROUND, data: abi.encodeFunctionData('log', [1]), gasLimit: 300_000 }),
  )
  await opened.seal()
  return opened
}

const me = addressOf(wallet(0))
const word = `0x${'2'.padStart(64, '0')}`
const call = {
  from: me,
  to: PLAYGROUND,
  gas: '0x30d40',
  maxFeePerGas: '0x77359400',
  maxPriorityFeePerGas: '0x1',
  value: '0x0',
  input: '0x',
  chainId: `0x${CHAIN_ID.toString(16)}`,
  type: '0x2',
  accessList: [{ address: PLAYGROUND, storageKeys: [word] }],
}
const overrides = {
  [me]: { balance: '0xde0b6b3a7640000', nonce: '0x5' },
  [PLAYGROUND]: { code: '0x00', stateDiff: { [word]: word } },
}
const block = {
  number: '0x9',
  time: '0x7fffffff',
  gasLimit: '0x1c9c380',
  feeRecipient: me,
  prevRandao: word,
  baseFeePerGas: '0x7',
}
const tracer = { tracer: 'callTracer', tracerConfig: { withLog: true }, timeout: '500ms' }
/** Parameters with which each method answers. */
const EXAMPLES: Readonly<Record<string, readonly (readonly unknown[])[]>> = {
  web3_sha3: [['0x68656c6c6f']],
  eth_getBlockByNumber: [['latest', true], ['0x1']],
  eth_getBlockByHash: [[hashOf('x'), false]],
  eth_getBlockTransactionCountByNumber: [['0x1']],
  eth_getBlockTransactionCountByHash: [[hashOf('x')]],
  eth_getUncleCountByBlockNumber: [['0x1']],
  eth_getUncleCountByBlockHash: [[hashOf('x')]],
  eth_getBlockRange: [['0x0', '0x1', true]],
  eth_getBlockReceipts: [['0x1'], [{ blockNumber: '0x1' }]],
  eth_sendRawTransaction: [['0x02c0']],
  eth_getTransactionByHash: [[hashOf('x')]],
  eth_getTransactionByBlockNumberAndIndex: [['0x1', '0x0']],
  eth_getTransactionByBlockHashAndIndex: [[hashOf('x'), '0x0']],
  eth_getTransactionReceipt: [[hashOf('x')]],
  eth_getBalance: [
    [me, 'latest'],
    [me, { blockNumber: '0x1' }],
  ],
  eth_getCode: [[PLAYGROUND, 'safe']],
  eth_getStorageAt: [[PLAYGROUND, '0x2', 'latest']],
  eth_getTransactionCount: [[me, 'pending']],
  eth_getProof: [[PLAYGROUND, [word, '0x0'], 'latest']],
  eth_call: [[call, 'latest', overrides, block]],
  eth_estimateGas: [[call, 'latest', overrides, block]],
  eth_createAccessList: [[call, '0x1', overrides]],
  eth_simulateV1: [
    [
      { blockStateCalls: [{ blockOverrides: block, stateOverrides: overrides, calls: [call] }], traceTransfers: true },
      'latest',
    ],
  ],
  eth_feeHistory: [['0x5', 'latest', [0, 50]]],
  eth_getLogs: [[{ fromBlock: '0x0', toBlock: 'latest', address: [PLAYGROUND], topics: [[word], null] }]],
  debug_traceTransaction: [[hashOf('x'), tracer]],
  debug_traceBlockByNumber: [['0x1', { enableMemory: true, limit: 5 }]],
  debug_traceBlockByHash: [[hashOf('x'), tracer]],
  debug_traceCall: [[call, 'latest', { tracer: 'prestateTracer', stateOverrides: overrides, blockOverrides: block }]],
}

/** A request of every method. */
function requests(): string[] {
  const all = [...methods({ debug: true }).keys()].flatMap((method) =>
    (EXAMPLES[method] ?? [[]]).map((params) => ({ method, params })),
  )
  return all.map((each, id) => JSON.stringify({ jsonrpc: '2.0', id, ...each }))
}

interface Answered {
  error?: { code: number; message: string }
}

/** @throws MetisSeqError of what an answer refuses; Error of a bug in answering */
async function answered(text: string): Promise<unknown> {
  const { context, errors } = await apiRig()
  const found = await dispatch(text, {
    context,
    methods: methods({ debug: true }),
    maxBatch: 100,
    maxResponse: 25 * 1024 * 1024,
    turn: async () => true,
    onError: (error) => errors.push(error),
  })
  const [bug] = errors.splice(0)
  if (bug !== undefined) throw bug
  if (found === undefined) return undefined
  const answer = JSON.parse(found) as Answered | Answered[]
  const [failed] = (Array.isArray(answer) ? answer : [answer]).flatMap(({ error }) => error ?? [])
  if (failed?.code === -32603) throw new Error('internal error')
  if (failed !== undefined && failed.message.length > 2048)
    throw new Error(`a message of ${failed.message.length} characters`)
  if (failed !== undefined && !Array.isArray(answer)) throw new MetisSeqError('RPC_REFUSED', failed.message)
  return answer
}

/** Sends bytes on a connection of its own and gives what comes back until it ends. */
async function exchanged(bytes: Uint8Array): Promise<string> {
  const { api, errors } = await apiRig()
  const socket = connect({ port: api.port, host: '127.0.0.1', allowHalfOpen: true })
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  socket.on('error', () => socket.destroy())
  socket.end(bytes)
  const closed = once(socket, 'close')
  socket.on('end', () => socket.destroy())
  socket.setTimeout(4000, () => socket.destroy())
  await closed
  const [bug] = errors.splice(0)
  if (bug !== undefined) throw bug
  const text = Buffer.concat(chunks).toString('latin1')
  if (text !== '' && !/^HTTP\/1\.1 [1-5]\d\d /.test(text)) throw new Error(`answered ${text.slice(0, 100)}`)
  if (/^HTTP\/1\.1 500/m.test(text)) throw new Error('an internal error')
  return text
}

function head(line: string, headers: Record<string, string>, body = ''): Uint8Array {
  const lines = Object.entries({ Host: '127.0.0.1', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  return utf8(`${line} HTTP/1.1\r\n${lines.join('')}\r\n${body}`)
}

const upgrade = head('GET /', {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': createHash('sha1').update('key').digest('base64').slice(0, 22).concat('=='),
})

/** A frame of a client (RFC 6455). */
function frame(opcode: number, payload: Uint8Array, fin = true): Uint8Array {
  const mask = Uint8Array.of(1, 2, 3, 4)
  const length = payload.length < 126 ? [0x80 | payload.length] : [0xfe, payload.length >> 8, payload.length & 0xff]
  const masked = payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0))
  return concatAll([Uint8Array.of((fin ? 0x80 : 0) | opcode, ...length), mask, masked])
}

const subscribe = utf8(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_subscribe', params: ['newHeads'] }))
const query = utf8(JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'eth_getBlockByNumber', params: ['latest', true] }))
const close = frame(8, Uint8Array.of(3, 0xe8))

/** JSON-RPC, WebSocket, REST: what anybody who reaches the port may send. */
export const apiDecoders: readonly Decoder[] = [
  textDecoder({
    name: 'JSON-RPC request',
    form: 'json',
    covers: [
      'src/node/api/rpc/dispatch.ts#dispatch',
      'src/node/api/rpc/params.ts#parseParams',
      'src/node/api/body.ts#decodeUtf8',
    ],
    weight: 0.5,
    // What runs code has a limit of its own, 5 s.
    limit: 2000,
    samples: () =>
      requests().filter((each) => !/eth_sendRaw|debug_traceTransaction|debug_traceBlockByHash|mvm_/.test(each)),
    decode: answered,
  }),
  textDecoder({
    name: 'JSON-RPC transaction',
    form: 'json',
    covers: [],
    weight: 0.1,
    samples: async () => [JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] })],
    decode: async (text) => {
      const raw = bytesToHex(await sign(wallet(1), 0, { to: me, value: BigInt(text.length) }))
      return answered(
        text
          .replace('eth_chainId', 'eth_sendRawTransaction')
          .replace('[]', `["${raw}${text.length % 7 === 0 ? '' : '00'}"]`),
      ).catch(known)
    },
  }),
  textDecoder({
    name: 'JSON-RPC batch',
    form: 'json',
    covers: [],
    weight: 0.1,
    limit: 2000,
    samples: () => [`[${requests().slice(0, 12).join(',')}]`],
    decode: answered,
  }),
  bytesDecoder({
    name: 'HTTP request',
    covers: ['src/node/api/body.ts#readBody'],
    weight: 0.03,
    limit: 5000,
    samples: () => [
      head(
        'POST /',
        { 'Content-Type': 'application/json', 'Content-Length': String(query.length), Connection: 'close' },
        new TextDecoder().decode(query),
      ),
      head('GET /v1/epochs/7?q=1', { Origin: 'https://dapp.example', Connection: 'close' }),
      head('OPTIONS /', { Origin: 'https://dapp.example', Connection: 'close' }),
      head('GET /metrics', { Connection: 'close' }),
      head(
        'POST /',
        { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked', Connection: 'close' },
        '5\r\n[1,2]\r\n0\r\n\r\n',
      ),
    ],
    decode: exchanged,
  }),
  textDecoder({
    name: 'path of REST',
    form: 'text',
    covers: [],
    weight: 0.05,
    limit: 5000,
    samples: () => ['/v1/status', '/v1/epochs/7?q=1', '/health', '/metrics'],
    decode: (text) => exchanged(head(`GET ${text.replace(/[\r\n]/g, '')}`, { Connection: 'close' })),
  }),
  bytesDecoder({
    name: 'WebSocket frames',
    covers: [],
    weight: 0.03,
    limit: 5000,
    samples: () => [
      concatAll([frame(1, subscribe), frame(1, query), close]),
      concatAll([
        frame(9, Uint8Array.of(1)),
        frame(1, query.subarray(0, 10), false),
        frame(0, query.subarray(10)),
        close,
      ]),
      concatAll([frame(2, query), close]),
    ],
    decode: (bytes) => exchanged(concatAll([upgrade, bytes])),
  }),
]

/** A refusal is an answer. */
function known(error: unknown): unknown {
  if (error instanceof MetisSeqError) return error.message
  throw error
}
