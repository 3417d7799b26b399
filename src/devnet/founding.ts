import { Interface, JsonRpcProvider, NonceManager, Wallet } from 'ethers'
import { systemContracts } from '../core/chain/systemContracts.js'
import { bytesToHex, keccakBytes, utf8 } from '../core/codec/index.js'
import { SEQUENCER_SET_ADDRESS, sequencerSetStorage } from '../core/genesis/sequencerSet.js'
import type { Genesis, GenesisAccount } from '../core/genesis/types.js'
import type { Address, Hash } from '../core/types/hex.js'
import { erc20Abi } from '../l1/abi/erc20.js'
import { lockingPoolAbi } from '../l1/abi/lockingPool.js'
import { loadArtifact } from '../l1/artifacts.js'
import { type DeployedContracts, deployContracts } from '../l1/deploy.js'
import { makeGenesisBlock } from '../node/index.js'
import type { DevnetAccounts, TestKey } from './accounts.js'
import type { DevnetL1 } from './l1.js'
import { consensusSettings, FUNDS, L1_CHAIN_ID, L1_METIS, L2_CHAIN_ID, REWARD_EPOCHS, STAKES } from './settings.js'

const BASE_FEE = '1000000000'
const GAS_LIMIT = 30_000_000
/** wei; far above what an opening ever pays (rule E2). */
const L2_FEE_CAP = (1000n * 10n ** 9n).toString()
/** Nobody's address: batches are sent there. */
const INBOX: Address = bytesToHex(keccakBytes(utf8('metis-seq devnet inbox')).subarray(12))

const erc20 = new Interface(erc20Abi)
const lockingPool = new Interface(lockingPoolAbi)

/** The key of the group as everybody knows it. */
export type GroupKey = Pick<Genesis['group'], 'address' | 'publicKey'>

export interface FoundingOptions {
  l1: DevnetL1
  accounts: DevnetAccounts
  /** blocks */
  epochLength: number
  /** ms */
  blockTime: number
  /** Random (rule M1). */
  salt: Hash
  /** The key that the nodes share: in the making, while the rest is made that does not need it. */
  group: Promise<GroupKey>
  /** ms since 1970 */
  now: () => number
  step: (text: string) => void
}

/** Makes a network: contracts on L1, sequencers that locked METIS there, and the document that fixes all of it. */
export async function foundNetwork(options: FoundingOptions): Promise<Genesis> {
  const { l1, accounts, step } = options
  const provider = new JsonRpcProvider(l1.url, L1_CHAIN_ID, {
    staticNetwork: true,
    cacheTimeout: -1, // nonces are read right after they changed
    batchMaxCount: 1, // anvil reorders transactions of a batch
    pollingInterval: 50,
  })
  try {
    const group = await options.group
    await fundOnL1(l1, accounts, group.address)
    step('Deploying the contracts on L1')
    const contracts = await l1.mineDuring(
      deployContracts(walletOf(accounts.deployer, provider), {
        group: group.address,
        admin: accounts.admin.address,
        l2ChainId: BigInt(L2_CHAIN_ID),
      }),
    )
    step('Locking METIS for the sequencers')
    await l1.mineDuring(lockAll(provider, contracts, accounts))
    return await genesisDocument(options, group, contracts)
  } finally {
    provider.destroy()
  }
}

function walletOf(key: TestKey, provider: JsonRpcProvider): Wallet {
  return new Wallet(bytesToHex(key.privateKey), provider)
}

async function fundOnL1(l1: DevnetL1, accounts: DevnetAccounts, group: Address): Promise<void> {
  const { deployer, admin, spare, owners, sequencers, users } = accounts
  const keys = [deployer, admin, spare, ...owners, ...sequencers, ...users]
  for (const address of [group, ...keys.map((key) => key.address)]) {
    await l1.call('anvil_setBalance', [address, `0x${FUNDS.toString(16)}`])
  }
}

