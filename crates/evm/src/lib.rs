//! The execution engine of metis-seq: the EVM (revm) over a state trie whose nodes the host holds. Bytes in, bytes
//! out; the host calls the exports of [`abi`], which the functions of [`engine`] answer.

#[cfg(target_arch = "wasm32")]
pub mod abi;
pub mod block;
pub mod chain;
pub mod engine;
pub mod host;
pub mod read;
pub mod state;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod testing;
pub mod transaction;
pub mod trie;
pub mod wire;
