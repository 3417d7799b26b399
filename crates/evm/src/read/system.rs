//! The calls that a block makes to contracts of the protocol, apart from its transactions.

use alloy_primitives::{Address, B256, Bytes, address};
use revm::{Database, SystemCallEvm, context::result::ExecutionResult, state::EvmState};

use super::machine::{Scene, fault};
use crate::{state::StateError, wire::Refusal};

/// EIP-4788
const BEACON_ROOTS: Address = address!("0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02");
/// EIP-2935
const BLOCK_HASHES: Address = address!("0x0000F90827F1C53a10cb7A02335B175320002935");
/// EIP-7002, whose requests are of type 1
pub(super) const WITHDRAWAL_REQUESTS: (u8, Address) = (1, address!("0x00000961Ef480Eb55e80D19ad83579A64c007002"));
/// EIP-7251, whose requests are of type 2
pub(super) const CONSOLIDATION_REQUESTS: (u8, Address) = (2, address!("0x0000BBdDc7CE488642fb579F8B00f3a590007251"));

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
