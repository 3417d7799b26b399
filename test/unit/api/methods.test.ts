import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bytesToHex, hexToBytes, keccakBytes } from '../../../src/core/codec/index.js'
import type { Address } from '../../../src/core/types/hex.js'
import { compilePlayground } from '../execution/playground.js'
import { addressOf, CHAIN_ID, GWEI, METIS, sign, testGenesis, wallet } from '../execution/support.js'
import { type ApiRig, openApi, resultOf, rpc } from './support.js'

const PLAYGROUND: Address = `0x${'c0'.repeat(20)}`
/** Reverts with Error("no"). */
const REVERTER: Address = `0x${'c1'.repeat(20)}`
const DELEGATING = wallet(5)
const AUTHORIZATION = DELEGATING.authorizeSync({ address: PLAYGROUND, chainId: CHAIN_ID, nonce: 0 })
const { abi, runtime } = compilePlayground()

let rig: ApiRig
const call = (method: string, ...params: unknown[]) => rpc(rig.api.url.rpc, method, ...params)
const result = (method: string, ...params: unknown[]) => resultOf(rig.api.url.rpc, method, ...params)

beforeAll(async () => {
  const revertData = `08c379a0${'20'.padStart(64, '0')}${'2'.padStart(64, '0')}${'6e6f'.padEnd(64, '0')}`
  // CODECOPY of what follows the 12 bytes of code, then REVERT with it.
  const size = (revertData.length / 2).toString(16).padStart(2, '0')
  const reverter = `0x60${size}600c60003960${size}6000fd${revertData}` as const
  const genesis = await testGenesis({
    [PLAYGROUND]: { balance: '0', code: runtime },
    [REVERTER]: { balance: '0', code: reverter },
  })
  rig = await openApi({}, genesis)
  const me = wallet(0)
  const data = abi.encodeFunctionData('log', [2])
  for (const raw of [
    await sign(me, 0, { to: wallet(1).address, value: METIS, type: 0 }),
    await sign(me, 1, {
      to: wallet(1).address,
      value: 1n,
      type: 1,
      gasLimit: 30_000,
      accessList: [{ address: REVERTER, storageKeys: [`0x${'00'.repeat(32)}`] }],
    }),
    await sign(me, 2, { to: PLAYGROUND, data, gasLimit: 200_000 }),
    await sign(me, 3, { type: 4, to: DELEGATING.address, gasLimit: 100_000, authorizationList: [AUTHORIZATION] }),
  ]) {
    await result('eth_sendRawTransaction', bytesToHex(raw))
  }
  await rig.seal()
  await rig.seal()
}, 60_000)
afterAll(() => rig.close())

describe('blocks', () => {
  it('have the fields that go-ethereum gives them', async () => {
    const block = await result('eth_getBlockByNumber', '0x1', false)
    expect(Object.keys(block).sort()).toEqual(
      (
        'hash parentHash sha3Uncles miner stateRoot transactionsRoot receiptsRoot logsBloom difficulty number gasLimit gasUsed timestamp ' +
        'extraData mixHash nonce baseFeePerGas withdrawalsRoot blobGasUsed excessBlobGas parentBeaconBlockRoot requestsHash size uncles ' +
        'transactions withdrawals'
      )
        .split(' ')
        .sort(),
    )
    expect(block).toMatchObject({
      number: '0x1',
      difficulty: '0x0',
      nonce: '0x0000000000000000',
      blobGasUsed: '0x0',
      excessBlobGas: '0x0',
      uncles: [],
      withdrawals: [],
      hash: rig.engine.head().parentHash,
    })
    expect(block.transactions).toHaveLength(4)
    expect(await result('eth_getBlockByHash', block.hash, false)).toEqual(block)
  })

  it('are found by tag', async () => {
    rig.tags.safe = 1
    const number = async (tag: string) => (await result('eth_getBlockByNumber', tag, false)).number
    expect(await Promise.all(['earliest', 'finalized', 'safe', 'latest', 'pending'].map(number))).toEqual([
      '0x0',
      '0x0',
      '0x1',
      '0x2',
      '0x2',
    ])
  })

  it('that do not exist are null', async () => {
    const none = `0x${'11'.repeat(32)}`
    expect(await result('eth_getBlockByNumber', '0x63', true)).toBeNull()
    expect(await result('eth_getBlockByHash', none, true)).toBeNull()
    expect(await result('eth_getBlockReceipts', none)).toBeNull()
    expect(await result('eth_getTransactionByHash', none)).toBeNull()
    expect(await result('eth_getTransactionReceipt', none)).toBeNull()
    expect(await result('eth_getTransactionByBlockNumberAndIndex', '0x1', '0x9')).toBeNull()
    expect(await result('eth_getBlockTransactionCountByNumber', '0x63')).toBeNull()
    expect((await call('eth_getBalance', PLAYGROUND, '0x63')).error).toEqual({
      code: -32000,
      message: 'header not found',
    })
  })

  it('come as a range', async () => {
    const range = await result('eth_getBlockRange', '0x0', 'latest', false)
    expect(range.map(({ number }: { number: string }) => number)).toEqual(['0x0', '0x1', '0x2'])
    expect((await call('eth_getBlockRange', '0x2', '0x1')).error?.code).toBe(-32602)
  })
})

