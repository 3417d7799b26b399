import { Account, createAddressFromString } from '@ethereumjs/util'
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
import { State, type StateChange } from './state.js'

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
  const state = new State({ node: () => undefined, code: () => undefined }, EMPTY_ROOT)
  for (const [address, account] of Object.entries(alloc)) await place(state, address, account)
  const change = state.seal()
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
    baseFee: quantity(baseFee, 'base fee'),
    withdrawalsRoot: EMPTY_ROOT,
    requestsHash: EMPTY_REQUESTS,
  }
  return { block: assembleBlock(header, [], []), change }
}

async function place(state: State, hex: string, { balance, code, storage }: GenesisAccount): Promise<void> {
  const address = createAddressFromString(normaliseHex(hex, 20))
  const wei = quantity(balance, `balance of ${hex}`)
  const bytes = hexToBytes(code ?? '0x')
  if (wei === 0n && bytes.length === 0) throw invalid(`account ${hex} is empty`)
  await state.putAccount(address, new Account(0n, wei))
  if (bytes.length > 0) await state.putCode(address, bytes)
  for (const [slot, value] of Object.entries(storage ?? {})) {
    await state.putStorage(address, hexToBytes(slot, 32), hexToBytes(value, 32))
  }
}

function quantity(text: string, what: string): bigint {
  if (!/^[0-9]{1,78}$/.test(text)) throw invalid(`the ${what}, "${text.slice(0, 80)}", is not a decimal number of wei`)
  return BigInt(text)
}

function invalid(reason: string): MetisSeqError {
  return new MetisSeqError('GENESIS_INVALID', `The L2 genesis is invalid: ${reason}.`, {
    exit: Exit.data,
    next: 'Correct the alloc; systemContracts() gives what every chain needs.',
  })
}
