import { bigEndian, bytesToHex, concatAll, hexToBytes, utf8 } from '../codec/index.js'
import type { Hash, Hex } from '../types/hex.js'

const SELECTOR = '0xd710083f'
const word = (value: number) => bigEndian(value, 32)

/**
 * Calldata of `appendStateBatchByChainId(uint256 chainId, bytes32[] roots, uint256 startIndex, string proposer)`
 * (MVM_StateCommitmentChain). The index of a block's root is its number - 1, the proposer `<chainId>_MVM_Proposer`.
 */
export function stateRootsCalldata(chainId: number, firstBlock: number, roots: readonly Hash[]): Hex {
  const proposer = utf8(`${chainId}_MVM_Proposer`)
  const rootsAt = 4 * 32
  const proposerAt = rootsAt + 32 * (1 + roots.length)
  const padded = new Uint8Array(32 * Math.ceil(proposer.length / 32))
  padded.set(proposer)
  const head = [word(chainId), word(rootsAt), word(firstBlock - 1), word(proposerAt)]
  const tail = [word(roots.length), ...roots.map((root) => hexToBytes(root, 32)), word(proposer.length), padded]
  return bytesToHex(concatAll([hexToBytes(SELECTOR), ...head, ...tail]))
}
