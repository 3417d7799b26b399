//! `trace_call`: a transaction that is only tried.

use alloy_primitives::B256;
use revm::{Database, context::result::EVMError};
use serde::Deserialize;

use super::{
    MOST_BYTES,
    options::Options,
    tracer::{Place, failed},
};
use crate::{
    chain::Chain,
    read::{
        Reply,
        at::At,
        json,
        overrides::{BlockOverrides, StateOverrides},
        quantity,
        request::Request,
        stage::Stage,
        words,
    },
    state::StateError,
    wire::Refusal,
};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Traced {
    at: At,
    request: Request,
    overrides: Option<StateOverrides>,
    block_overrides: Option<BlockOverrides>,
    options: Option<Options>,
    /// gas
    #[serde(deserialize_with = "quantity::required")]
    gas_cap: u64,
}

/// Traces a transaction whose effects are forgotten: `{at, request, overrides?, blockOverrides?, options?, gasCap}` to
/// what its tracer makes of it.
pub fn trace_call<DB: Database<Error = StateError>>(
    request: &[u8],
    chain: &Chain,
    open: impl FnOnce(B256) -> DB,
) -> Reply {
    let call: Traced = json::parse(request)?;
    let mut tracer = call.options.unwrap_or_default().tracer(MOST_BYTES)?;
    let mut stage = Stage::new(chain, &call.at, open(call.at.root), call.overrides, call.block_overrides)?;
    let tx = call.request.tx(chain, call.gas_cap)?;
    stage.price(&tx);
    let done = stage.scene.inspect(&mut stage.db, tx.clone(), &mut tracer).map_err(|error| match error {
        EVMError::Transaction(error) => {
            Refusal::input(format!("tracing failed: {}", words::invalid(&error, &tx, &stage.scene.block)))
        }
        other => failed(other),
    })?;
    tracer.finish(&Place::default(), &tx, &stage.scene, &done, &mut stage.db)
}
