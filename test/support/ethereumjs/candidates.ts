import type { Block as EvmBlock } from '@ethereumjs/block'
import { createTxFromRLP, type TypedTransaction } from '@ethereumjs/tx'
import { createAddressFromString } from '@ethereumjs/util'
import { runTx, type VM } from '@ethereumjs/vm'
import { BEACON_ROOTS, BLOCK_HASHES, SYSTEM_CALLER } from '../../../src/core/chain/systemContracts.js'
import { equalBytes, keccak256 } from '../../../src/core/codec/index.js'
import { messageOf } from '../../../src/core/errors/index.js'
import type { Hash } from '../../../src/core/types/hex.js'

/** What the library says of transactions offered to a block. */
export interface Sorted {
  included: TypedTransaction[]
  rejected: { hash: Hash; reason: string }[]
}

/**
 * Tries `raws` one after the other in `block`, and leaves out those that the library's own rules refuse. It changes the
 * state of `vm`, which must be thrown away afterwards.
 */
export async function sortCandidates(vm: VM, block: EvmBlock, raws: readonly Uint8Array[]): Promise<Sorted> {
  await open(vm, block)
  const sorted: Sorted = { included: [], rejected: [] }
  let used = 0n
  for (const raw of raws) {
    try {
      const tx = createTxFromRLP(raw, { common: vm.common })
      if (!equalBytes(tx.serialize(), raw)) throw new Error('its encoding is not canonical')
      tx.getSenderAddress()
      if (used + tx.gasLimit > block.header.gasLimit) throw new Error('the block has no room for it')
      used += (await runTx(vm, { tx, block, blockGasUsed: used })).totalGasSpent
      sorted.included.push(tx)
    } catch (error) {
      sorted.rejected.push({ hash: keccak256(raw), reason: messageOf(error) })
    }
  }
  return sorted
}

/** The calls with which a block begins (EIP-4788, EIP-2935). */
async function open(vm: VM, block: EvmBlock): Promise<void> {
  const caller = createAddressFromString(SYSTEM_CALLER)
  for (const [to, data] of [
    [BEACON_ROOTS, new Uint8Array(32)],
    [BLOCK_HASHES, block.header.parentHash],
  ] as const) {
    const call = { block, caller, data, gasLimit: 30_000_000n, skipNonceIncrement: true }
    await vm.evm.runCall({ ...call, to: createAddressFromString(to) })
    await vm.evm.journal.cleanup()
  }
  vm.stateManager.originalStorageCache.clear()
}
