import { createHash } from 'node:crypto'
import type { Block } from '@ethereumjs/block'
import { Account, createAddressFromString } from '@ethereumjs/util'
import {
  BEACON_ROOTS,
  BLOCK_HASHES,
  CONSOLIDATION_REQUESTS,
  SYSTEM_CALLER,
  WITHDRAWAL_REQUESTS,
} from '../../../core/chain/systemContracts.js'
import { Exit, MetisSeqError } from '../../../core/errors/index.js'
import type { Withdrawal } from '../../../core/ports/execution.js'
import type { Address, Hash } from '../../../core/types/hex.js'
import { toHex } from './hex.js'
import type { Machine } from './machine.js'

const GAS = 30_000_000n
const WEI_PER_GWEI = 1_000_000_000n
const caller = createAddressFromString(SYSTEM_CALLER)

/** What happens before the first transaction: beacon root (EIP-4788) and parent hash (EIP-2935) are recorded. */
export async function openBlock(machine: Machine, block: Block): Promise<void> {
  await systemCall(machine, block, BEACON_ROOTS, new Uint8Array(32))
  await systemCall(machine, block, BLOCK_HASHES, block.header.parentHash)
}

/**
 * What happens after the last transaction: withdrawals are paid (EIP-4895), requests collected (EIP-7002, 7251).
 * @returns the requests hash (EIP-7685)
 */
export async function closeBlock(machine: Machine, block: Block, withdrawals: readonly Withdrawal[]): Promise<Hash> {
  for (const { address, amountGwei } of withdrawals) await credit(machine, address, amountGwei * WEI_PER_GWEI)
  await machine.evm.journal.cleanup()
  const exits = await systemCall(machine, block, WITHDRAWAL_REQUESTS, new Uint8Array(0))
  const mergers = await systemCall(machine, block, CONSOLIDATION_REQUESTS, new Uint8Array(0))
  const outer = createHash('sha256')
  for (const [type, data] of [
    [1, exits],
    [2, mergers],
  ] as const) {
    if (data.length > 0) outer.update(createHash('sha256').update(Uint8Array.of(type)).update(data).digest())
  }
  return toHex(outer.digest())
}

async function credit({ state, evm }: Machine, to: Address, wei: bigint): Promise<void> {
  const address = createAddressFromString(to)
  const account = (await state.getAccount(address)) ?? new Account()
  account.balance += wei
  await evm.journal.putAccount(address, account)
}

async function systemCall({ evm, state }: Machine, block: Block, to: Address, data: Uint8Array): Promise<Uint8Array> {
  const result = await evm.runCall({
    block,
    caller,
    to: createAddressFromString(to),
    data,
    gasLimit: GAS,
    skipNonceIncrement: true,
  })
  await evm.journal.cleanup()
  state.originalStorageCache.clear()
  const { exceptionError, returnValue } = result.execResult
  if (exceptionError === undefined) return returnValue
  throw new MetisSeqError('SYSTEM_CALL_FAILED', `The system contract ${to} failed: ${exceptionError.error}.`, {
    exit: Exit.data,
    severity: 'critical',
    next: 'The genesis must contain the contracts of systemContracts().',
    details: { address: to },
  })
}
