import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TransactionRequest, Wallet } from 'ethers'
import { blockAttributes } from '../../../src/core/chain/attributes.js'
import { systemContracts } from '../../../src/core/chain/systemContracts.js'
import { hexToBytes } from '../../../src/core/codec/index.js'
import type { Genesis, GenesisAccount } from '../../../src/core/genesis/types.js'
import type { ExecutionEngine, Withdrawal } from '../../../src/core/ports/execution.js'
import type { Address, Hex } from '../../../src/core/types/hex.js'
import { createEmbeddedEngine, type KeptStates, makeGenesisBlock } from '../../../src/node/execution/embedded/index.js'
import { openDatabase } from '../../../src/node/storage/level.js'

export const CHAIN_ID = 59_999
export const SEQUENCER: Address = `0x${'5e'.repeat(20)}`
export const GWEI = 1_000_000_000n
export const METIS = 10n ** 18n

export const wallets = Array.from({ length: 6 }, (_, i) => new Wallet(`0x${(i + 1).toString(16).padStart(64, '0')}`))
export const addressOf = (wallet: Wallet) => wallet.address.toLowerCase() as Address
export const wallet = (i: number): Wallet => {
  const found = wallets[i]
  if (found === undefined) throw new Error(`there is no wallet ${i}`)
  return found
}

/** The L2 part of a genesis in which all wallets are rich, with `extra` accounts. */
export async function testGenesis(
  extra: Record<Address, GenesisAccount> = {},
  gasLimit = 30_000_000,
): Promise<Genesis['l2']> {
  const alloc: Record<Address, GenesisAccount> = { ...systemContracts(), ...extra }
  for (const each of wallets) alloc[addressOf(each)] = { balance: (1000n * METIS).toString() }
  const fields = { timestamp: 1_700_000_000, gasLimit, baseFee: GWEI.toString() }
  const block = await makeGenesisBlock(alloc, fields)
  return { chainId: CHAIN_ID, ...fields, alloc, sequencerSet: SEQUENCER, ...block }
}

export interface Rig {
  engine: ExecutionEngine
  genesis: Genesis['l2']
  directory: string
  /** Closes the engine, opens it again. */
  reopen(): Promise<ExecutionEngine>
  remove(): Promise<void>
}

/** A new empty directory. */
export const newDirectory = () => mkdtemp(join(tmpdir(), 'metis-execution-'))

/** An engine on a LevelDB of its own. */
export async function openRig(genesis?: Genesis['l2'], place?: string, stateHistory?: KeptStates): Promise<Rig> {
  const directory = place ?? (await newDirectory())
  const document = genesis ?? (await testGenesis())
  const open = async () =>
    createEmbeddedEngine({ database: await openDatabase(directory, { shared: true }), genesis: document, stateHistory })
  const rig: Rig = {
    engine: await open(),
    genesis: document,
    directory,
    reopen: async () => {
      await rig.engine.close()
      rig.engine = await open()
      return rig.engine
    },
    remove: async () => {
      await rig.engine.close()
      await rm(directory, { recursive: true })
    },
  }
  return rig
}

/** Attributes of the block on the head, `seconds` later. */
export function next(engine: ExecutionEngine, withdrawals: readonly Withdrawal[] = [], seconds = 1) {
  const { hash, timestamp } = engine.head()
  return blockAttributes({
    parentHash: hash,
    term: 1,
    sequencer: SEQUENCER,
    l1Origin: 7,
    timestamp: timestamp + seconds,
    withdrawals,
  })
}

/** Signs with defaults that are valid at any base fee below 100 gwei. */
export async function sign(by: Wallet, nonce: number, request: TransactionRequest = {}): Promise<Uint8Array> {
  const legacy = request.type === 0 || request.type === 1
  const fees = legacy ? { gasPrice: 100n * GWEI } : { maxFeePerGas: 100n * GWEI, maxPriorityFeePerGas: GWEI }
  const transaction = { type: 2, chainId: CHAIN_ID, nonce, gasLimit: 21_000, ...fees, ...request }
  return hexToBytes((await by.signTransaction(transaction)) as Hex)
}