describe('transactions', () => {
  it('of every type have their fields, the same by whatever way they are asked for', async () => {
    const { transactions } = await result('eth_getBlockByNumber', '0x1', true)
    const common = [
      'blockHash',
      'blockNumber',
      'chainId',
      'from',
      'gas',
      'gasPrice',
      'hash',
      'input',
      'nonce',
      'r',
      's',
      'to',
      'transactionIndex',
      'type',
      'v',
      'value',
    ]
    const keys = transactions.map((tx: object) =>
      Object.keys(tx)
        .filter((key) => !common.includes(key))
        .sort(),
    )
    expect(keys).toEqual([
      [],
      ['accessList', 'yParity'],
      ['accessList', 'maxFeePerGas', 'maxPriorityFeePerGas', 'yParity'],
      ['accessList', 'authorizationList', 'maxFeePerGas', 'maxPriorityFeePerGas', 'yParity'],
    ])
    expect(transactions.map(({ type }: { type: string }) => type)).toEqual(['0x0', '0x1', '0x2', '0x4'])
    for (const [i, tx] of transactions.entries()) {
      const index = `0x${i}`
      expect(await result('eth_getTransactionByHash', tx.hash)).toEqual(tx)
      expect(await result('eth_getTransactionByBlockNumberAndIndex', '0x1', index)).toEqual(tx)
      expect(await result('eth_getTransactionByBlockHashAndIndex', tx.blockHash, index)).toEqual(tx)
    }
    const { baseFee } = (await rig.engine.blockByNumber(1)) ?? { baseFee: 0n }
    expect(BigInt(transactions[2].gasPrice)).toBe(baseFee + GWEI)
  })

  it('of type 4 show who delegates to what, and the account has that code (EIP-7702)', async () => {
    const { authorizationList } = await result('eth_getTransactionByBlockNumberAndIndex', '0x1', '0x3')
    const { yParity, r, s } = AUTHORIZATION.signature
    const quantity = (value: string | bigint | number) => `0x${BigInt(value).toString(16)}`
    expect(authorizationList).toEqual([
      {
        chainId: '0xea5f',
        address: PLAYGROUND,
        nonce: '0x0',
        yParity: quantity(yParity),
        r: quantity(r),
        s: quantity(s),
      },
    ])
    expect(await result('eth_getCode', DELEGATING.address)).toBe(`0xef0100${PLAYGROUND.slice(2)}`)
    expect(await result('eth_getTransactionCount', DELEGATING.address)).toBe('0x1')
  })

  it('have receipts', async () => {
    const receipts = await result('eth_getBlockReceipts', '0x1')
    expect(receipts).toHaveLength(4)
    for (const receipt of receipts) {
      expect(await result('eth_getTransactionReceipt', receipt.transactionHash)).toEqual(receipt)
      expect(Object.keys(receipt).sort()).toEqual(
        'blockHash blockNumber contractAddress cumulativeGasUsed effectiveGasPrice from gasUsed logs logsBloom status to transactionHash transactionIndex type'.split(
          ' ',
        ),
      )
    }
    expect(receipts[2].logs[3]).toMatchObject({
      logIndex: '0x3',
      transactionIndex: '0x2',
      blockNumber: '0x1',
      removed: false,
    })
  })

  it('that wait are seen, and counted for the pending nonce', async () => {
    const hash = await result('eth_sendRawTransaction', bytesToHex(await sign(wallet(3), 0, { to: wallet(1).address })))
    expect(await result('eth_getTransactionByHash', hash)).toMatchObject({
      blockHash: null,
      blockNumber: null,
      transactionIndex: null,
    })
    expect(await result('eth_getTransactionReceipt', hash)).toBeNull()
    expect(await result('eth_getTransactionCount', wallet(3).address, 'pending')).toBe('0x1')
    expect(await result('eth_getTransactionCount', wallet(3).address, 'latest')).toBe('0x0')
    rig.pool.remove([hash])
  })

  it('that are refused carry the text that wallets know', async () => {
    const send = async (raw: Uint8Array) => (await call('eth_sendRawTransaction', bytesToHex(raw))).error
    expect(await send(await sign(wallet(0), 0, { to: PLAYGROUND }))).toMatchObject({
      code: -32000,
      message: expect.stringMatching(/^nonce too low/),
    })
    const broke = { to: PLAYGROUND, value: 10n ** 30n }
    expect((await send(await sign(wallet(4), 0, broke)))?.message).toMatch(
      /^insufficient funds for gas \* price \+ value/,
    )
    expect(await send(new Uint8Array([3, 1]))).toMatchObject({
      code: -32000,
      message: expect.stringMatching(/^invalid transaction: its type is 3/),
    })
    expect((await send(await sign(wallet(4), 0, { chainId: 1 })))?.message).toMatch(/^invalid transaction/)
  })
})

