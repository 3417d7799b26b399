//! What the engine asks of whoever holds the chain's data.

use alloy_primitives::{B256, Bytes};

/// The host's side: where state lies, and what native code does better.
pub trait Host {
    /// The trie node that hashes to `hash`.
    fn node(&self, hash: &B256) -> Option<Bytes>;
    /// The code that hashes to `hash`.
    fn code(&self, hash: &B256) -> Option<Bytes>;
    /// Hash of the ancestor `number` of the block that is executed.
    fn block_hash(&self, number: u64) -> Option<B256>;
    /// The public key (without its first byte) that signed `digest`: r and s in `signature`.
    fn ecrecover(&self, digest: &B256, signature: &[u8; 64], recovery_id: u8) -> Option<[u8; 64]>;
    /// Milliseconds of a clock that never goes back.
    fn now(&self) -> f64;
}
