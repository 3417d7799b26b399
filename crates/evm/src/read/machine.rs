//! The EVM of a read.

use alloy_primitives::{Address, Bytes, U256};
use revm::{
    Context, Database, ExecuteEvm, InspectEvm, Inspector, Journal,
    bytecode::opcode::{self, OpCode},
    context::{
        BlockEnv, CfgEnv, ContextTr, Evm, FrameStack, JournalTr as _, TxEnv,
        result::{EVMError, ExecutionResult, HaltReason, ResultAndState},
    },
    handler::{EthFrame, instructions::EthInstructions},
    inspector::JournalExt,
    interpreter::{
        Interpreter,
        interpreter::EthInterpreter,
        interpreter_types::{InputsTr, Jumps},
    },
};

use super::{precompiles::Precompiled, words};
use crate::{chain::Chain, state::StateError, wire::Refusal};

/// What the EVM runs in, over a database.
pub(super) type Ctx<DB> = Context<BlockEnv, TxEnv, CfgEnv, DB, Journal<DB>>;

type Machine<'a, DB, I> =
    Evm<Ctx<DB>, I, EthInstructions<EthInterpreter, Ctx<DB>>, &'a mut Precompiled, EthFrame<EthInterpreter>>;

/// A block, its rules, and its precompiles.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) block: BlockEnv,
    pub(super) cfg: CfgEnv,
    pub(super) precompiles: Precompiled,
}

impl Scene {
    /// In `block`, by the rules that transactions of a block are held to.
    pub(super) fn new(chain: &Chain, block: BlockEnv) -> Self {
        let cfg = chain.cfg(block.timestamp.saturating_to());
        let precompiles = Precompiled::new(cfg.spec);
        Self { block, cfg, precompiles }
    }

    /// Leaves out what only transactions are held to: the sender's nonce and code (EIP-3607), the block's gas limit and
    /// that of a transaction (EIP-7825).
    pub(super) fn lenient(mut self) -> Self {
        self.cfg.disable_nonce_check = true;
        self.cfg.disable_eip3607 = true;
        self.cfg.disable_block_gas_limit = true;
        self.cfg.tx_gas_limit_cap = Some(u64::MAX);
        self
    }

    /// Runs `tx` without keeping its changes.
    pub(super) fn transact<DB: Database<Error = StateError>>(
        &mut self,
        db: DB,
        tx: TxEnv,
    ) -> Result<ResultAndState, EVMError<StateError>> {
        self.machine(db, ()).transact(tx)
    }

    /// Runs `tx` under the eyes of `inspector` without keeping its changes.
    pub(super) fn inspect<DB, I>(
        &mut self,
        db: DB,
        tx: TxEnv,
        inspector: I,
    ) -> Result<ResultAndState, EVMError<StateError>>
    where
        DB: Database<Error = StateError>,
        I: Inspector<Ctx<DB>>,
    {
        self.machine(db, inspector).inspect_tx(tx)
    }

    /// How `tx` ended; `db` is as it was before it. Some words name the last instruction: it is found by running again.
    pub(super) fn outcome<DB: Database<Error = StateError>>(
        &mut self,
        db: DB,
        tx: &TxEnv,
        result: ExecutionResult,
    ) -> Result<Outcome, Refusal> {
        let gas = *result.gas();
        let (success, reverted) = (result.is_success(), matches!(result, ExecutionResult::Revert { .. }));
        let mut outcome = Outcome {
            success,
            reverted,
            data: Bytes::new(),
            gas_used: gas.tx_gas_used(),
            gas_peak: gas.total_gas_spent().max(gas.floor_gas()),
            error: None,
            out_of_gas: matches!(result, ExecutionResult::Halt { reason: HaltReason::OutOfGas(_), .. }),
        };
        match result {
            ExecutionResult::Success { output, .. } => outcome.data = output.into_data(),
            ExecutionResult::Revert { output, .. } => {
                outcome.error = Some(words::reverted(&output));
                outcome.data = output;
            }
            ExecutionResult::Halt { reason, .. } => {
                let mut last = LastStep::default();
                if words::name_a_step(&reason) {
                    self.inspect(db, tx.clone(), &mut last).map_err(fault)?;
                }
                outcome.error = Some(words::halted(&reason, &last));
            }
        }
        Ok(outcome)
    }

    pub(super) fn machine<DB: Database, I>(&mut self, db: DB, inspector: I) -> Machine<'_, DB, I> {
        Evm {
            ctx: Ctx::new(db, self.cfg.spec).with_cfg(self.cfg.clone()).with_block(self.block.clone()),
            inspector,
            instruction: EthInstructions::new_mainnet_with_spec(self.cfg.spec),
            precompiles: &mut self.precompiles,
            frame_stack: FrameStack::new_prealloc(8),
        }
    }
}

/// How a transaction ended.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    pub(super) success: bool,
    pub(super) reverted: bool,
    /// What it returned, or why it reverted.
    pub(super) data: Bytes,
    /// gas, with what comes back
    pub(super) gas_used: u64,
    /// gas, without what comes back
    pub(super) gas_peak: u64,
    /// Why it failed, in go-ethereum's words.
    pub(super) error: Option<String>,
    pub(super) out_of_gas: bool,
}

/// The last instruction that was begun.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LastStep {
    pub(super) opcode: u8,
    /// Items on the stack before it.
    pub(super) stack: usize,
}

impl LastStep {
    /// The one that is about to begin.
    pub(super) fn of(interpreter: &Interpreter) -> Self {
        Self { opcode: interpreter.bytecode.opcode(), stack: interpreter.stack.len() }
    }

    /// Items that it takes from the stack and puts there.
    pub(super) fn inputs_outputs(&self) -> (usize, usize) {
        OpCode::info_by_op(self.opcode).map_or((0, 0), |info| (info.inputs().into(), info.outputs().into()))
    }
}

impl<CTX> Inspector<CTX> for LastStep {
    fn step(&mut self, interpreter: &mut Interpreter, _context: &mut CTX) {
        *self = Self::of(interpreter);
    }
}

/// A contract that is about to destroy itself, or to send all it has to another account (EIP-6780).
#[derive(Clone, Copy, Debug)]
pub(super) struct Destroyed {
    pub(super) contract: Address,
    pub(super) target: Address,
    /// wei
    pub(super) balance: U256,
}

impl Destroyed {
    /// What the instruction that is about to begin does, if it is SELFDESTRUCT. The EVM itself tells of no such transfer
    /// to the contract itself.
    pub(super) fn of<CTX: ContextTr<Journal: JournalExt>>(interpreter: &Interpreter, context: &CTX) -> Option<Self> {
        if interpreter.bytecode.opcode() != opcode::SELFDESTRUCT {
            return None;
        }
        let contract = interpreter.input.target_address();
        let target = Address::from_word(interpreter.stack.peek(0).ok()?.into());
        let balance = context.journal_ref().evm_state().get(&contract)?.info.balance;
        Some(Self { contract, target, balance })
    }
}

/// What the EVM can't go on with.
pub(super) fn fault(error: EVMError<StateError>) -> Refusal {
    match error {
        EVMError::Database(error) => error.into(),
        other => Refusal::failed(other),
    }
}
