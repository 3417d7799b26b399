import { nextBaseFee } from '../../../src/core/chain/baseFee.js'
import { assembleBlock, parseBlock } from '../../../src/core/chain/block.js'
import { EMPTY_REQUESTS, type Header } from '../../../src/core/chain/header.js'
import { orderedRoot, withdrawalsRoot } from '../../../src/core/chain/orderedRoot.js'
import { NO_BLOOM } from '../../../src/core/chain/receipt.js'
import { parseTransaction } from '../../../src/core/chain/transaction.js'
import { bytesToHex, keccak256, utf8 } from '../../../src/core/codec/index.js'
import { MetisSeqError } from '../../../src/core/errors/index.js'
import type { Block, BlockAttributes, Receipt, Rejected, Transaction } from '../../../src/core/ports/execution.js'
import type { Address, Hash } from '../../../src/core/types/hex.js'
import { recover } from './keys.js'
import { called, type SequencerSet } from './sequencerSet.js'

const GAS = 21_000n
const CALL_GAS = 120_000n
const WEI_PER_GWEI = 10n ** 9n

interface Account {
  balance: bigint
  nonce: number
}

/** The state after a block: accounts and the one contract. Never changed once made. */
export interface State {
  accounts: ReadonlyMap<Address, Account>
  set: SequencerSet
  /** wei ever credited by deposits, by recipient, and how many deposits. */
  deposits: number
}

export interface Executed {
  block: Block
  header: Header
  state: State
  receipts: readonly Receipt[]
  rejected: readonly Rejected[]
}

export interface EvmGenesis {
  chainId: number
  sequencerSet: Address
  timestamp: number
  gasLimit: bigint
  baseFee: bigint
}

/**
 * A small machine: transfers, deposits and the sequencer set. Blocks, headers, roots and fees are the real ones. What it
 * computed once for a parent and an input it remembers, as all nodes ask for the same.
 */
export class Evm {
  readonly block0: Executed
  readonly #genesis: EvmGenesis
  readonly #executed = new Map<string, Executed>()
  readonly #byHash = new Map<Hash, Executed>()
  readonly #transactions = new WeakMap<Uint8Array, Transaction | MetisSeqError>()
  readonly #blocks = new WeakMap<Uint8Array, { header: Header; block: Block }>()

  constructor(genesis: EvmGenesis, state: State) {
    this.#genesis = genesis
    const { timestamp, gasLimit, baseFee } = genesis
    const header: Header = {
      parentHash: `0x${'00'.repeat(32)}`,
      feeRecipient: `0x${'00'.repeat(20)}`,
      stateRoot: rootOf(state),
      transactionsRoot: orderedRoot([]),
      receiptsRoot: orderedRoot([]),
      logsBloom: NO_BLOOM,
      number: 0,
      gasLimit,
      gasUsed: 0n,
      timestamp,
      extraData: '0x',
      prevRandao: `0x${'00'.repeat(32)}`,
      baseFee,
      withdrawalsRoot: orderedRoot([]),
      requestsHash: EMPTY_REQUESTS,
    }
    this.block0 = { block: assembleBlock(header, [], []), header, state, receipts: [], rejected: [] }
  }

  /** @throws MetisSeqError `BLOCK_MALFORMED` */
  parse(encoded: Uint8Array): { header: Header; block: Block } {
    const before = this.#blocks.get(encoded)
    if (before !== undefined) return before
    const parsed = parseBlock(encoded)
    this.#blocks.set(encoded, parsed)
    return parsed
  }

