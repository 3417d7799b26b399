import { bytesToHex, rlpEncode } from '../codec/index.js'
import type { Withdrawal } from '../ports/execution.js'
import type { Hash } from '../types/hex.js'
import { withdrawalFields } from './block.js'
import { Trie } from './trie.js'

/** Root of the trie of `items` under the RLP of their place: transactions root, receipts root, withdrawals root. */
export function orderedRoot(items: readonly Uint8Array[]): Hash {
  const trie = new Trie()
  items.forEach((item, index) => {
    trie.put(rlpEncode(index), item)
  })
  return bytesToHex(trie.commit(() => undefined))
}

/** The withdrawals root of a block's header (EIP-4895). */
export function withdrawalsRoot(withdrawals: readonly Withdrawal[]): Hash {
  return orderedRoot(withdrawals.map((withdrawal) => rlpEncode(withdrawalFields(withdrawal))))
}
