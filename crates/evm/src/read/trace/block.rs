//! `trace_block`: the transactions of a block, each on the state that those before it left.

use alloy_consensus::{Transaction as _, TxEnvelope};
use alloy_primitives::{Address, B256, Bytes, TxKind};
use revm::{
    Database, DatabaseCommit,
    context::{
        TxEnv,
        either::Either,
        result::{EVMError, ExecutionResult},
    },
};
use serde::Deserialize;

use super::{
    MOST_BYTES,
    options::Options,
    tracer::{Place, Tracer, failed, too_large},
};
use crate::{
    chain::Chain,
    read::{
        Reply,
        at::At,
        database::{Overlay, overlay},
        json,
        machine::{Scene, fault},
        system, words,
    },
    state::StateError,
    transaction::{Decoded, decode},
    wire::Refusal,
};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Traced {
    /// The block itself, apart from the root, which is its parent's.
    at: At,
    transactions: Vec<Sent>,
    /// The only one to trace, counted from 0.
    only: Option<usize>,
    options: Option<Options>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    raw: Bytes,
    from: Address,
}

/// Executes a block again and traces its transactions, or one of them:
/// `{at, transactions: [{raw, from}], only?, options?}` to `[{txHash, result}]`.
pub fn trace_block<DB: Database<Error = StateError>>(
    request: &[u8],
    chain: &Chain,
    open: impl FnOnce(B256) -> DB,
) -> Reply {
    let Traced { at, transactions, only, options } = json::parse(request)?;
    if let Some(only) = only.filter(|only| *only >= transactions.len()) {
        return Err(Refusal::input(format!("there is no transaction {only} among the {} given", transactions.len())));
    }
    let options = options.unwrap_or_default();
    // Refuses options before anything is executed.
    options.tracer(MOST_BYTES)?;
    let mut db = overlay(open(at.root), &at);
    let mut scene = Scene::new(chain, at.context().env());
    for changes in system::opening(&mut scene, &mut db, at.parent_hash, B256::ZERO)? {
        db.commit(changes);
    }
    let mut reply = vec![b'['];
    let mut logs = 0;
    for (index, sent) in transactions.iter().enumerate() {
        let decoded = decode(&sent.raw, chain).map_err(|why| Refusal::input(format!("transaction {index}: {why}")))?;
        let tx = env(&decoded, sent.from);
        let result = if only.is_none_or(|only| only == index) {
            let room = MOST_BYTES.saturating_sub(reply.len());
            let place = Place { hash: Some(decoded.hash), index: Some(index), block: Some(at.hash), logs };
            let (trace, result) = traced(&mut scene, &mut db, options.tracer(room)?, &place, tx)?;
            if trace.len() > room {
                return Err(too_large());
            }
            if reply.len() > 1 {
                reply.push(b',');
            }
            reply.extend_from_slice(format!(r#"{{"txHash":"{}","result":"#, decoded.hash).as_bytes());
            reply.extend_from_slice(&trace);
            reply.push(b'}');
            result
        } else {
            let done = scene.transact(&mut db, tx.clone()).map_err(|error| refused(error, &tx, &scene, index))?;
            db.commit(done.state);
            done.result
        };
        logs += result.logs().len() as u64;
        if only == Some(index) {
            break;
        }
    }
    reply.push(b']');
    Ok(reply)
}

fn traced<DB: Database<Error = StateError>>(
    scene: &mut Scene,
    db: &mut Overlay<DB>,
    mut tracer: Tracer,
    place: &Place,
    tx: TxEnv,
) -> Result<(Vec<u8>, ExecutionResult), Refusal> {
    let done = scene.inspect(&mut *db, tx.clone(), &mut tracer).map_err(|error| match error {
        EVMError::Custom(_) => failed(error),
        other => refused(other, &tx, scene, place.index.unwrap_or(0)),
    })?;
    let trace = tracer.finish(place, &tx, scene, &done, db)?;
    db.commit(done.state);
    Ok((trace, done.result))
}

/// A transaction of a block can be executed, unless it is not of that block.
fn refused(error: EVMError<StateError>, tx: &TxEnv, scene: &Scene, index: usize) -> Refusal {
    match error {
        EVMError::Transaction(error) => {
            Refusal::input(format!("transaction {index}: {}", words::invalid(&error, tx, &scene.block)))
        }
        other => fault(other),
    }
}

fn env(decoded: &Decoded, caller: Address) -> TxEnv {
    let tx: &TxEnvelope = &decoded.envelope;
    TxEnv {
        tx_type: decoded.kind(),
        caller,
        gas_limit: tx.gas_limit(),
        gas_price: tx.max_fee_per_gas(),
        kind: tx.to().map_or(TxKind::Create, TxKind::Call),
        value: tx.value(),
        data: tx.input().clone(),
        nonce: tx.nonce(),
        chain_id: tx.chain_id(),
        access_list: tx.access_list().cloned().unwrap_or_default(),
        gas_priority_fee: tx.max_priority_fee_per_gas(),
        authorization_list: tx.authorization_list().unwrap_or_default().iter().cloned().map(Either::Left).collect(),
        ..TxEnv::default()
    }
}
