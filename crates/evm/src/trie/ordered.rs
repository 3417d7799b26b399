//! Roots of lists: transactions, receipts, withdrawals.

use alloy_primitives::B256;

/// The root of the trie that maps the RLP of each item's position to the item, as it stands.
pub fn ordered_root(items: impl Iterator<Item = impl AsRef<[u8]>>) -> B256 {
    alloy_trie::root::ordered_trie_root_encoded(&items.collect::<Vec<_>>())
}