describe('state and calls', () => {
  it('read at any block', async () => {
    const of = wallet(1).address
    const before = BigInt(await result('eth_getBalance', of, 'earliest'))
    expect(BigInt(await result('eth_getBalance', of, '0x1')) - before).toBe(METIS + 1n)
    const { hash } = await result('eth_getBlockByNumber', '0x0', false)
    expect(BigInt(await result('eth_getBalance', of, { blockHash: hash, requireCanonical: true }))).toBe(before)
    expect(await result('eth_getCode', PLAYGROUND)).toBe(runtime)
    expect(await result('eth_getStorageAt', PLAYGROUND, '0x2', 'latest')).toBe(`0x${'00'.repeat(32)}`)
    expect(await result('eth_getTransactionCount', addressOf(wallet(0)))).toBe('0x4')
  })

  it('answer with what is returned, or with revert data and reason', async () => {
    const counter = abi.encodeFunctionData('counter')
    expect(BigInt(await result('eth_call', { to: PLAYGROUND, input: counter }))).toBe(0n)
    const plain = await call('eth_call', { to: REVERTER })
    expect(plain.error).toMatchObject({
      code: 3,
      message: 'execution reverted: no',
      data: expect.stringMatching(/^0x08c379a0/),
    })
    const custom = { to: PLAYGROUND, data: abi.encodeFunctionData('refuse', [7]) }
    const data = abi.encodeErrorResult('Refused', [7])
    expect((await call('eth_call', custom)).error).toEqual({ code: 3, message: 'execution reverted', data })
    expect((await call('eth_estimateGas', custom)).error).toEqual({ code: 3, message: 'execution reverted', data })
  })

  it('estimate gas', async () => {
    const from = addressOf(wallet(0))
    expect(await result('eth_estimateGas', { from, to: wallet(1).address, value: '0x1' })).toBe('0x5208')
    const accessList = [{ address: REVERTER, storageKeys: [`0x${'00'.repeat(32)}`] }]
    const listed = Number(await result('eth_estimateGas', { from, to: wallet(1).address, accessList }))
    expect(listed).toBeGreaterThanOrEqual(21_000 + 4_300)
    expect(listed).toBeLessThan(1.02 * (21_000 + 4_300))
    const huge = { gas: '0x1e8480', from, to: PLAYGROUND, data: abi.encodeFunctionData('spin', [10 ** 9]) }
    expect((await call('eth_estimateGas', huge)).error).toMatchObject({
      code: -32000,
      message: expect.stringMatching(/^gas required exceeds allowance/),
    })
  }, 60_000)

  it('refuse what they would otherwise ignore', async () => {
    const overrides = { [PLAYGROUND]: { balence: '0x1' } }
    expect((await call('eth_call', { to: PLAYGROUND }, 'latest', overrides)).error?.code).toBe(-32602)
    expect((await call('eth_call', { to: PLAYGROUND, chainId: '0x1' })).error?.code).toBe(-32602)
    expect((await call('eth_call', { to: PLAYGROUND, data: '0x01', input: '0x02' })).error?.message).toMatch(
      /not equal/,
    )
    expect((await call('eth_call', { gasPrice: '0x1', maxFeePerGas: '0x1' })).error?.message).toMatch(/both gasPrice/)
  })
})

