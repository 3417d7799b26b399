import {
  AbiCoder,
  type BytesLike,
  concat,
  getCreateAddress,
  Interface,
  type Signer,
  type TransactionReceipt,
} from 'ethers'
import { proposerName } from '../core/chain/stateRoots.js'
import { Exit, MetisSeqError } from '../core/errors/index.js'
import type { Address, Hex } from '../core/types/hex.js'
import { type ContractName, loadArtifact } from './artifacts.js'

/** METIS on L2, which is its gas token. */
export const L2_METIS: Address = '0xdeaddeaddeaddeaddeaddeaddeaddeaddead0000'

export interface DeployOptions {
  /** The group address: owner of everything that rule B6 names, MPC, proposer and inbox sender. */
  group: Address
  /** May whitelist, and sets the deposit price. Zero address for none. */
  admin: Address
  l2ChainId: bigint
  /** METIS minted to the deployer, in wei; 10 million where absent. */
  supply?: bigint
  /** Bounds of a lock in wei; 20,000 and 100,000 METIS where absent. */
  minLock?: bigint
  maxLock?: bigint
  /** Wei for one unit of L2 gas; 1 gwei where absent. */
  discount?: bigint
  /** Seconds to wait for the last transaction; 60 where absent. */
  timeoutSeconds?: number
}

export interface DeployedContracts {
  metis: Address
  lockingInfo: Address
  lockingPool: Address
  bridge: Address
  stateCommitmentChain: Address
  inboxSenderManager: Address
  addressManager: Address
  discountOracle: Address
  proxyAdmin: Address
  /** The L1 block that has the last of the transactions. */
  blockNumber: number
}

const DEPLOY_GAS = 5_000_000n
const CALL_GAS = 500_000n
const ZERO_ADDRESS = `0x${'00'.repeat(20)}`

/**
 * Deploys and wires the L1 contracts of a network and hands them to the group. The deployer keeps the METIS and is the
 * reward payer, with an unlimited allowance for LockingInfo. Nonces are explicit, so nothing waits for a block until the end.
 * Throws `DEPLOY_REVERTED` and `DEPLOY_UNCONFIRMED`.
 */
export async function deployContracts(signer: Signer, options: DeployOptions): Promise<DeployedContracts> {
  const batch = await TransactionBatch.open(signer)
  const { group, admin, l2ChainId } = options
  const hasAdmin = admin !== ZERO_ADDRESS

  const metis = await batch.create('MetisToken', ['address', 'uint256'], [batch.from, options.supply ?? 10n ** 25n])
  const proxyAdmin = await batch.create('ProxyAdmin')
  const addressManager = await batch.create('AddressManager')
  const discountOracle = await batch.create('DiscountOracle', ['uint256'], [options.discount ?? 10n ** 9n])
  const inboxSenderManager = await batch.create('InboxSenderManager', ['address', 'address'], [group, group])
  const bridge = await batch.proxy('L1Bridge', proxyAdmin, [addressManager, metis, L2_METIS, l2ChainId])
  const lockingInfo = await batch.proxy('LockingInfo', proxyAdmin, [bridge, metis, L2_METIS, l2ChainId])
  const lockingPool = await batch.proxy('LockingPool', proxyAdmin, [lockingInfo])
  const stateCommitmentChain = await batch.proxy('StateCommitmentChain', proxyAdmin, [addressManager])

  await batch.call('AddressManager', addressManager, 'setAddress', ['MVM_DiscountOracle', discountOracle])
  await batch.call('AddressManager', addressManager, 'setAddress', [proposerName(l2ChainId), group])
  await batch.call('LockingInfo', lockingInfo, 'initManager', [lockingPool])
  await batch.call('LockingInfo', lockingInfo, 'setRewardPayer', [batch.from])
  if (options.minLock !== undefined) await batch.call('LockingInfo', lockingInfo, 'setMinLock', [options.minLock])
  if (options.maxLock !== undefined) await batch.call('LockingInfo', lockingInfo, 'setMaxLock', [options.maxLock])
  await batch.call('MetisToken', metis, 'approve', [lockingInfo, 2n ** 256n - 1n])
  await batch.call('LockingPool', lockingPool, 'updateMpc', [group])
  if (hasAdmin) await batch.call('LockingPool', lockingPool, 'setWhitelistAdmin', [admin])

  const owned: [ContractName, Address, Address][] = [
    ['LockingInfo', lockingInfo, group],
    ['LockingPool', lockingPool, group],
    ['L1Bridge', bridge, group],
    ['AddressManager', addressManager, group],
    ['InboxSenderManager', inboxSenderManager, group],
    ['ProxyAdmin', proxyAdmin, group],
    ['DiscountOracle', discountOracle, hasAdmin ? admin : group],
  ]
  for (const [name, address, owner] of owned) await batch.call(name, address, 'transferOwnership', [owner])

  const blockNumber = await batch.confirm((options.timeoutSeconds ?? 60) * 1000)
  return {
    metis,
    lockingInfo,
    lockingPool,
    bridge,
    stateCommitmentChain,
    inboxSenderManager,
    addressManager,
    discountOracle,
    proxyAdmin,
    blockNumber,
  }
}

