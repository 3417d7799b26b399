//! Execution of blocks on the state of a chain.
pub mod trie;
