import { setTimeout as pause } from 'node:timers/promises'
import { Interface, MaxUint256, type TransactionRequest, Wallet } from 'ethers'
import type { DevnetDescriptor } from '../../../src/devnet/descriptor.js'
import { bridgeAbi } from '../../../src/l1/abi/bridge.js'
import { erc20Abi } from '../../../src/l1/abi/erc20.js'
import { L2_METIS } from '../../../src/l1/deploy.js'
import { ask } from './rpc.js'

const METIS = 10n ** 18n
const GWEI = 10n ** 9n
/** ms between two transfers: a few a block. */
const PAUSE = 250
const bridge = new Interface(bridgeAbi)
const erc20 = new Interface(erc20Abi)

/** A deposit that was sent to L1; whether L1 keeps it is L1's own affair. */
export interface SentDeposit {
  hash: string
  to: string
  /** wei */
  amount: bigint
}

/** What users do meanwhile: transfers on L2 and deposits on L1, to accounts that nobody else pays. */
export class Traffic {
  readonly deposits: SentDeposit[] = []
  /** Transfers that a node took. */
  transfers = 0
  #accounts = 0

  /** Lets the bridge take the METIS of the first user. */
  async approve(devnet: DevnetDescriptor): Promise<void> {
    const data = erc20.encodeFunctionData('approve', [devnet.contracts.bridge, MaxUint256])
    await this.#send(devnet, 'l1', 0, { to: devnet.contracts.metis, data })
  }

  /** Deposits something odd on L1 for an account of its own. */
  async deposit(devnet: DevnetDescriptor): Promise<SentDeposit> {
    const to = `0x${(0xdeb0000 + ++this.#accounts).toString(16).padStart(40, '0')}`
    const amount = METIS + BigInt(this.#accounts) * GWEI
    const { contracts, l2 } = devnet
    const args = [l2.chainId, contracts.metis, L2_METIS, to, amount, 0, '0x']
    const data = bridge.encodeFunctionData('depositERC20ToByChainId', args)
    const hash = await this.#send(devnet, 'l1', 0, { to: contracts.bridge, data, value: METIS / 100n })
    const sent = { hash, to, amount }
    this.deposits.push(sent)
    return sent
  }

  /** Transfers until `signal`; a node that is gone takes none. */
  async run(devnet: DevnetDescriptor, signal: AbortSignal): Promise<void> {
    for (let i = 0; !signal.aborted; i++) {
      try {
        await this.#send(devnet, 'l2', 1, { to: devnet.accounts[2]?.address ?? '', value: 1n }, i)
        this.transfers += 1
      } catch (error) {
        if (!(error instanceof Error)) throw error // any error is the end of the node that was asked
      }
      await pause(PAUSE, undefined, { signal }).catch(() => undefined)
    }
  }

  async #send(devnet: DevnetDescriptor, layer: 'l1' | 'l2', user: number, call: TransactionRequest, i = 0) {
    const running = devnet.nodes.filter(({ state }) => state === 'running')
    const url = layer === 'l1' ? devnet.l1.url : (running[i % running.length]?.rpc ?? '')
    const { address, privateKey } = devnet.accounts[user] ?? { address: '', privateKey: '' }
    const nonce = Number(await ask<string>(url, 'eth_getTransactionCount', address, 'pending'))
    const raw = await new Wallet(privateKey).signTransaction({
      ...call,
      nonce,
      chainId: devnet[layer].chainId,
      type: 2,
      gasLimit: 300_000n,
      maxFeePerGas: 100n * GWEI,
      maxPriorityFeePerGas: GWEI,
    })
    return ask<string>(url, 'eth_sendRawTransaction', raw)
  }
}
