//! Reads of the state after a block: calls, estimates, access lists, proofs, traces and simulations. A request and its
//! reply are JSON with quantities and data as in JSON-RPC; what is refused says why.
//!
//! They answer as go-ethereum does, since that is what wallets and tools were made with, and as the execution-apis
//! specification says where the two differ. Every read is bounded: by its gas cap, by the size of its request, and by
//! what its reply may hold.

mod access_list;
mod at;
mod call;
mod database;
mod estimate;
mod json;
mod machine;
mod overrides;
mod precompiles;
mod proof;
mod quantity;
mod request;
mod simulate;
mod stage;
mod system;
mod trace;
mod words;

#[cfg(test)]
mod tests;

pub use access_list::access_list;
pub use call::call;
pub use estimate::estimate;
pub use proof::proof;
pub use simulate::simulate;
pub use trace::{trace_block, trace_call};

use crate::wire::Refusal;

/// A JSON text, or why there is none.
pub type Reply = Result<Vec<u8>, Refusal>;
