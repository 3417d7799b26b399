//! `trace_block` and `trace_call`: what the EVM did, as the tracers of go-ethereum show it.

mod block;
mod bounded;
mod call;
mod flat;
mod library;
mod options;
mod state;
mod steps;
mod tracer;

pub use block::trace_block;
pub use call::trace_call;

/// Bytes that a trace may hold, and those of a request together.
const MOST_BYTES: usize = 64 << 20;
