//! `access_list`: the storage that a transaction touches (EIP-2930).

use alloy_eips::eip2930::AccessList;
use alloy_primitives::B256;
use revm::{
    Database,
    context::{TransactionType, TxEnv},
};
use revm_inspectors::access_list::AccessListInspector;
use serde::Serialize;

use super::{
    Reply,
    call::Call,
    json,
    machine::{Attempt, Stage},
    quantity,
};
use crate::{chain::Chain, state::StateError, wire::Refusal};

/// A contract that looks at its gas may touch something else at each run; others settle after two or three.
const MOST_RUNS: usize = 32;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AccessListReply {
    access_list: AccessList,
    #[serde(serialize_with = "quantity::write")]
    gas_used: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// What a transaction touches apart from its sender, its target, precompiles and signers of authorizations: a request
/// as for `call` to `{accessList, gasUsed, error?}`. Runs with the list that the run before it gave until that is what
/// it gives itself. As for a call, and unlike go-ethereum, no price is filled in where none is named, so that the sender
/// needs no funds.
pub fn access_list<DB: Database<Error = StateError>>(
    request: &[u8],
    chain: &Chain,
    open: impl FnOnce(B256) -> DB,
) -> Reply {
    let call: Call = json::parse(request)?;
    let mut stage = Stage::new(chain, &call.at, open(call.at.root), call.overrides, call.block_overrides)?;
    let mut tx = call.request.tx(chain, call.gas_cap)?;
    stage.price(&tx);
    for _ in 0..MOST_RUNS {
        let (found, reply) = run(&mut stage, &tx)?;
        if found == tx.access_list {
            return json::write(&reply);
        }
        if tx.tx_type == TransactionType::Legacy as u8 {
            tx.tx_type = TransactionType::Eip2930 as u8;
        }
        tx.access_list = found;
    }
    Err(Refusal::failed(format!("the access list is another one after each of {MOST_RUNS} runs")))
}

fn run<DB: Database<Error = StateError>>(
    stage: &mut Stage<DB>,
    tx: &TxEnv,
) -> Result<(AccessList, AccessListReply), Refusal> {
    let mut inspector = AccessListInspector::new(tx.access_list.clone());
    let ran = stage.scene.inspect(&mut stage.db, tx.clone(), &mut inspector).map(|done| done.result);
    let outcome = match stage.conclude(tx, ran)? {
        Attempt::Ran(outcome) => outcome,
        Attempt::TooLittleGas(why) | Attempt::Impossible(why) => {
            return Err(Refusal::input(format!("failed to apply transaction: {why}")));
        }
    };
    let found = inspector.into_access_list();
    let reply =
        AccessListReply { access_list: tx.access_list.clone(), gas_used: outcome.gas_used, error: outcome.error };
    Ok((found, reply))
}