describe('logs', () => {
  const logs = async (filter: object) => (await result('eth_getLogs', filter)).length

  it('are found by range, block, address and topics', async () => {
    const { hash } = await result('eth_getBlockByNumber', '0x1', false)
    const plain = abi.getEvent('Plain')?.topicHash ?? ''
    const from = addressOf(wallet(0)).slice(2).padStart(64, '0')
    expect(await logs({ fromBlock: '0x0', toBlock: 'latest' })).toBe(4)
    expect(await logs({ blockHash: hash, address: [PLAYGROUND] })).toBe(4)
    expect(await logs({ blockHash: hash, address: REVERTER })).toBe(0)
    expect(await logs({ fromBlock: '0x1', topics: [plain] })).toBe(2)
    expect(await logs({ fromBlock: '0x1', topics: [[plain, `0x${'11'.repeat(32)}`]] })).toBe(2)
    expect(await logs({ fromBlock: '0x1', topics: [null, `0x${from}`] })).toBe(2)
    expect(await logs({})).toBe(0)
  })

  it('are limited', async () => {
    expect((await call('eth_getLogs', { fromBlock: '0x2', toBlock: '0x1' })).error?.code).toBe(-32602)
    expect((await call('eth_getLogs', { blockHash: `0x${'11'.repeat(32)}` })).error).toEqual({
      code: -32000,
      message: 'unknown block',
    })
    expect((await call('eth_getLogs', { blockHash: `0x${'11'.repeat(32)}`, fromBlock: '0x1' })).error?.code).toBe(
      -32602,
    )
    expect((await call('eth_getLogs', { topics: [null, null, null, null, null] })).error?.code).toBe(-32602)
  })
})

describe('fees', () => {
  it('are told for the next block and for past ones', async () => {
    const history = await result('eth_feeHistory', '0x2', 'latest', [0, 50, 100])
    expect(history.oldestBlock).toBe('0x1')
    expect(history.baseFeePerGas).toHaveLength(3)
    expect(history.gasUsedRatio[1]).toBe(0)
    expect(history.reward[1]).toEqual(['0x0', '0x0', '0x0'])
    expect(BigInt(history.reward[0][0])).toBe(GWEI)
    expect(BigInt(history.baseFeePerGas[2])).toBeLessThan(BigInt(await result('eth_gasPrice')))
    expect((await call('eth_feeHistory', 2, 'latest', [50, 10])).error?.code).toBe(-32602)
  })
})

describe('the node', () => {
  it.each([
    ['eth_chainId', '0xea5f'],
    ['net_version', '59999'],
    ['net_listening', true],
    ['net_peerCount', '0x3'],
    ['eth_accounts', []],
    ['eth_syncing', false],
    ['eth_blockNumber', '0x2'],
    ['web3_clientVersion', 'metis-seq/test'],
  ])('%s', async (method, expected) => {
    expect(await result(method)).toEqual(expected)
  })

  it('hashes', async () => {
    expect(await result('web3_sha3', '0x68656c6c6f')).toBe(bytesToHex(keccakBytes(hexToBytes('0x68656c6c6f'))))
  })

  it('says where no sequencer set is', async () => {
    expect((await call('mvm_finalizedBlockNumber')).error?.message).toMatch(/^no sequencer set contract/)
  })

  it('has nothing that signs or administers', async () => {
    for (const method of [
      'eth_sign',
      'eth_sendTransaction',
      'personal_unlockAccount',
      'admin_peers',
      'debug_setHead',
      '__proto__',
      'toString',
    ]) {
      expect((await call(method)).error?.code).toBe(-32601)
    }
    expect(rig.errors).toEqual([])
  })
})