interface Fees {
  maxFeePerGas: bigint
  maxPriorityFeePerGas: bigint
  chainId: bigint
}

/** Sends transactions one after the other with explicit nonces, and looks at their receipts at the end. */
class TransactionBatch {
  readonly #sent: { hash: string; what: string }[] = []
  readonly from: Address
  readonly #signer: Signer
  readonly #fees: Fees
  #nonce: number

  private constructor(signer: Signer, from: Address, nonce: number, fees: Fees) {
    this.#signer = signer
    this.from = from
    this.#nonce = nonce
    this.#fees = fees
  }

  static async open(signer: Signer): Promise<TransactionBatch> {
    const provider = signer.provider
    if (provider === null) {
      throw new MetisSeqError('DEPLOY_NO_PROVIDER', 'The deploying signer is not connected to an L1 node.', {
        exit: Exit.usage,
        next: 'Connect the signer to a provider.',
      })
    }
    const from = (await signer.getAddress()).toLowerCase() as Address
    const nonce = await provider.getTransactionCount(from, 'latest')
    const { chainId } = await provider.getNetwork()
    const { maxFeePerGas, maxPriorityFeePerGas } = await provider.getFeeData()
    const tip = maxPriorityFeePerGas ?? 10n ** 9n
    return new TransactionBatch(signer, from, nonce, {
      maxFeePerGas: (maxFeePerGas ?? 10n ** 9n) * 2n + tip,
      maxPriorityFeePerGas: tip,
      chainId,
    })
  }

  async create(name: ContractName, types: string[] = [], values: unknown[] = []): Promise<Address> {
    const address = getCreateAddress({ from: this.from, nonce: this.#nonce }).toLowerCase() as Address
    const data = concat([loadArtifact(name).bytecode, AbiCoder.defaultAbiCoder().encode(types, values)])
    await this.#send(`creation of ${name}`, null, data, DEPLOY_GAS)
    return address
  }

  /** An implementation and its transparent proxy, initialised in the same transaction as it is created. */
  async proxy(name: ContractName, admin: Address, values: unknown[]): Promise<Address> {
    const implementation = await this.create(name)
    const data = new Interface(loadArtifact(name).abi).encodeFunctionData('initialize', values)
    return this.create('TransparentUpgradeableProxy', ['address', 'address', 'bytes'], [implementation, admin, data])
  }

  async call(name: ContractName, to: Address, method: string, values: unknown[]): Promise<void> {
    const data = new Interface(loadArtifact(name).abi).encodeFunctionData(method, values)
    await this.#send(`${name}.${method}`, to, data, CALL_GAS)
  }

  /** The block of the last transaction, once all are mined and none failed. */
  async confirm(timeout: number): Promise<number> {
    const provider = this.#signer.provider
    let blockNumber = 0
    for (const { hash, what } of this.#sent) {
      const receipt: TransactionReceipt | null = (await provider?.waitForTransaction(hash, 1, timeout)) ?? null
      if (receipt === null || receipt.status !== 1) {
        throw new MetisSeqError(
          receipt === null ? 'DEPLOY_UNCONFIRMED' : 'DEPLOY_REVERTED',
          `The ${what} (${hash}) ${receipt === null ? 'was not mined in time' : 'reverted'}.`,
          {
            exit: receipt === null ? Exit.unconfirmed : Exit.reverted,
            next: 'Look at the transaction, then deploy again from a fresh account.',
            details: { hash, what },
          },
        )
      }
      blockNumber = Math.max(blockNumber, receipt.blockNumber)
    }
    return blockNumber
  }

  async #send(what: string, to: Address | null, data: BytesLike, gasLimit: bigint): Promise<void> {
    const response = await this.#signer.sendTransaction({
      to,
      data: data as Hex,
      gasLimit,
      nonce: this.#nonce,
      type: 2,
      value: 0n,
      ...this.#fees,
    })
    this.#nonce += 1
    this.#sent.push({ hash: response.hash, what })
  }
}
