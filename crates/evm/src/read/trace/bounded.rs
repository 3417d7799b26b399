//! A bound on what the library's tracers hold.

use alloy_primitives::{Address, Log, U256};
use revm::{
    context::{ContextTr, result::HaltReason},
    context_interface::ContextError,
    inspector::{Inspector, JournalExt},
    interpreter::{
        CallInputs, CallOutcome, CreateInputs, CreateOutcome, Gas, InstructionResult, Interpreter, InterpreterResult,
        SuccessOrHalt,
    },
};
use revm_inspectors::tracing::DebugInspector;

use crate::read::{
    machine::{Destroyed, LastStep},
    words,
};

/// Bytes that a call takes beside its data, in memory or as text.
const CALL: usize = 1024;
/// Bytes that a log takes beside its data.
const LOG: usize = 512;

/// The text of the error with which the EVM stops once nothing more fits.
pub(super) const TOO_LARGE: &str = "the trace is too large";

/// A tracer that stops the EVM before it holds more than it may.
#[derive(Debug)]
pub(super) struct Bounded {
    pub(super) inspector: DebugInspector,
    /// bytes
    room: usize,
    full: bool,
    last: LastStep,
    /// In the order of their beginning.
    calls: Vec<Noted>,
    /// Open ones, as places in `calls`.
    open: Vec<usize>,
}

/// What the library tells less well of a call.
#[derive(Clone, Debug, Default)]
pub(super) struct Noted {
    /// Why it failed.
    pub(super) failure: Option<String>,
    pub(super) destroyed: Option<Destroyed>,
}

impl Bounded {
    pub(super) fn new(inspector: DebugInspector, room: usize) -> Self {
        Self { inspector, room, full: false, last: LastStep::default(), calls: Vec::new(), open: Vec::new() }
    }

    /// Takes what was noted of calls, in the order of their beginning.
    pub(super) fn calls(&mut self) -> Vec<Noted> {
        core::mem::take(&mut self.calls)
    }

    fn begin(&mut self) {
        self.open.push(self.calls.len());
        self.calls.push(Noted::default());
    }

    fn end(&mut self, result: InstructionResult) {
        let call = self.open.pop().and_then(|place| self.calls.get_mut(place));
        if let (Some(call), SuccessOrHalt::Halt(reason)) = (call, SuccessOrHalt::<HaltReason>::from(result))
            && words::name_a_step(&reason)
        {
            call.failure = Some(words::halted(&reason, &self.last));
        }
    }

    /// Takes room for so many bytes. @returns whether they fit
    fn take<CTX: ContextTr>(&mut self, context: &mut CTX, bytes: usize) -> bool {
        match self.room.checked_sub(bytes) {
            Some(left) if !self.full => self.room = left,
            _ => {
                self.full = true;
                stop(context);
            }
        }
        !self.full
    }
}

/// Has the EVM end with an error as soon as its frame does.
pub(super) fn stop<CTX: ContextTr>(context: &mut CTX) {
    if context.error().is_ok() {
        *context.error() = Err(ContextError::Custom(TOO_LARGE.into()));
    }
}

fn stopped(gas_limit: u64) -> InterpreterResult {
    InterpreterResult::new(InstructionResult::FatalExternalError, Default::default(), Gas::new(gas_limit))
}

impl<CTX: ContextTr<Journal: JournalExt>> Inspector<CTX> for Bounded {
    fn initialize_interp(&mut self, interpreter: &mut Interpreter, context: &mut CTX) {
        self.inspector.initialize_interp(interpreter, context);
    }

    fn step(&mut self, interpreter: &mut Interpreter, context: &mut CTX) {
        if self.full {
            interpreter.halt_fatal();
        } else {
            self.last = LastStep::of(interpreter);
            let call = self.open.last().and_then(|place| self.calls.get_mut(*place));
            if let (Some(destroyed), Some(call)) = (Destroyed::of(interpreter, context), call) {
                call.destroyed = Some(destroyed);
            }
            self.inspector.step(interpreter, context);
        }
    }

    fn step_end(&mut self, interpreter: &mut Interpreter, context: &mut CTX) {
        if !self.full {
            self.inspector.step_end(interpreter, context);
        }
    }

    fn log(&mut self, context: &mut CTX, log: Log) {
        if self.take(context, LOG + log.data.data.len()) {
            self.inspector.log(context, log);
        }
    }

    fn log_full(&mut self, interpreter: &mut Interpreter, context: &mut CTX, log: Log) {
        if self.take(context, LOG + log.data.data.len()) {
            self.inspector.log_full(interpreter, context, log);
        }
    }

    fn call(&mut self, context: &mut CTX, inputs: &mut CallInputs) -> Option<CallOutcome> {
        if self.take(context, CALL + inputs.input.len()) {
            self.begin();
            return self.inspector.call(context, inputs);
        }
        Some(CallOutcome::new(stopped(inputs.gas_limit), inputs.return_memory_offset.clone()))
    }

    fn call_end(&mut self, context: &mut CTX, inputs: &CallInputs, outcome: &mut CallOutcome) {
        if self.take(context, outcome.result.output.len()) {
            self.end(outcome.result.result);
            self.inspector.call_end(context, inputs, outcome);
        }
    }

    fn create(&mut self, context: &mut CTX, inputs: &mut CreateInputs) -> Option<CreateOutcome> {
        if self.take(context, CALL + inputs.init_code().len()) {
            self.begin();
            return self.inspector.create(context, inputs);
        }
        Some(CreateOutcome::new(stopped(inputs.gas_limit()), None))
    }

    fn create_end(&mut self, context: &mut CTX, inputs: &CreateInputs, outcome: &mut CreateOutcome) {
        if self.take(context, outcome.result.output.len()) {
            self.end(outcome.result.result);
            self.inspector.create_end(context, inputs, outcome);
        }
    }

    fn selfdestruct(&mut self, contract: Address, target: Address, value: U256) {
        Inspector::<CTX>::selfdestruct(&mut self.inspector, contract, target, value);
    }
}
