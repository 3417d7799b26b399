//! Traces that the library makes, in the shape that go-ethereum gives them.

use alloy_rpc_types_trace::geth::{CallFrame, GethTrace};
use revm::{
    Database,
    context::{TxEnv, result::ResultAndState},
};
use revm_inspectors::tracing::{DebugInspectorError, TransactionContext};

use super::{
    MOST_BYTES,
    bounded::{Bounded, Noted},
    flat::{self, FlatOptions},
    state,
    tracer::{Place, too_large},
};
use crate::{
    read::{
        Reply,
        database::Overlay,
        json,
        machine::{Destroyed, Scene},
    },
    state::StateError,
    wire::Refusal,
};

/// The type of the frame that the library adds below a contract's that destroys itself.
const SELFDESTRUCT: &str = "SELFDESTRUCT";

/// What is made of what the library traced.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// Calls within calls.
    Calls,
    /// The same calls as a list.
    Flat(FlatOptions),
    /// Accounts before, and after.
    State,
    Other,
}

/// One of the library's tracers.
#[derive(Debug)]
pub(super) struct Library {
    pub(super) bounded: Bounded,
    pub(super) kind: Kind,
    /// bytes
    pub(super) room: usize,
}

impl Library {
    /// The trace of `tx`, which ended so on the state of `db`.
    pub(super) fn finish<DB: Database<Error = StateError>>(
        mut self,
        place: &Place,
        tx: &TxEnv,
        scene: &Scene,
        done: &ResultAndState,
        db: &mut Overlay<DB>,
    ) -> Reply {
        if matches!(self.kind, Kind::State) {
            state::check_size(done, db)?;
        }
        let &Place { hash, index, block: block_hash, .. } = place;
        let context = TransactionContext { block_hash, tx_hash: hash, tx_index: index };
        let trace = self.bounded.inspector.get_result(Some(context), tx, &scene.block, done, db);
        let trace = trace.map_err(|error| match error {
            DebugInspectorError::Database(error) => Refusal::from(error),
            other => Refusal::failed(other),
        })?;
        let noted = self.bounded.calls();
        let reply = match (self.kind, trace) {
            (Kind::Calls, GethTrace::CallTracer(mut root)) => {
                if root.error.is_some() {
                    root.logs.clear();
                }
                complete(&mut root, &mut noted.into_iter());
                count(&mut root, &mut place.logs.clone());
                json::write(&root)
            }
            (Kind::Flat(options), GethTrace::CallTracer(mut root)) => {
                complete(&mut root, &mut noted.into_iter());
                flat::write(root, options, place, scene, self.room)
            }
            (Kind::State, GethTrace::PreStateTracer(frame)) => state::write(frame, done, db),
            (_, trace) => json::write(&trace),
        }?;
        if reply.len() > MOST_BYTES { Err(too_large()) } else { Ok(reply) }
    }
}

/// Adds what was noted of calls, which come in the order of their beginning. They are at most 1025 deep.
fn complete(frame: &mut CallFrame, noted: &mut impl Iterator<Item = Noted>) {
    let Some(Noted { failure, destroyed }) = noted.next() else { return };
    if failure.is_some() {
        frame.error = failure;
    }
    for call in &mut frame.calls {
        match destroyed {
            Some(Destroyed { contract, target, balance }) if call.typ == SELFDESTRUCT => {
                (call.from, call.to, call.value) = (contract, Some(target), Some(balance));
            }
            _ if call.typ == SELFDESTRUCT => {}
            _ => complete(call, noted),
        }
    }
}

/// Gives logs their places in the block: each lies behind as many calls as its position says.
fn count(frame: &mut CallFrame, next: &mut u64) {
    let mut logs = frame.logs.iter_mut().peekable();
    for at in 0..=frame.calls.len() {
        while let Some(log) = logs.next_if(|log| log.position.is_none_or(|position| position <= at as u64)) {
            log.index = Some(*next);
            *next += 1;
        }
        if let Some(call) = frame.calls.get_mut(at) {
            count(call, next);
        }
    }
}