/** Sent one after the other without waiting: anvil mines in the order of arrival, which gives the sequencers ids 1 to n. */
async function lockAll(
  provider: JsonRpcProvider,
  contracts: DeployedContracts,
  accounts: DevnetAccounts,
): Promise<void> {
  const hashes: string[] = []
  const sender = (key: TestKey) => {
    const signer = new NonceManager(walletOf(key, provider))
    return async (to: Address, data: string) => {
      hashes.push((await signer.sendTransaction({ to, data, gasLimit: 600_000n })).hash)
    }
  }
  const deployer = sender(accounts.deployer)
  const admin = sender(accounts.admin)
  const { metis, lockingInfo } = contracts
  for (const { address } of [...accounts.users, accounts.spare]) {
    await deployer(metis, erc20.encodeFunctionData('transfer', [address, L1_METIS]))
  }
  for (const [i, owner] of accounts.owners.entries()) {
    const stake = STAKES[i] ?? 0n
    const node = accounts.sequencers[i] as TestKey
    await deployer(metis, erc20.encodeFunctionData('transfer', [owner.address, stake]))
    await admin(contracts.lockingPool, lockingPool.encodeFunctionData('setWhitelist', [owner.address, true]))
    const send = sender(owner)
    await send(metis, erc20.encodeFunctionData('approve', [lockingInfo, stake]))
    await send(contracts.lockingPool, lockingPool.encodeFunctionData('lockFor', [node.address, stake, node.publicKey]))
  }
  for (const hash of hashes) {
    const receipt = await provider.waitForTransaction(hash, 1, 30_000)
    if (receipt?.status !== 1) throw new Error(`the set-up transaction ${hash} failed on L1`)
  }
}

async function genesisDocument(
  options: FoundingOptions,
  { address: group, publicKey }: GroupKey,
  contracts: DeployedContracts,
): Promise<Genesis> {
  const { l1, accounts, epochLength, blockTime, salt, now } = options
  const head = (await l1.call('eth_getBlockByNumber', ['latest', false])) as { number: string; hash: Hash }
  const firstSequencer = (accounts.sequencers[0] as TestKey).address
  const alloc = await allocOf(
    [group, ...accounts.users.map(({ address }) => address)],
    sequencerSetStorage({
      owner: group,
      group,
      firstSequencer,
      epochLength: BigInt(epochLength),
    }),
  )
  const fields = { timestamp: Math.floor(now() / 1000), gasLimit: GAS_LIMIT, baseFee: BASE_FEE }
  const { metis, lockingInfo, lockingPool: pool, bridge, stateCommitmentChain } = contracts
  const { addressManager, inboxSenderManager, proxyAdmin } = contracts
  return {
    version: 1,
    name: 'devnet',
    salt,
    l1: {
      chainId: L1_CHAIN_ID,
      startBlock: Number(head.number) + 1,
      startParentHash: head.hash,
      confirmations: 1,
      metis,
      lockingInfo,
      lockingPool: pool,
      bridge,
      stateCommitmentChain,
      inbox: INBOX,
      owned: { addressManager, inboxSenderManager, others: [lockingInfo, bridge, proxyAdmin] },
    },
    l2: {
      chainId: L2_CHAIN_ID,
      ...fields,
      alloc,
      sequencerSet: SEQUENCER_SET_ADDRESS,
      ...(await makeGenesisBlock(alloc, fields)),
    },
    consensus: consensusSettings(epochLength, blockTime),
    group: { address: group, publicKey, l1Nonce: 0, l2FeeCap: L2_FEE_CAP, rewardEpochs: REWARD_EPOCHS },
    firstSequencer,
    sequencers: accounts.sequencers.map(({ address, publicKey }, i) => ({
      id: i + 1,
      signer: address,
      pubkey: publicKey,
      stake: (STAKES[i] ?? 0n).toString(),
    })),
  }
}

async function allocOf(
  funded: readonly Address[],
  storage: Record<Hash, Hash>,
): Promise<Record<Address, GenesisAccount>> {
  const { deployedBytecode } = await loadArtifact('MetisSequencerSet')
  return {
    ...systemContracts(),
    [SEQUENCER_SET_ADDRESS]: { balance: '0', code: deployedBytecode, storage },
    ...Object.fromEntries(funded.map((address) => [address, { balance: FUNDS.toString() }])),
  }
}
