//! What watches one transaction.

use alloy_primitives::{Address, B256, Log, U256};
use revm::{
    Database,
    context::{
        ContextTr, TxEnv,
        result::{EVMError, ResultAndState},
    },
    inspector::{Inspector, JournalExt},
    interpreter::{CallInputs, CallOutcome, CreateInputs, CreateOutcome, Interpreter},
};

use super::{MOST_BYTES, bounded::TOO_LARGE, library::Library, steps::Steps};
use crate::{
    read::{
        Reply,
        database::Overlay,
        json,
        machine::{Scene, fault},
    },
    state::StateError,
    wire::Refusal,
};

/// Where the transaction is, if it is in a block.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    pub(super) hash: Option<B256>,
    pub(super) index: Option<usize>,
    pub(super) block: Option<B256>,
    /// Logs of the block before it.
    pub(super) logs: u64,
}

/// The steps, or what the library makes of the run.
#[derive(Debug)]
pub(super) enum Tracer {
    Steps(Steps),
    One(Library),
    /// By their names.
    Several(Vec<(String, Library)>),
}

impl Tracer {
    /// The trace of `tx`, which ended so on the state of `db`.
    pub(super) fn finish<DB: Database<Error = StateError>>(
        self,
        place: &Place,
        tx: &TxEnv,
        scene: &Scene,
        done: &ResultAndState,
        db: &mut Overlay<DB>,
    ) -> Reply {
        match self {
            Self::Steps(steps) => Ok(steps.finish(&done.result)),
            Self::One(library) => library.finish(place, tx, scene, done, db),
            Self::Several(tracers) => {
                let mut reply = vec![b'{'];
                for (name, library) in tracers {
                    if reply.len() > 1 {
                        reply.push(b',');
                    }
                    reply.extend_from_slice(&json::write(&name)?);
                    reply.push(b':');
                    reply.extend_from_slice(&library.finish(place, tx, scene, done, db)?);
                    if reply.len() > MOST_BYTES {
                        return Err(too_large());
                    }
                }
                reply.push(b'}');
                Ok(reply)
            }
        }
    }
}

/// A trace that ended early, or with the EVM.
pub(super) fn failed(error: EVMError<StateError>) -> Refusal {
    match error {
        EVMError::Custom(text) if text == TOO_LARGE => too_large(),
        other => fault(other),
    }
}

/// What is traced does not fit into a reply.
pub(super) fn too_large() -> Refusal {
    Refusal::limit(format!(
        "{TOO_LARGE}: at most {MOST_BYTES} bytes are held; ask for a single transaction, for fewer steps with limit, \
         or for less of each step"
    ))
}

macro_rules! each {
    ($self:expr, $inner:ident => $call:expr) => {
        match $self {
            Self::Steps($inner) => $call,
            Self::One(Library { bounded: $inner, .. }) => $call,
            Self::Several(tracers) => {
                let mut answer = Default::default();
                for (_, Library { bounded: $inner, .. }) in tracers {
                    answer = $call;
                }
                answer
            }
        }
    };
}

impl<CTX: ContextTr<Journal: JournalExt>> Inspector<CTX> for Tracer {
    fn initialize_interp(&mut self, interpreter: &mut Interpreter, context: &mut CTX) {
        each!(self, inner => inner.initialize_interp(interpreter, context))
    }

    fn step(&mut self, interpreter: &mut Interpreter, context: &mut CTX) {
        each!(self, inner => inner.step(interpreter, context))
    }

    fn step_end(&mut self, interpreter: &mut Interpreter, context: &mut CTX) {
        each!(self, inner => inner.step_end(interpreter, context))
    }

    fn log(&mut self, context: &mut CTX, log: Log) {
        each!(self, inner => inner.log(context, log.clone()))
    }

    fn log_full(&mut self, interpreter: &mut Interpreter, context: &mut CTX, log: Log) {
        each!(self, inner => inner.log_full(interpreter, context, log.clone()))
    }

    fn call(&mut self, context: &mut CTX, inputs: &mut CallInputs) -> Option<CallOutcome> {
        match self {
            Self::Steps(inner) => inner.call(context, inputs),
            Self::One(inner) => inner.bounded.call(context, inputs),
            Self::Several(inner) => inner.iter_mut().filter_map(|(_, each)| each.bounded.call(context, inputs)).last(),
        }
    }

    fn call_end(&mut self, context: &mut CTX, inputs: &CallInputs, outcome: &mut CallOutcome) {
        each!(self, inner => inner.call_end(context, inputs, outcome))
    }

    fn create(&mut self, context: &mut CTX, inputs: &mut CreateInputs) -> Option<CreateOutcome> {
        match self {
            Self::Steps(inner) => inner.create(context, inputs),
            Self::One(inner) => inner.bounded.create(context, inputs),
            Self::Several(inner) => {
                inner.iter_mut().filter_map(|(_, each)| each.bounded.create(context, inputs)).last()
            }
        }
    }

    fn create_end(&mut self, context: &mut CTX, inputs: &CreateInputs, outcome: &mut CreateOutcome) {
        each!(self, inner => inner.create_end(context, inputs, outcome))
    }

    fn selfdestruct(&mut self, contract: Address, target: Address, value: U256) {
        each!(self, inner => Inspector::<CTX>::selfdestruct(inner, contract, target, value))
    }
}
