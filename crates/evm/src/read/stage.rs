//! The state and block that a call, an estimate, an access list or a trace of a call runs in.

use revm::{
    Database, DatabaseCommit,
    context::{
        TxEnv,
        result::{EVMError, ExecutionResult, InvalidTransaction},
    },
};

use super::{
    at::At,
    database::{Overlay, overlay},
    machine::{Outcome, Scene, fault},
    overrides::{self, BlockOverrides, StateOverrides},
    words,
};
use crate::{chain::Chain, state::StateError, wire::Refusal};

/// What became of a transaction.
#[derive(Debug)]
pub(super) enum Attempt {
    /// It ran.
    Ran(Outcome),
    /// Its gas limit does not even let it begin.
    TooLittleGas(String),
    /// Its sender can't pay for it, or its code is too long; in go-ethereum's words.
    Impossible(String),
}

/// A read's own state and block.
pub(super) struct Stage<DB> {
    pub(super) db: Overlay<DB>,
    pub(super) scene: Scene,
}

impl<DB: Database<Error = StateError>> Stage<DB> {
    /// The block and state that calls run in.
    pub(super) fn new(
        chain: &Chain,
        at: &At,
        state: DB,
        accounts: Option<StateOverrides>,
        block: Option<BlockOverrides>,
    ) -> Result<Self, Refusal> {
        let mut env = at.context().env();
        if let Some(overrides) = block {
            overrides.apply(&mut env)?;
        }
        let mut stage = Self { db: overlay(state, at), scene: Scene::new(chain, env).lenient() };
        if let Some(accounts) = accounts {
            let changes = overrides::changes(accounts, &mut stage.db, &mut stage.scene.precompiles)?;
            stage.db.commit(changes);
        }
        Ok(stage)
    }

    /// Prepares for `tx`: there is no base fee for what does not pay for gas.
    pub(super) fn price(&mut self, tx: &TxEnv) {
        if tx.gas_price == 0 {
            self.scene.block.basefee = 0;
        }
    }

    /// Runs `tx` without keeping its changes.
    pub(super) fn attempt(&mut self, tx: &TxEnv) -> Result<Attempt, Refusal> {
        let ran = self.scene.transact(&mut self.db, tx.clone());
        self.conclude(tx, ran.map(|done| done.result))
    }

    /// What became of `tx`, in words.
    pub(super) fn conclude(
        &mut self,
        tx: &TxEnv,
        ran: Result<ExecutionResult, EVMError<StateError>>,
    ) -> Result<Attempt, Refusal> {
        match ran {
            Ok(result) => self.scene.outcome(&mut self.db, tx, result).map(Attempt::Ran),
            Err(EVMError::Transaction(error)) => {
                let reason = words::invalid(&error, tx, &self.scene.block);
                match error {
                    InvalidTransaction::CallGasCostMoreThanGasLimit { .. }
                    | InvalidTransaction::GasFloorMoreThanGasLimit { .. } => Ok(Attempt::TooLittleGas(reason)),
                    InvalidTransaction::LackOfFundForMaxFee { .. }
                    | InvalidTransaction::OverflowPaymentInTransaction
                    | InvalidTransaction::CreateInitCodeSizeLimit => Ok(Attempt::Impossible(reason)),
                    _ => Err(Refusal::input(reason)),
                }
            }
            Err(error) => Err(fault(error)),
        }
    }
}
