//! The logs of a simulated call, where asked for with transfers of the native coin (ERC-20's event, ERC-7528's address).

use alloy_primitives::{Address, B256, Log, U256, address, b256};
use revm::{
    context::{ContextTr, JournalTr as _},
    inspector::{Inspector, JournalExt},
    interpreter::{CallInputs, CallOutcome, CreateInputs, CreateOutcome, InstructionResult, Interpreter},
};

use crate::read::machine::Destroyed;

const COIN: Address = address!("0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee");
/// keccak-256 of `Transfer(address,address,uint256)`
const TRANSFER: B256 = b256!("0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");

/// The logs of a call, in their order, without those of frames that failed. Those count nevertheless, as in the
/// specification's tests.
#[derive(Debug)]
pub(super) struct Logs {
    /// Transfers are logs too.
    transfers: bool,
    /// Logs of the block so far.
    count: u64,
    /// With their places in the block, by open frame; the first holds what came through.
    frames: Vec<Vec<(u64, Log)>>,
    /// Of the frame that ends next.
    destroyed: Option<Destroyed>,
}

impl Logs {
    /// Of a call after `count` logs of its block.
    pub(super) fn new(transfers: bool, count: u64) -> Self {
        Self { transfers, count, frames: Vec::new(), destroyed: None }
    }

    /// The logs with their places in the block, and how many logs the block has now.
    pub(super) fn finish(mut self) -> (Vec<(u64, Log)>, u64) {
        (self.frames.pop().unwrap_or_default(), self.count)
    }

    fn push(&mut self, log: Log) {
        if let Some(frame) = self.frames.last_mut() {
            frame.push((self.count, log));
            self.count += 1;
        }
    }

    fn transfer(&mut self, from: Address, to: Address, value: U256) {
        if self.transfers && !value.is_zero() {
            let topics = vec![TRANSFER, from.into_word(), to.into_word()];
            self.push(Log::new_unchecked(COIN, topics, value.to_be_bytes_vec().into()));
        }
    }

    fn end(&mut self, result: InstructionResult) {
        if let Some(Destroyed { contract, target, balance }) = self.destroyed.take()
            && result == InstructionResult::SelfDestruct
        {
            self.transfer(contract, target, balance);
        }
        if let Some(logs) = self.frames.pop() {
            let kept = if result.is_ok() { logs } else { Vec::new() };
            match self.frames.last_mut() {
                Some(parent) => parent.extend(kept),
                None => self.frames.push(kept),
            }
        }
    }
}

impl<CTX: ContextTr<Journal: JournalExt>> Inspector<CTX> for Logs {
    fn step(&mut self, interpreter: &mut Interpreter, context: &mut CTX) {
        self.destroyed = Destroyed::of(interpreter, context);
    }

    fn log(&mut self, _context: &mut CTX, log: Log) {
        self.push(log);
    }

    fn log_full(&mut self, _interpreter: &mut Interpreter, _context: &mut CTX, log: Log) {
        self.push(log);
    }

    fn call(&mut self, _context: &mut CTX, inputs: &mut CallInputs) -> Option<CallOutcome> {
        self.frames.push(Vec::new());
        if let Some(value) = inputs.transfer_value().filter(|_| inputs.scheme.is_call()) {
            self.transfer(inputs.transfer_from(), inputs.transfer_to(), value);
        }
        None
    }

    fn call_end(&mut self, _context: &mut CTX, _inputs: &CallInputs, outcome: &mut CallOutcome) {
        self.end(outcome.result.result);
    }

    fn create(&mut self, context: &mut CTX, inputs: &mut CreateInputs) -> Option<CreateOutcome> {
        self.frames.push(Vec::new());
        let caller = inputs.caller();
        // The sender was loaded before it could create anything.
        let nonce = context.journal_ref().evm_state().get(&caller).map_or(0, |account| account.info.nonce);
        self.transfer(caller, inputs.created_address(nonce), inputs.value());
        None
    }

    fn create_end(&mut self, _context: &mut CTX, _inputs: &CreateInputs, outcome: &mut CreateOutcome) {
        self.end(outcome.result.result);
    }
}
