import {
  type BlockData,
  createBlock,
  createBlockFromRLP,
  type Block as EvmBlock,
  genWithdrawalsTrieRoot,
} from '@ethereumjs/block'
import { Hardfork } from '@ethereumjs/common'
import { MerkleStateManager } from '@ethereumjs/statemanager'
import { createWithdrawal } from '@ethereumjs/util'
import { createVM, type RunBlockResult, runBlock, type VM } from '@ethereumjs/vm'
import { nextBaseFee } from '../../../src/core/chain/baseFee.js'
import { parseBlock } from '../../../src/core/chain/block.js'
import { bytesToHex, hexToBytes } from '../../../src/core/codec/index.js'
import type { Genesis } from '../../../src/core/genesis/types.js'
import type { Block, BlockAttributes, Receipt } from '../../../src/core/ports/execution.js'
import type { Hash } from '../../../src/core/types/hex.js'
import { type Sorted, sortCandidates } from './candidates.js'
import { chainCommon } from './common.js'
import { portReceipts } from './receipts.js'

/** What a chain knows of a block that it holds. */
type Known = Pick<Block, 'number' | 'hash' | 'parentHash' | 'stateRoot' | 'gasLimit' | 'gasUsed' | 'baseFee'>

/** A block as the library builds or re-executes it. */
export interface Executed {
  block: Block
  receipts: readonly Receipt[]
}

/**
 * A second opinion on execution: ethereumjs, with its own block processor, state manager and trie, in memory. Of ours it
 * uses the codec alone. Nothing is shared with the engine of the runtime.
 */
export class EthereumjsChain {
  readonly #vm: VM
  readonly #osakaTime: number
  readonly #blocks: Map<Hash, Known>
  #head: Known

  private constructor(vm: VM, osakaTime: number, genesis: Known, blocks: Map<Hash, Known>) {
    this.#vm = vm
    this.#osakaTime = osakaTime
    this.#head = genesis
    this.#blocks = blocks
    blocks.set(genesis.hash, genesis)
  }

  /** A chain of block 0 alone. @throws Error where the library's state root of the alloc is another than the document's */
  static async open({ alloc, chainId, hash, stateRoot, ...l2 }: Genesis['l2']): Promise<EthereumjsChain> {
    const common = chainCommon(chainId)
    const stateManager = new MerkleStateManager({ common })
    const blocks = new Map<Hash, Known>()
    let chain: EthereumjsChain | undefined
    const blockchain = {
      getBlock: async (number: number) => ({ hash: () => hexToBytes(ancestor(blocks, chain?.head, number)) }),
      putBlock: async () => undefined,
      shallowCopy: () => blockchain,
    }
    const accounts = Object.entries(alloc).map(([address, { balance, code, storage }]) => [
      address,
      [BigInt(balance), code, Object.entries(storage ?? {}), 0n],
    ])
    await stateManager.generateCanonicalGenesis(Object.fromEntries(accounts))
    const root = bytesToHex(await stateManager.getStateRoot())
    if (root !== stateRoot) throw new Error(`ethereumjs: the genesis has state root ${root}, not ${stateRoot}`)
    const vm = await createVM({ common, stateManager, blockchain })
    const fees = { gasLimit: BigInt(l2.gasLimit), gasUsed: 0n, baseFee: BigInt(l2.baseFee) }
    const { osakaTime = Number.POSITIVE_INFINITY } = l2
    chain = new EthereumjsChain(vm, osakaTime, { number: 0, hash, parentHash: hash, stateRoot, ...fees }, blocks)
    return chain
  }

  get head(): Known {
    return this.#head
  }

