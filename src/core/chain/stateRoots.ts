import { abiText, abiWord, bytesToHex, concatAll, hexToBytes } from '../codec/index.js'
import type { Hash, Hex } from '../types/hex.js'

const SELECTOR = '0xd710083f'

/** Under which AddressManager has the address that may append the state roots of a chain. */
export const proposerName = (chainId: bigint | number): string => `${chainId}_MVM_Proposer`

/**
 * Calldata of `appendStateBatchByChainId(uint256 chainId, bytes32[] roots, uint256 startIndex, string proposer)`
 * (MVM_StateCommitmentChain). The index of a block's root is its number - 1.
 */
export function stateRootsCalldata(chainId: number, firstBlock: number, roots: readonly Hash[]): Hex {
  const rootsAt = 4 * 32
  const proposerAt = rootsAt + 32 * (1 + roots.length)
  const head = [chainId, rootsAt, firstBlock - 1, proposerAt].map(abiWord)
  const tail = [abiWord(roots.length), ...roots.map((root) => hexToBytes(root, 32)), abiText(proposerName(chainId))]
  return bytesToHex(concatAll([hexToBytes(SELECTOR), ...head, ...tail]))
}