  /** @throws MetisSeqError `TX_INVALID` */
  transaction(raw: Uint8Array): Transaction {
    let read = this.#transactions.get(raw)
    if (read === undefined) {
      read = readTransaction(raw, this.#genesis.chainId)
      this.#transactions.set(raw, read)
    }
    if (read instanceof MetisSeqError) throw read
    return read
  }

  /** The block on `parent` of these transactions, those left out that can't be in it. */
  execute(parent: Executed, transactions: readonly Uint8Array[], attributes: BlockAttributes): Executed {
    const { timestamp, feeRecipient, prevRandao, extraData, withdrawals } = attributes
    const deposits = withdrawals.map(({ index, address, amountGwei }) => `${index}:${address}:${amountGwei}`).join()
    const hashes = transactions.map((raw) => this.transaction(raw).hash).join()
    const text = [parent.block.hash, timestamp, feeRecipient, prevRandao, extraData, deposits, hashes].join('|')
    const before = this.#executed.get(text)
    if (before !== undefined) return before
    const executed = this.#run(parent, transactions, attributes)
    this.#executed.set(text, executed)
    this.#byHash.set(executed.block.hash, executed)
    return executed
  }

  /** A valid block that somebody executed. */
  byHash(hash: Hash): Executed | undefined {
    return hash === this.block0.block.hash ? this.block0 : this.#byHash.get(hash)
  }

  #run(parent: Executed, transactions: readonly Uint8Array[], attributes: BlockAttributes): Executed {
    const number = parent.block.number + 1
    const draft = { accounts: new Map(parent.state.accounts), set: parent.state.set }
    const baseFee = nextBaseFee(parent.block)
    const included: { raw: Uint8Array; transaction: Transaction; status: 0 | 1; gas: bigint }[] = []
    const rejected: Rejected[] = []
    for (const raw of transactions) {
      const transaction = this.transaction(raw)
      const reason = faultOf(draft.accounts, transaction, baseFee)
      if (reason !== undefined) rejected.push({ hash: transaction.hash, ...reason })
      else included.push({ raw, transaction, ...this.#apply(draft, transaction, number, baseFee) })
    }
    for (const { address, amountGwei } of attributes.withdrawals) {
      const account = draft.accounts.get(address) ?? { balance: 0n, nonce: 0 }
      draft.accounts.set(address, { ...account, balance: account.balance + amountGwei * WEI_PER_GWEI })
    }
    const state: State = { ...draft, deposits: parent.state.deposits + attributes.withdrawals.length }
    const raws = included.map(({ raw }) => raw)
    const header: Header = {
      parentHash: parent.block.hash,
      feeRecipient: attributes.feeRecipient,
      stateRoot: rootOf(state),
      transactionsRoot: orderedRoot(raws),
      receiptsRoot: orderedRoot(included.map(({ status, gas }) => utf8(`${status} ${gas}`))),
      logsBloom: NO_BLOOM,
      number,
      gasLimit: parent.block.gasLimit,
      gasUsed: included.reduce((sum, { gas }) => sum + gas, 0n),
      timestamp: attributes.timestamp,
      extraData: attributes.extraData,
      prevRandao: attributes.prevRandao,
      baseFee,
      withdrawalsRoot: withdrawalsRoot(attributes.withdrawals),
      requestsHash: EMPTY_REQUESTS,
    }
    const hashes = included.map(({ transaction }) => transaction.hash)
    const block = assembleBlock(header, raws, attributes.withdrawals, hashes)
    return { block, header, state, rejected, receipts: included.map((each, i) => receiptOf(block, each, i)) }
  }

  #apply(
    draft: { accounts: Map<Address, Account>; set: SequencerSet },
    { from, to, nonce, value, data, maxFeePerGas, maxPriorityFeePerGas }: Transaction,
    number: number,
    baseFee: bigint,
  ): { status: 0 | 1; gas: bigint } {
    const { accounts } = draft
    const isCall = to === this.#genesis.sequencerSet
    const gas = isCall ? CALL_GAS : GAS
    const tip = maxPriorityFeePerGas < maxFeePerGas - baseFee ? maxPriorityFeePerGas : maxFeePerGas - baseFee
    const sender = accounts.get(from) ?? { balance: 0n, nonce: 0 }
    accounts.set(from, { balance: sender.balance - gas * (baseFee + tip) - value, nonce: nonce + 1 })
    if (isCall) {
      const next = called(draft.set, from, Buffer.from(data.slice(2), 'hex'), number)
      if (next === undefined) return { status: 0, gas }
      draft.set = next
      return { status: 1, gas }
    }
    const target = to ?? from
    const account = accounts.get(target) ?? { balance: 0n, nonce: 0 }
    accounts.set(target, { ...account, balance: account.balance + value })
    return { status: 1, gas }
  }
}

function faultOf(
  accounts: ReadonlyMap<Address, Account>,
  { from, nonce, value, gasLimit, maxFeePerGas }: Transaction,
  baseFee: bigint,
): { reason: string; stale: boolean } | undefined {
  const { balance, nonce: next } = accounts.get(from) ?? { balance: 0n, nonce: 0 }
  if (nonce !== next) return { reason: `nonce ${nonce} instead of ${next}`, stale: nonce < next }
  if (maxFeePerGas < baseFee) return { reason: 'fee cap below the base fee', stale: false }
  if (balance < gasLimit * maxFeePerGas + value) return { reason: 'balance too low', stale: false }
  return undefined
}

function rootOf({ accounts, set, deposits }: State): Hash {
  const lines = [...accounts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([a, { balance, nonce }]) => `${a}${balance} ${nonce}`)
  const { owner, mpc, epochLength, current, epochs } = set
  const last = epochs.slice(-2).map(({ signer, start, end }) => `${signer}${start}-${end}`)
  return keccak256(utf8([...lines, owner, mpc, epochLength, current, ...last, deposits].join('\n')))
}

function receiptOf(
  block: Block,
  { transaction, status, gas }: { transaction: Transaction; status: 0 | 1; gas: bigint },
  transactionIndex: number,
): Receipt {
  return {
    type: transaction.type,
    status,
    transactionHash: transaction.hash,
    transactionIndex,
    blockHash: block.hash,
    blockNumber: block.number,
    from: transaction.from,
    to: transaction.to,
    contractAddress: null,
    cumulativeGasUsed: gas,
    gasUsed: gas,
    effectiveGasPrice: block.baseFee,
    logs: [],
    logsBloom: NO_BLOOM,
  }
}

function readTransaction(raw: Uint8Array, chainId: number): Transaction | MetisSeqError {
  try {
    const parsed = parseTransaction(raw)
    const from = recover(parsed.digest, parsed.signature)
    if (from === undefined || parsed.chainId !== chainId || parsed.blobs.length > 0)
      return new MetisSeqError('TX_INVALID', 'The transaction is not for this chain.')
    const { to, nonce, value, gasLimit, maxFeePerGas, maxPriorityFeePerGas, data, signature } = parsed
    const [r, s] = [bytesToHex(signature.subarray(0, 32)), bytesToHex(signature.subarray(32, 64))]
    const yParity = signature[64] === 1 ? 1 : 0
    return {
      hash: keccak256(raw),
      type: 2,
      from,
      to,
      nonce,
      value,
      gasLimit,
      maxFeePerGas,
      maxPriorityFeePerGas,
      data: bytesToHex(data),
      chainId,
      accessList: [],
      signature: { v: BigInt(yParity), r, s, yParity },
      raw,
    }
  } catch (error) {
    if (error instanceof MetisSeqError) return new MetisSeqError('TX_INVALID', error.message)
    throw error
  }
}
