//! A tracer of one transaction.

use alloy_primitives::{Address, B256, Log, U256};
use alloy_rpc_types_trace::geth::GethTrace;
use revm::{
    Database,
    context::{
        BlockEnv, ContextTr, TxEnv,
        result::{EVMError, ResultAndState},
    },
    inspector::{Inspector, JournalExt},
    interpreter::{CallInputs, CallOutcome, CreateInputs, CreateOutcome, Interpreter},
    primitives::KECCAK_EMPTY,
};
use revm_inspectors::tracing::{DebugInspector, DebugInspectorError, TransactionContext};

use super::{
    MOST_BYTES,
    bounded::{Bounded, TOO_LARGE},
    steps::Steps,
};
use crate::{
    read::{database::Overlay, json, machine::fault},
    state::StateError,
    wire::Refusal,
};

/// Bytes that an account takes as text beside its code.
const ACCOUNT: usize = 256;
/// Bytes that a slot takes as text, before and after.
const SLOT: usize = 280;

/// The steps, or what the library makes of the run.
#[derive(Debug)]
pub(super) enum Tracer {
    Steps(Steps),
    Library(Box<Bounded>),
}

impl Tracer {
    /// The trace of `tx`, which ended so on the state of `db`.
    pub(super) fn finish<DB: Database<Error = StateError>>(
        self,
        (hash, index, block_hash): (Option<B256>, Option<usize>, Option<B256>),
        tx: &TxEnv,
        block: &BlockEnv,
        done: &ResultAndState,
        db: &mut Overlay<DB>,
    ) -> Result<Vec<u8>, Refusal> {
        let mut bounded = match self {
            Self::Steps(steps) => return Ok(steps.finish(&done.result)),
            Self::Library(bounded) => bounded,
        };
        if matches!(bounded.inspector, DebugInspector::PreStateTracer(..) | DebugInspector::Mux(..)) {
            check_size(done, db)?;
        }
        let context = TransactionContext { block_hash, tx_hash: hash, tx_index: index };
        let trace: GethTrace =
            bounded.inspector.get_result(Some(context), tx, block, done, db).map_err(|error| match error {
                DebugInspectorError::Database(error) => Refusal::from(error),
                other => Refusal::failed(other),
            })?;
        json::write(&trace)
    }
}

/// Refuses accounts that are too much to be written down.
fn check_size<DB: Database<Error = StateError>>(done: &ResultAndState, db: &mut Overlay<DB>) -> Result<(), Refusal> {
    let mut size = 0;
    for account in done.state.values() {
        let code = match &account.info.code {
            Some(code) => code.len(),
            None if account.info.code_hash == KECCAK_EMPTY => 0,
            None => db.code_by_hash(account.info.code_hash)?.len(),
        };
        size += ACCOUNT + 4 * code + SLOT * account.storage.len();
        if size > MOST_BYTES {
            return Err(too_large());
        }
    }
    Ok(())
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
    Refusal::failed(format!(
        "{TOO_LARGE}: at most {MOST_BYTES} bytes are held; ask for a single transaction, for fewer steps with limit, \
         or for less of each step"
    ))
}

macro_rules! delegate {
    ($self:expr, $method:ident($($argument:expr),*)) => {
        match $self {
            Self::Steps(inner) => Inspector::<CTX>::$method(inner, $($argument),*),
            Self::Library(inner) => Inspector::<CTX>::$method(inner.as_mut(), $($argument),*),
        }
    };
}

impl<CTX: ContextTr<Journal: JournalExt>> Inspector<CTX> for Tracer {
    fn initialize_interp(&mut self, interpreter: &mut Interpreter, context: &mut CTX) {
        delegate!(self, initialize_interp(interpreter, context))
    }

    fn step(&mut self, interpreter: &mut Interpreter, context: &mut CTX) {
        delegate!(self, step(interpreter, context))
    }

    fn step_end(&mut self, interpreter: &mut Interpreter, context: &mut CTX) {
        delegate!(self, step_end(interpreter, context))
    }

    fn log(&mut self, context: &mut CTX, log: Log) {
        delegate!(self, log(context, log))
    }

    fn log_full(&mut self, interpreter: &mut Interpreter, context: &mut CTX, log: Log) {
        delegate!(self, log_full(interpreter, context, log))
    }

    fn call(&mut self, context: &mut CTX, inputs: &mut CallInputs) -> Option<CallOutcome> {
        delegate!(self, call(context, inputs))
    }

    fn call_end(&mut self, context: &mut CTX, inputs: &CallInputs, outcome: &mut CallOutcome) {
        delegate!(self, call_end(context, inputs, outcome))
    }

    fn create(&mut self, context: &mut CTX, inputs: &mut CreateInputs) -> Option<CreateOutcome> {
        delegate!(self, create(context, inputs))
    }

    fn create_end(&mut self, context: &mut CTX, inputs: &CreateInputs, outcome: &mut CreateOutcome) {
        delegate!(self, create_end(context, inputs, outcome))
    }

    fn selfdestruct(&mut self, contract: Address, target: Address, value: U256) {
        delegate!(self, selfdestruct(contract, target, value))
    }
}
