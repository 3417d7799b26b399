import { createBlockFromRLP } from '@ethereumjs/block'
import { MerkleStateManager } from '@ethereumjs/statemanager'
import { createVM, runBlock } from '@ethereumjs/vm'
import { bytesToHex } from '../../../src/core/codec/index.js'
import type { Genesis } from '../../../src/core/genesis/types.js'
import type { Hash } from '../../../src/core/types/hex.js'
import { chainCommon } from '../../../src/node/execution/embedded/common.js'

/**
 * A second opinion: the library's own block processor on its own trie and state manager. It checks state root, receipts
 * root, bloom, gas, requests hash and the body's roots of each block, throws where one differs, and returns the hash.
 */
export async function stockChain({ alloc, chainId }: Genesis['l2']): Promise<(encoded: Uint8Array) => Promise<Hash>> {
  const common = chainCommon(chainId)
  const stateManager = new MerkleStateManager({ common })
  const hashes = new Map<number, Uint8Array>()
  const blockchain = {
    getBlock: async (number: number) => ({ hash: () => hashes.get(number) ?? new Uint8Array(32) }),
    putBlock: async () => undefined,
    shallowCopy: () => blockchain,
  }
  const accounts = Object.entries(alloc).map(([address, { balance, code, storage }]) => [
    address,
    [BigInt(balance), code, Object.entries(storage ?? {}), 0n],
  ])
  await stateManager.generateCanonicalGenesis(Object.fromEntries(accounts))
  const vm = await createVM({ common, stateManager, blockchain })
  return async (encoded) => {
    const block = createBlockFromRLP(encoded, { common })
    hashes.set(Number(block.header.number) - 1, block.header.parentHash)
    await runBlock(vm, { block, skipHeaderValidation: true })
    return bytesToHex(block.hash())
  }
}