  /** Builds a block on the head from what of `transactions` the library accepts. The head stays. */
  async execute(
    transactions: readonly Uint8Array[],
    attributes: BlockAttributes,
  ): Promise<Executed & Pick<Sorted, 'rejected'>> {
    const { included, rejected } = await this.#sorted(transactions, attributes)
    return { ...(await this.#generate(included, attributes)), rejected }
  }

  /** Which of `transactions` the library leaves out of a block on the head, and why. */
  async rejected(transactions: readonly Uint8Array[], attributes: BlockAttributes): Promise<Sorted['rejected']> {
    return (await this.#sorted(transactions, attributes)).rejected
  }

  /** Re-executes a block on the head, which it becomes. @throws Error that names the first field that differs */
  async import(encoded: Uint8Array): Promise<Executed> {
    const { block } = parseBlock(encoded)
    this.#follow(block)
    const evmBlock = createBlockFromRLP(encoded, { common: this.#vm.common })
    if (block.parentHash !== this.#head.hash) throw new Error(`ethereumjs: ${block.hash} is not on its head`)
    const { results } = await this.#run(evmBlock, false)
    this.#blocks.set(block.hash, block)
    this.#head = block
    return { block, receipts: portReceipts(block, results, this.#vm.common) }
  }

  /** Makes a block that it holds the head. */
  rewind(hash: Hash): void {
    const block = this.#blocks.get(hash)
    if (block === undefined) throw new Error(`ethereumjs: there is no block ${hash}`)
    this.#head = block
  }

  /** Lets the rules of a block's time hold. */
  #follow({ timestamp }: { timestamp: number }): void {
    this.#vm.common.setHardfork(timestamp < this.#osakaTime ? Hardfork.Prague : Hardfork.Osaka)
  }

  async #sorted(transactions: readonly Uint8Array[], attributes: BlockAttributes): Promise<Sorted> {
    const { stateManager } = this.#vm
    await stateManager.setStateRoot(hexToBytes(this.#head.stateRoot), true)
    const block = this.#block([], attributes)
    await this.#vm.evm.journal.checkpoint()
    try {
      return await sortCandidates(this.#vm, block, transactions)
    } finally {
      await this.#vm.evm.journal.revert()
    }
  }

  async #generate(transactions: BlockData['transactions'], attributes: BlockAttributes): Promise<Executed> {
    const draft = this.#block(transactions, attributes)
    const result = await this.#run(draft, true)
    const { header } = draft
    const generated = {
      stateRoot: result.stateRoot,
      receiptTrie: result.receiptsRoot,
      logsBloom: result.logsBloom,
      gasUsed: result.gasUsed,
      transactionsTrie: await draft.genTxTrie(),
      withdrawalsRoot: await genWithdrawalsTrieRoot(draft.withdrawals ?? []),
      ...(result.requestsHash === undefined ? {} : { requestsHash: result.requestsHash }),
    }
    const body = { transactions: draft.transactions, withdrawals: draft.withdrawals ?? [] }
    const full = createBlock({ header: { ...header, ...generated }, ...body }, { common: this.#vm.common })
    const { block } = parseBlock(full.serialize())
    return { block, receipts: portReceipts(block, result.results, this.#vm.common) }
  }

  async #run(block: EvmBlock, generate: boolean): Promise<RunBlockResult> {
    const root = hexToBytes(this.#head.stateRoot)
    return runBlock(this.#vm, { block, root, generate, skipBlockValidation: generate, skipHeaderValidation: true })
  }

  #block(transactions: BlockData['transactions'], attributes: BlockAttributes): EvmBlock {
    const { number, hash, gasLimit } = this.#head
    this.#follow(attributes)
    const withdrawals = attributes.withdrawals.map(({ index, address, amountGwei }) =>
      createWithdrawal({ index, validatorIndex: 0, address, amount: amountGwei }),
    )
    const header = {
      parentHash: hash,
      number: number + 1,
      gasLimit,
      baseFeePerGas: nextBaseFee(this.#head),
      timestamp: attributes.timestamp,
      coinbase: attributes.feeRecipient,
      mixHash: attributes.prevRandao,
      extraData: attributes.extraData,
      blobGasUsed: 0n,
      excessBlobGas: 0n,
    }
    return createBlock({ header, transactions: transactions ?? [], withdrawals }, { common: this.#vm.common })
  }
}

/** Hash of the block `number` at or below `tip`. */
function ancestor(blocks: ReadonlyMap<Hash, Known>, tip: Known | undefined, number: number): Hash {
  for (let block = tip; block !== undefined; block = block.number === 0 ? undefined : blocks.get(block.parentHash)) {
    if (block.number === Number(number)) return block.hash
  }
  throw new Error(`ethereumjs: there is no ancestor ${number}`)
}
