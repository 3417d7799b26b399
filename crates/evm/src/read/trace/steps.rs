//! A trace of every instruction, as the execution-apis specification describes it (opcode-tracer.yaml). go-ethereum
//! writes words of memory and storage without 0x and takes `limit` as a number of bytes; here they are as specified.

use alloy_primitives::{Address, B256, U256, hex, map::HashMap};
use core::fmt::Write;
use revm::{
    bytecode::opcode::{self, OpCode},
    context::{
        ContextTr,
        result::{ExecutionResult, HaltReason},
    },
    inspector::Inspector,
    interpreter::{
        CallInputs, CallOutcome, CreateInputs, CreateOutcome, FrameInput, Interpreter, InterpreterAction,
        SuccessOrHalt,
        interpreter_types::{InputsTr, Jumps, LegacyBytecode, LoopControl, MemoryTr, ReturnData},
    },
};
use std::collections::BTreeMap;

use super::{bounded::stop, options::StepOptions};
use crate::read::{machine::LastStep, words};

/// Writes the steps of a transaction as they come.
#[derive(Debug)]
pub(super) struct Steps {
    options: StepOptions,
    /// Steps that may still be written.
    left: u64,
    /// bytes
    room: usize,
    full: bool,
    /// The steps, each but the first after a comma.
    text: String,
    /// What gets into the step that is running.
    begun: Option<Begun>,
    /// Of the contracts that ran, as far as it was read or written.
    storage: HashMap<Address, BTreeMap<B256, B256>>,
    /// What comes back, by open frame.
    refunds: Vec<i64>,
}

/// A step before its end.
#[derive(Debug)]
struct Begun {
    last: LastStep,
    pc: usize,
    gas: u64,
    refund: i64,
    /// The fields that hold the state before the step.
    state: String,
    /// The slot that it reads or writes, and what it writes.
    slot: Option<(U256, Option<U256>)>,
}

impl Steps {
    pub(super) fn new(options: StepOptions, room: usize) -> Self {
        let left = options.limit.filter(|limit| *limit > 0).unwrap_or(u64::MAX);
        Self {
            options,
            left,
            room,
            full: false,
            text: String::new(),
            begun: None,
            storage: HashMap::default(),
            refunds: Vec::new(),
        }
    }

