import { type Contract, ContractFactory, isCallException, isError, JsonRpcProvider, WebSocketProvider } from 'ethers'
import { createPublicClient, createWalletClient, defineChain, http, parseEther } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compilePlayground } from '../execution/playground.js'
import { CHAIN_ID, METIS, wallet } from '../execution/support.js'
import { type ApiRig, openApi } from './support.js'

const { abi, creation } = compilePlayground()
let rig: ApiRig
let provider: JsonRpcProvider

beforeAll(async () => {
  rig = await openApi()
  provider = new JsonRpcProvider(rig.api.url.rpc, undefined, { cacheTimeout: -1, pollingInterval: 20 })
})
afterAll(async () => {
  provider.destroy()
  await rig.close()
})

describe('ethers', () => {
  it('sends transactions of every type and reads them back', async () => {
    const signer = wallet(0).connect(provider)
    const { gasPrice } = await provider.getFeeData()
    for (const extra of [{ type: 0, gasPrice }, { type: 1, gasPrice, accessList: [] }, { type: 2 }]) {
      const sent = await signer.sendTransaction({ to: wallet(5).address, value: METIS, ...extra })
      await rig.seal()
      const receipt = await sent.wait()
      expect(receipt).toMatchObject({ status: 1, type: extra.type, gasUsed: 21_000n })
      expect(await provider.getTransaction(sent.hash)).toMatchObject({
        hash: sent.hash,
        type: extra.type,
        value: METIS,
      })
    }
    expect((await provider.getBlock('latest', true))?.prefetchedTransactions).toHaveLength(1)
  })

  it('deploys, calls, finds logs and reads reverts', async () => {
    const signer = wallet(1).connect(provider)
    const deployment = await new ContractFactory(abi, creation, signer).deploy()
    await rig.seal()
    const contract = (await deployment.waitForDeployment()) as Contract
    const sent = await contract.getFunction('set')(1, 42)
    const logging = await contract.getFunction('log')(2)
    await rig.seal()
    await Promise.all([sent.wait(), logging.wait()])
    expect(await contract.getFunction('slots')(1)).toBe(42n)
    expect(await contract.queryFilter('Plain', 0)).toHaveLength(2)
    const error = await contract
      .getFunction('refuse')(7)
      .catch((caught: unknown) => caught)
    if (!isCallException(error as Error)) throw error
    expect(error).toMatchObject({ revert: { name: 'Refused', args: [7n] } })
  })

  it('understands why a transaction is refused', async () => {
    const signer = wallet(2).connect(provider)
    const refused = async (request: object) => signer.sendTransaction(request).catch((error: unknown) => error as Error)
    const to = wallet(5).address
    const { gasPrice } = await provider.getFeeData()
    const price = (gasPrice ?? 0n) * 2n
    await signer.sendTransaction({ to, nonce: 0, type: 0, gasPrice: price })
    const gasLimit = 21_000
    const bump = await refused({ to, value: 1, nonce: 0, type: 0, gasPrice: price + 1n, gasLimit })
    expect(isError(bump, 'REPLACEMENT_UNDERPRICED')).toBe(true)
    await rig.seal()
    expect(isError(await refused({ to, nonce: 0, gasLimit }), 'NONCE_EXPIRED')).toBe(true)
    expect(isError(await refused({ to, value: 10n ** 30n, gasLimit }), 'INSUFFICIENT_FUNDS')).toBe(true)
  })

  it('subscribes over WebSocket', async () => {
    const socket = new WebSocketProvider(rig.api.url.ws)
    const block = new Promise<number>((resolve) => void socket.once('block', resolve))
    const pending = new Promise<string>((resolve) => void socket.once('pending', resolve))
    // Subscriptions are sent in order: what is answered after them finds them made.
    await socket.getBlockNumber()
    await socket.send('eth_chainId', [])
    const sent = await wallet(3)
      .connect(socket)
      .sendTransaction({ to: wallet(5).address })
    expect(await pending).toBe(sent.hash)
    const sealed = await rig.seal()
    expect(await block).toBe(sealed.number)
    // ethers ends both subscriptions now and looks after no request that its end cancels: what is answered after them finds them over.
    for (let rounds = 0; rounds < 2; rounds++) await socket.send('eth_chainId', [])
    await socket.destroy()
  })
})

describe('viem', () => {
  it('sends, waits and reads', async () => {
    const chain = defineChain({
      id: CHAIN_ID,
      name: 'test',
      nativeCurrency: { name: 'Metis', symbol: 'METIS', decimals: 18 },
      rpcUrls: { default: { http: [rig.api.url.rpc] } },
    })
    const options = { chain, transport: http(), pollingInterval: 20, cacheTime: 0 }
    const reader = createPublicClient(options)
    const account = privateKeyToAccount(wallet(4).privateKey as `0x${string}`)
    const writer = createWalletClient({ ...options, account })
    const to = wallet(5).address as `0x${string}`
    const before = await reader.getBalance({ address: to })
    const hash = await writer.sendTransaction({ to, value: parseEther('2') })
    await rig.seal()
    expect(await reader.waitForTransactionReceipt({ hash })).toMatchObject({ status: 'success', type: 'eip1559' })
    expect((await reader.getBalance({ address: to })) - before).toBe(2n * METIS)
    expect((await reader.getBlock({ includeTransactions: true })).transactions[0]).toMatchObject({
      hash,
      from: account.address.toLowerCase(),
    })
    expect((await reader.getFeeHistory({ blockCount: 2, rewardPercentiles: [50] })).reward).toHaveLength(2)
    expect(rig.errors).toEqual([])
  })
})
