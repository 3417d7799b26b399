//! `simulate`: blocks that are only tried, one on the other: eth_simulateV1 of the execution-apis specification. Its tests
//! decide where its notes say something else (gas limit and fee recipient are the parent's unless overridden, extra data
//! is empty). Where go-ethereum 1.17 differs from it, it is followed: a fee cap below the base fee is -38012, and the blob
//! base fee is zero without validation.

mod block;
mod calls;
mod fork;
mod logs;
mod plan;
mod refusals;
mod reply;
mod transaction;

use serde::Deserialize;

use super::{
    Reply,
    at::At,
    json,
    overrides::{BlockOverrides, StateOverrides},
    quantity,
    request::Request,
};
use crate::{chain::Chain, host::Host, state::State};
use block::Parent;
use calls::Budget;
use fork::Fork;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Simulation {
    at: At,
    payload: Payload,
    /// gas of all blocks together
    #[serde(deserialize_with = "quantity::required")]
    gas_cap: u64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Payload {
    block_state_calls: Vec<BlockStateCalls>,
    #[serde(default)]
    trace_transfers: bool,
    #[serde(default)]
    validation: bool,
    #[serde(default)]
    return_full_transactions: bool,
}

/// How all blocks are run and shown.
#[derive(Clone, Copy, Debug)]
struct Mode {
    /// Show transfers of the native coin as logs.
    trace_transfers: bool,
    /// Hold calls to the nonces and fees that transactions are held to.
    validation: bool,
    return_full_transactions: bool,
}

/// A block that is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct BlockStateCalls {
    block_overrides: Option<BlockOverrides>,
    state_overrides: Option<StateOverrides>,
    calls: Option<Vec<Request>>,
}

/// Runs blocks whose effects are forgotten: `{at, payload, gasCap}` to the blocks with what their calls did. A refusal's
/// code is that of JSON-RPC, as a decimal number, unless the request as a whole is none.
pub fn simulate<H: Host>(request: &[u8], chain: &Chain, host: H) -> Reply {
    let Simulation { at, payload, gas_cap } = json::parse(request)?;
    let Payload { trace_transfers, validation, return_full_transactions, .. } = payload;
    let mode = Mode { trace_transfers, validation, return_full_transactions };
    let planned = plan::plan(&at, payload.block_state_calls)?;
    let mut state = State::new(Fork::new(host, &at), at.root);
    let mut budget = Budget::new(gas_cap);
    let mut parent = Parent::of(&at);
    let mut reply = Vec::with_capacity(planned.len());
    for block in planned {
        let done = block::run(&mut state, chain, mode, &parent, block, &mut budget)?;
        state.host().add(done.header.number, done.hash);
        parent = Parent::from(&done);
        reply.push(reply::block(done, mode));
    }
    json::write(&reply)
}
