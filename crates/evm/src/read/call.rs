//! `call`: what a transaction would return.

use alloy_primitives::Bytes;
use revm::Database;
use serde::{Deserialize, Serialize};

use super::{
    Reply,
    at::At,
    json,
    overrides::{BlockOverrides, StateOverrides},
    quantity,
    request::Request,
    stage::{Attempt, Stage},
};
use crate::{chain::Chain, state::StateError};

/// A transaction to try, on which state.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Call {
    pub(super) at: At,
    pub(super) request: Request,
    pub(super) overrides: Option<StateOverrides>,
    pub(super) block_overrides: Option<BlockOverrides>,
    /// gas
    #[serde(deserialize_with = "quantity::required")]
    pub(super) gas_cap: u64,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct CallReply {
    success: bool,
    data: Bytes,
    #[serde(serialize_with = "quantity::write")]
    gas_used: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Runs a transaction whose effects are forgotten: `{at, request, overrides?, blockOverrides?, gasCap}` to
/// `{success, data, gasUsed, error?}`. It pays no base fee unless it names a price, and its sender's nonce and code are
/// not checked.
pub fn call<DB: Database<Error = StateError>>(
    request: &[u8],
    chain: &Chain,
    open: impl FnOnce(alloy_primitives::B256) -> DB,
) -> Reply {
    let call: Call = json::parse(request)?;
    let mut stage = Stage::new(chain, &call.at, open(call.at.root), call.overrides, call.block_overrides)?;
    let tx = call.request.tx(chain, call.gas_cap)?;
    stage.price(&tx);
    json::write(&match stage.attempt(&tx)? {
        Attempt::Ran(outcome) => {
            CallReply { success: outcome.success, data: outcome.data, gas_used: outcome.gas_used, error: outcome.error }
        }
        Attempt::TooLittleGas(why) | Attempt::Impossible(why) => CallReply { error: Some(why), ..CallReply::default() },
    })
}
