import { assembleBlock } from '../../../core/chain/block.js'
import { encodeExtraData } from '../../../core/chain/extraData.js'
import { EMPTY_REQUESTS, EMPTY_ROOT, type Header, ZERO_HASH } from '../../../core/chain/header.js'
import { NO_BLOOM } from '../../../core/chain/receipt.js'
import { systemContracts } from '../../../core/chain/systemContracts.js'
import { hexToBytes, normaliseHex } from '../../../core/codec/index.js'
import { Exit, MetisSeqError } from '../../../core/errors/index.js'
import type { Genesis, GenesisAccount } from '../../../core/genesis/types.js'
import type { Block } from '../../../core/ports/execution.js'
import type { Address, Hash } from '../../../core/types/hex.js'
import { engineModule } from '../../../engines/module.js'
import { Instance } from './evm/instance.js'
import { type GenesisEntry, genesisRequest, openRequest, readGenesis, type StateChange } from './evm/wire.js'
import { fromHex } from './hex.js'

const MAX_BALANCE = 2n ** 256n - 1n
/** The engine counts the price of gas in 64 bits, as go-ethereum's blocks do. */
const MAX_BASE_FEE = 2n ** 64n - 1n

/** What of a genesis document decides block 0. */
export type GenesisBlockFields = Pick<Genesis['l2'], 'timestamp' | 'gasLimit' | 'baseFee'>

/**
 * Block 0 and its state of `alloc`, for whoever writes a genesis document. Balances and base fee in wei, time in seconds.
 * @throws MetisSeqError `GENESIS_INVALID`: no system contracts, an empty account, a malformed quantity.
 */
export async function makeGenesisBlock(
  alloc: Readonly<Record<Address, GenesisAccount>>,
  fields: GenesisBlockFields,
): Promise<{ hash: Hash; stateRoot: Hash }> {
  const { block } = await genesisBlock(alloc, fields)
  return { hash: block.hash, stateRoot: block.stateRoot }
}

/** As `makeGenesisBlock`, with what has to be stored. */
export async function genesisBlock(
  alloc: Readonly<Record<Address, GenesisAccount>>,
  { timestamp, gasLimit, baseFee }: GenesisBlockFields,
): Promise<{ block: Block; change: StateChange }> {
  for (const [address, { code }] of Object.entries(systemContracts())) {
    if (alloc[address as Address]?.code !== code) throw invalid(`the system contract ${address} is missing`)
  }
  const change = await stateOf(Object.entries(alloc).map(([address, account]) => entry(address, account)))
  const header: Header = {
    parentHash: ZERO_HASH,
    feeRecipient: `0x${'00'.repeat(20)}`,
    stateRoot: change.root,
    transactionsRoot: EMPTY_ROOT,
    receiptsRoot: EMPTY_ROOT,
    logsBloom: NO_BLOOM,
    number: 0,
    gasLimit: BigInt(gasLimit),
    gasUsed: 0n,
    timestamp,
    extraData: encodeExtraData({ term: 0, l1Origin: 0 }),
    prevRandao: ZERO_HASH,
    baseFee: quantity(baseFee, 'base fee', MAX_BASE_FEE),
    withdrawalsRoot: EMPTY_ROOT,
    requestsHash: EMPTY_REQUESTS,
  }
  return { block: assembleBlock(header, [], []), change }
}

/** The state of accounts does not depend on the chain, nor on anything that is stored. */
async function stateOf(accounts: readonly GenesisEntry[]): Promise<StateChange> {
  const nothing = () => undefined
  const instance = new Instance(await engineModule('evm'), { node: nothing, code: nothing, blockHash: nothing })
  instance.invoke('open', openRequest({ chainId: 1 }, EMPTY_ROOT))
  return readGenesis(instance.invoke('genesis', genesisRequest(accounts)))
}

function entry(hex: string, { balance, code, storage }: GenesisAccount): GenesisEntry {
  const address = fromHex(normaliseHex(hex, 20))
  const wei = quantity(balance, `balance of ${hex}`, MAX_BALANCE)
  const bytes = hexToBytes(code ?? '0x')
  if (wei === 0n && bytes.length === 0) throw invalid(`account ${hex} is empty`)
  if (isBrokenDelegation(bytes)) throw invalid(`the code of ${hex} begins as a delegation (EIP-7702) and is none`)
  const slots = Object.entries(storage ?? {}).map(([slot, value]) => [integer(slot), integer(value)] as const)
  // A contract could be created over its storage, which no client agrees on (EIP-7610).
  if (slots.length > 0 && bytes.length === 0) throw invalid(`account ${hex} has storage and no code`)
  return [address, wei, bytes, slots]
}

/** Code that the EVM could not read: 0xef01 is followed by 00 and an address, or it is not there. */
function isBrokenDelegation(code: Uint8Array): boolean {
  return code[0] === 0xef && code[1] === 0x01 && !(code.length === 23 && code[2] === 0)
}

/** 32 bytes as the integer that they are. */
function integer(word: string): bigint {
  return BigInt(normaliseHex(word, 32))
}

function quantity(text: string, what: string, most: bigint): bigint {
  const value = /^[0-9]{1,78}$/.test(text) ? BigInt(text) : undefined
  if (value === undefined || value > most)
    throw invalid(`the ${what}, "${text.slice(0, 80)}", is not a decimal number of wei up to ${most}`)
  return value
}

function invalid(reason: string): MetisSeqError {
  return new MetisSeqError('GENESIS_INVALID', `The L2 genesis is invalid: ${reason}.`, {
    exit: Exit.data,
    next: 'Correct the alloc; systemContracts() gives what every chain needs.',
  })
}