    /// The trace of a transaction that ended so.
    pub(super) fn finish(self, result: &ExecutionResult) -> Vec<u8> {
        let gas = result.tx_gas_used();
        let output = result.output().cloned().unwrap_or_default();
        let (failed, steps) = (!result.is_success(), self.text);
        format!(r#"{{"gas":{gas},"failed":{failed},"returnValue":"{output}","structLogs":[{steps}]}}"#).into_bytes()
    }

    fn begin(&mut self, interpreter: &Interpreter) {
        let opcode = interpreter.bytecode.opcode();
        let stack = interpreter.stack.data();
        let mut state = String::new();
        if self.options.disable_stack != Some(true) {
            list(&mut state, "stack", stack.iter(), |item, out| write!(out, "{item:#x}"));
        }
        if self.options.enable_return_data == Some(true) {
            let _ = write!(state, r#","returnData":"{}""#, interpreter.return_data.buffer());
        }
        if self.options.enable_memory == Some(true) {
            let memory = interpreter.memory.slice(0..interpreter.memory.size());
            list(&mut state, "memory", memory.chunks(32), |word, out| out.write_str(&hex::encode_prefixed(word)));
        }
        let from_top = |index: usize| stack.len().checked_sub(index + 1).map(|at| stack[at]);
        let slot = match opcode {
            opcode::SLOAD => from_top(0).map(|slot| (slot, None)),
            opcode::SSTORE => from_top(0).zip(from_top(1)).map(|(slot, value)| (slot, Some(value))),
            _ => None,
        };
        self.begun = Some(Begun {
            last: LastStep::of(interpreter),
            pc: interpreter.bytecode.pc(),
            gas: interpreter.gas.remaining(),
            refund: self.refunds.iter().sum(),
            state,
            slot: slot.filter(|_| self.options.disable_storage != Some(true)),
        });
    }

    fn end(&mut self, interpreter: &mut Interpreter) {
        let Some(Begun { last, pc, gas, refund, state, slot }) = self.begun.take() else { return };
        let cost = gas.saturating_sub(interpreter.gas.remaining()).saturating_sub(forwarded(interpreter));
        // What a write gives back counts from the write on.
        let refund = if last.opcode == opcode::SSTORE { self.refunds.iter().sum() } else { refund };
        let depth = self.refunds.len();
        let comma = if self.text.is_empty() { "" } else { "," };
        let name = OpCode::new(last.opcode)
            .map_or_else(|| format!("opcode {:#x} not defined", last.opcode), |opcode| opcode.as_str().into());
        let out = &mut self.text;
        let _ = write!(out, r#"{comma}{{"pc":{pc},"op":"{name}","gas":{gas},"gasCost":{cost},"depth":{depth}"#);
        let _ = write!(out, r#","refund":{}"#, refund.max(0));
        let error = error(interpreter, &last);
        let failed = error.is_some();
        if let Some(error) = error {
            let _ = write!(out, r#","error":{}"#, serde_json::Value::from(error));
        }
        out.push_str(&state);
        if let Some((slot, written)) = slot.filter(|_| !failed) {
            let value = written.or_else(|| interpreter.stack.data().last().copied()).unwrap_or_default();
            let storage = self.storage.entry(interpreter.input.target_address()).or_default();
            storage.insert(slot.into(), value.into());
            let mut comma = "";
            out.push_str(r#","storage":{"#);
            for (slot, value) in storage {
                let _ = write!(out, r#"{comma}"{slot}":"{value}""#);
                comma = ",";
            }
            out.push('}');
        }
        out.push('}');
        self.left -= 1;
    }

    /// Bytes that a step takes at most beside its storage.
    fn fits(&self, interpreter: &Interpreter) -> bool {
        let memory = if self.options.enable_memory == Some(true) { 3 * interpreter.memory.size() } else { 0 };
        let data = 2 * interpreter.return_data.buffer().len();
        let slots = self.storage.get(&interpreter.input.target_address()).map_or(0, BTreeMap::len);
        self.text.len() + 256 + 70 * interpreter.stack.len() + memory + data + 138 * (slots + 1) <= self.room
    }

    fn refund(&mut self, interpreter: &Interpreter) {
        if let Some(refund) = self.refunds.last_mut() {
            *refund = interpreter.gas.refunded();
        }
    }
}

/// Gas that a new contract's init code gets. It is no cost of the instruction, whereas for calls it counts as one.
fn forwarded(interpreter: &mut Interpreter) -> u64 {
    match interpreter.bytecode.action() {
        Some(InterpreterAction::NewFrame(FrameInput::Create(inputs))) => inputs.gas_limit(),
        _ => 0,
    }
}

/// Why the instruction ended its frame, unless it was meant to.
fn error(interpreter: &mut Interpreter, last: &LastStep) -> Option<String> {
    match SuccessOrHalt::<HaltReason>::from(interpreter.bytecode.instruction_result()?) {
        SuccessOrHalt::Halt(reason) => Some(words::halted(&reason, last)),
        _ => None,
    }
}

fn list<T>(
    out: &mut String,
    name: &str,
    items: impl Iterator<Item = T>,
    item: impl Fn(T, &mut String) -> core::fmt::Result,
) {
    let _ = write!(out, r#","{name}":["#);
    for (index, each) in items.enumerate() {
        out.push_str(if index == 0 { "\"" } else { ",\"" });
        let _ = item(each, out);
        out.push('"');
    }
    out.push(']');
}

impl<CTX: ContextTr> Inspector<CTX> for Steps {
    fn step(&mut self, interpreter: &mut Interpreter, context: &mut CTX) {
        self.refund(interpreter);
        if self.full {
            interpreter.halt_fatal();
        } else if self.left > 0 && interpreter.bytecode.bytecode_len() > 0 {
            if self.fits(interpreter) {
                self.begin(interpreter);
            } else {
                self.full = true;
                stop(context);
                interpreter.halt_fatal();
            }
        }
    }

    fn step_end(&mut self, interpreter: &mut Interpreter, _context: &mut CTX) {
        self.refund(interpreter);
        self.end(interpreter);
    }

    fn call(&mut self, _context: &mut CTX, _inputs: &mut CallInputs) -> Option<CallOutcome> {
        self.refunds.push(0);
        None
    }

    fn call_end(&mut self, _context: &mut CTX, _inputs: &CallInputs, _outcome: &mut CallOutcome) {
        self.refunds.pop();
    }

    fn create(&mut self, _context: &mut CTX, _inputs: &mut CreateInputs) -> Option<CreateOutcome> {
        self.refunds.push(0);
        None
    }

    fn create_end(&mut self, _context: &mut CTX, _inputs: &CreateInputs, _outcome: &mut CreateOutcome) {
        self.refunds.pop();
    }
}
