import { bytesToHex } from '../../../src/core/codec/index.js'
import type { Genesis } from '../../../src/core/genesis/types.js'
import type { Block, Receipt, Withdrawal } from '../../../src/core/ports/execution.js'
import type { Address, Hash, Hex } from '../../../src/core/types/hex.js'
import type { Answer } from './ipc.js'
import { type GethNode, startGeth } from './node.js'

const quantity = (value: bigint | number): Hex => `0x${value.toString(16)}`

interface RpcReceipt {
  type: Hex
  status: Hex
  transactionHash: Hash
  transactionIndex: Hex
  blockHash: Hash
  blockNumber: Hex
  from: Address
  to: Address | null
  contractAddress: Address | null
  cumulativeGasUsed: Hex
  gasUsed: Hex
  effectiveGasPrice: Hex
  logsBloom: Hex
  logs: { address: Address; topics: Hash[]; data: Hex; logIndex: Hex; transactionIndex: Hex; transactionHash: Hash }[]
}

/** A chain that geth re-executes, driven by the Engine API. */
export class GethChain {
  readonly #node: GethNode

  private constructor(node: GethNode) {
    this.#node = node
  }

  static async open(program: string, genesis: Genesis['l2']): Promise<GethChain> {
    const node = await startGeth(program, genesis)
    const { hash } = await node.rpc.request<{ hash: Hash }>('eth_getBlockByNumber', '0x0', false)
    if (hash === genesis.hash) return new GethChain(node)
    await node.stop()
    throw new Error(`geth: the genesis has hash ${hash}, not ${genesis.hash}`)
  }

  /**
   * Executes a block, on any parent that it knows.
   * @param requests of EIP-7685, each with its type
   * @returns why it is invalid, or undefined
   */
  async execute(block: Block, requests: readonly Uint8Array[]): Promise<string | undefined> {
    const { status, validationError } = await this.#node.rpc.request<{
      status: string
      validationError: string | null
    }>('engine_newPayloadV4', payloadOf(block), [], `0x${'00'.repeat(32)}`, requests.map(bytesToHex))
    return status === 'VALID' ? undefined : `${status}: ${validationError}`
  }

  /** Builds the block of the same transactions and attributes on its parent, the head. @throws Error where it is another */
  async build(block: Block): Promise<void> {
    const attributes = {
      timestamp: quantity(block.timestamp),
      prevRandao: block.prevRandao,
      suggestedFeeRecipient: block.feeRecipient,
      withdrawals: block.withdrawals.map(payloadWithdrawal),
      parentBeaconBlockRoot: `0x${'00'.repeat(32)}`,
    }
    const transactions = block.transactions.map(bytesToHex)
    const { executionPayload } = await this.#node.rpc.request<{ executionPayload: { blockHash: Hash } }>(
      'testing_buildBlockV1',
      block.parentHash,
      attributes,
      transactions,
      block.extraData,
    )
    if (executionPayload.blockHash !== block.hash) throw new Error(`geth builds ${executionPayload.blockHash} instead`)
  }

  /** Makes a block that it executed the head. */
  async choose({ hash }: { hash: Hash }): Promise<void> {
    const state = {
      headBlockHash: hash,
      safeBlockHash: `0x${'00'.repeat(32)}`,
      finalizedBlockHash: `0x${'00'.repeat(32)}`,
    }
    const { payloadStatus } = await this.#node.rpc.request<{ payloadStatus: { status: string } }>(
      'engine_forkchoiceUpdatedV3',
      state,
      null,
    )
    if (payloadStatus.status !== 'VALID') throw new Error(`geth: ${hash} as head is ${payloadStatus.status}`)
  }

  /** Receipts of a block, in the shape of the port. */
  async receipts({ hash }: { hash: Hash }): Promise<Receipt[]> {
    const receipts = await this.#node.rpc.request<RpcReceipt[]>('eth_getBlockReceipts', hash)
    return receipts.map(portReceipt)
  }

  /** Receipts as they go into the receipts root. */
  rawReceipts({ hash }: { hash: Hash }): Promise<Hex[]> {
    return this.#node.rpc.request<Hex[]>('debug_getRawReceipts', hash)
  }

  /** Its answer to any call of JSON-RPC. */
  ask(method: string, ...params: unknown[]): Promise<Answer> {
    return this.#node.rpc.ask(method, ...params)
  }

  stop(): Promise<void> {
    return this.#node.stop()
  }
}

function payloadOf(block: Block): unknown {
  return {
    parentHash: block.parentHash,
    feeRecipient: block.feeRecipient,
    stateRoot: block.stateRoot,
    receiptsRoot: block.receiptsRoot,
    logsBloom: block.logsBloom,
    prevRandao: block.prevRandao,
    blockNumber: quantity(block.number),
    gasLimit: quantity(block.gasLimit),
    gasUsed: quantity(block.gasUsed),
    timestamp: quantity(block.timestamp),
    extraData: block.extraData,
    baseFeePerGas: quantity(block.baseFee),
    blockHash: block.hash,
    transactions: block.transactions.map(bytesToHex),
    withdrawals: block.withdrawals.map(payloadWithdrawal),
    blobGasUsed: '0x0',
    excessBlobGas: '0x0',
  }
}

function payloadWithdrawal({ index, address, amountGwei }: Withdrawal): unknown {
  return { index: quantity(index), validatorIndex: '0x0', address, amount: quantity(amountGwei) }
}

function portReceipt(receipt: RpcReceipt): Receipt {
  const place = { blockHash: receipt.blockHash, blockNumber: Number(receipt.blockNumber) }
  return {
    ...place,
    type: Number(receipt.type),
    status: receipt.status === '0x1' ? 1 : 0,
    transactionHash: receipt.transactionHash,
    transactionIndex: Number(receipt.transactionIndex),
    from: receipt.from,
    to: receipt.to,
    contractAddress: receipt.contractAddress,
    cumulativeGasUsed: BigInt(receipt.cumulativeGasUsed),
    gasUsed: BigInt(receipt.gasUsed),
    effectiveGasPrice: BigInt(receipt.effectiveGasPrice),
    logsBloom: receipt.logsBloom,
    logs: receipt.logs.map((log) => ({
      ...place,
      address: log.address,
      topics: log.topics,
      data: log.data,
      logIndex: Number(log.logIndex),
      transactionIndex: Number(log.transactionIndex),
      transactionHash: log.transactionHash,
    })),
  }
}
