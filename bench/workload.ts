import { readFileSync } from 'node:fs'
import { ContractFactory, getCreateAddress, Interface, type InterfaceAbi, Wallet } from 'ethers'
import { hexToBytes } from '../src/core/codec/index.js'
import type { Hex } from '../src/core/types/hex.js'

export const CHAIN_ID = 59_998
export const METIS = 10n ** 18n

const SENDERS = 20
const GWEI = 10n ** 9n
const fees = { type: 2, chainId: CHAIN_ID, maxFeePerGas: 1000n * GWEI, maxPriorityFeePerGas: GWEI }

export const wallets = Array.from(
  { length: SENDERS },
  (_, i) => new Wallet(`0x${(i + 101).toString(16).padStart(64, '0')}`),
)
const deployer = new Wallet(`0x${'0d'.repeat(32)}`)
/** Who needs METIS at genesis. */
export const funded = [...wallets, deployer].map(({ address }) => address.toLowerCase() as Hex)

/** Transactions that set a case up, and those that are timed. */
export interface Workload {
  name: string
  setup: readonly Uint8Array[]
  timed: readonly Uint8Array[]
}

/** `count` transfers of METIS, from 20 senders in turn to as many fresh accounts. */
export async function nativeTransfers(count: number): Promise<Workload> {
  const timed = await signed(count, (i) => ({
    to: `0x${(0xfee000 + (i % 200)).toString(16).padStart(40, '0')}`,
    value: 1n,
    gasLimit: 21_000,
  }))
  return { name: 'ETH transfers', setup: [], timed }
}

/** `count` transfers of an OpenZeppelin ERC-20, each to one of 200 holders. */
export async function tokenTransfers(count: number): Promise<Workload> {
  const artifact = JSON.parse(readFileSync('contracts/artifacts/MetisToken.json', 'utf8')) as {
    abi: InterfaceAbi
    bytecode: string
  }
  const token = new Interface(artifact.abi)
  const deployment = await new ContractFactory(artifact.abi, artifact.bytecode).getDeployTransaction(
    deployer.address,
    10n ** 24n,
  )
  const to = getCreateAddress({ from: deployer.address, nonce: 0 })
  const transfer = (holder: string, amount: bigint) => ({
    to,
    data: token.encodeFunctionData('transfer', [holder, amount]),
    gasLimit: 80_000,
  })
  const requests = [
    { data: deployment.data, gasLimit: 3_000_000 },
    ...wallets.map(({ address }) => transfer(address, 10n ** 21n)),
  ]
  const setup: Uint8Array[] = []
  for (const [nonce, request] of requests.entries()) {
    setup.push(hexToBytes((await deployer.signTransaction({ ...fees, nonce, ...request })) as Hex))
  }
  const timed = await signed(count, (i) => transfer(`0x${(0xfee000 + (i % 200)).toString(16).padStart(40, '0')}`, 5n))
  return { name: 'ERC-20 transfers', setup, timed }
}

async function signed(count: number, request: (i: number) => object): Promise<Uint8Array[]> {
  const all: Uint8Array[] = []
  for (let i = 0; i < count; i++) {
    const wallet = wallets[i % SENDERS]
    if (wallet === undefined) continue
    const transaction = { ...fees, nonce: Math.floor(i / SENDERS), ...request(i) }
    all.push(hexToBytes((await wallet.signTransaction(transaction)) as Hex))
  }
  return all
}
