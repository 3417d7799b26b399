import { hexQuantity, keccak256 } from '../../../core/codec/index.js'
import { type MethodTable, method } from './method.js'
import { bytes } from './params.js'

/** What the node is, and how it is connected. */
export const nodeMethods: MethodTable = {
  web3_clientVersion: method([], ({ clientVersion }) => clientVersion),
  web3_sha3: method([bytes], (_, input) => keccak256(input)),
  net_version: method([], ({ chain }) => chain.chainId.toString()),
  net_listening: method([], () => true),
  net_peerCount: method([], (context) => hexQuantity(context.peers())),
  eth_chainId: method([], ({ chain }) => hexQuantity(chain.chainId)),
  // The node signs nothing for callers.
  eth_accounts: method([], () => []),
  eth_syncing: method([], (context) => {
    const progress = context.syncing()
    if (progress === false) return false
    const { startingBlock, currentBlock, highestBlock } = progress
    return {
      startingBlock: hexQuantity(startingBlock),
      currentBlock: hexQuantity(currentBlock),
      highestBlock: hexQuantity(highestBlock),
    }
  }),
}
