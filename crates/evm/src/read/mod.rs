//! Reads of the state after a block: calls, estimates, access lists, proofs, traces and simulations. A request and its
//! reply are JSON with quantities and data as in JSON-RPC; what is refused says why.
//!
//! They answer as go-ethereum does, since that is what wallets and tools were made with, and as the execution-apis
//! specification says where the two differ. Every read is bounded: by its gas cap, by the size of its request, and by
//! what its reply may hold.

mod at;
mod call;
mod database;
mod estimate;
mod json;
mod machine;
mod overrides;
mod precompiles;
mod quantity;
mod request;
mod words;

#[cfg(test)]
mod tests;

pub use call::call;
pub use estimate::estimate;

use crate::wire::Refusal;

/// A JSON text, or why there is none.
pub type Reply = Result<Vec<u8>, Refusal>;
