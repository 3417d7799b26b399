//! The calls that a block makes to contracts of the protocol, apart from its transactions.

use alloy_primitives::{Address, B256, Bytes};
use revm::{Database, SystemCallEvm, context::result::ExecutionResult, state::EvmState};

use super::machine::{Scene, fault};
use crate::{
    block::{BEACON_ROOTS, BLOCK_HASHES},
    state::StateError,
    wire::Refusal,
};

/// What recording beacon root and parent's hash changes. Neither sees what the other does.
pub(super) fn opening<DB: Database<Error = StateError>>(
    scene: &mut Scene,
    mut db: DB,
    parent_hash: B256,
    beacon_root: B256,
) -> Result<[EvmState; 2], Refusal> {
    let (_, roots) = call(scene, &mut db, BEACON_ROOTS, beacon_root.into())?;
    let (_, hashes) = call(scene, &mut db, BLOCK_HASHES, parent_hash.into())?;
    Ok([roots, hashes])
}

/// Calls a contract in the name of the protocol (EIP-4788). @returns what it returns, and what it changes
pub(super) fn call<DB: Database<Error = StateError>>(
    scene: &mut Scene,
    db: DB,
    contract: Address,
    input: Bytes,
) -> Result<(Bytes, EvmState), Refusal> {
    let done = scene.machine(db, ()).system_call(contract, input).map_err(fault)?;
    match done.result {
        ExecutionResult::Success { output, .. } => Ok((output.into_data(), done.state)),
        other => Err(Refusal::failed(format!("the system contract {contract} failed: {other:?}"))),
    }
}
