//! `trace_block`: the transactions of a block, each on the state that those before it left.

use alloy_primitives::{Address, B256, Bytes};
use revm::{
    Database, DatabaseCommit,
    context::{
        TxEnv,
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
    host::Host,
    read::{
        Reply,
        at::At,
        database::{Overlay, overlay},
        json,
        machine::{Scene, fault},
        system, words,
    },
    state::{State, StateError},
    transaction::decode,
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
pub fn trace_block<H: Host + Copy>(request: &[u8], chain: &Chain, host: H) -> Reply {
    let Traced { at, transactions, only, options } = json::parse(request)?;
    if let Some(only) = only.filter(|only| *only >= transactions.len()) {
        return Err(Refusal::input(format!("there is no transaction {only} among the {} given", transactions.len())));
    }
    let options = options.unwrap_or_default();
    // Refuses options before anything is executed.
    options.tracer(MOST_BYTES)?;
    let mut db = overlay(State::new(host, at.root), &at);
    let mut scene = Scene::new(chain, at.context().env());
    for changes in system::opening(&mut scene, &mut db, at.parent_hash, B256::ZERO)? {
        db.commit(changes);
    }
    let mut reply = vec![b'['];
    let mut logs = 0;
    for (index, sent) in transactions.iter().enumerate() {
        let decoded = decode(&sent.raw, chain).map_err(|why| Refusal::input(format!("transaction {index}: {why}")))?;
        let tx = decoded.env(sent.from, &host);
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
