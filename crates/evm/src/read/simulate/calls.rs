//! The calls of a simulated block.

use alloy_consensus::{Receipt, ReceiptEnvelope, TxType};
use alloy_primitives::{B256, Bytes, Log};
use core::cmp::Ordering;
use revm::{
    Database,
    context::{
        BlockEnv,
        result::{EVMError, InvalidTransaction, ResultAndState},
    },
    context_interface::block::BlobExcessGasAndPrice,
};
use sha2::{Digest, Sha256};

use super::{
    Mode,
    fork::Fork,
    logs::Logs,
    refusals::{BLOCK_FULL, LIMIT, PARAMETERS, coded, invalid, refusal},
    transaction::Unsigned,
};
use crate::{
    block::{CONSOLIDATION_REQUESTS, WITHDRAWAL_REQUESTS, envelope_of},
    chain::{BlockContext, Chain},
    host::Host,
    read::{
        machine::{Outcome, Scene, fault},
        request::Request,
        system,
    },
    state::State,
    wire::Refusal,
};

/// Bytes that all calls together may return.
const MOST_RETURNED: usize = 16 << 20;

/// What all blocks together may still use.
#[derive(Debug)]
pub(super) struct Budget {
    gas: u64,
    /// bytes
    returned: usize,
}

impl Budget {
    pub(super) fn new(gas: u64) -> Self {
        Self { gas, returned: MOST_RETURNED }
    }
}

/// A call that was run.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) transaction: Unsigned,
    pub(super) outcome: Outcome,
    /// With their places in the block; with transfers where they are asked for.
    pub(super) logs: Vec<(u64, Log)>,
    /// Its gas limit is less than it wanted.
    pub(super) capped: bool,
}

/// A block that is running.
pub(super) struct Running {
    mode: Mode,
    pub(super) scene: Scene,
    pub(super) gas_used: u64,
    /// With those that were undone.
    log_count: u64,
    pub(super) ran: Vec<Ran>,
    pub(super) receipts: Vec<ReceiptEnvelope<Log>>,
}

impl Running {
    pub(super) fn new(chain: &Chain, mode: Mode, context: &BlockContext, blob_base_fee: Option<u128>) -> Self {
        let least = u128::from(mode.validation);
        let blobs = BlobExcessGasAndPrice { excess_blob_gas: 0, blob_gasprice: blob_base_fee.unwrap_or(least) };
        let env = BlockEnv { blob_excess_gas_and_price: Some(blobs), ..context.env() };
        let mut scene = Scene::new(chain, env).lenient();
        scene.cfg.disable_nonce_check = !mode.validation;
        Self { mode, scene, gas_used: 0, log_count: 0, ran: Vec::new(), receipts: Vec::new() }
    }

    /// Runs a call and keeps its changes in `state`.
    pub(super) fn call<H: Host>(
        &mut self,
        state: &mut State<Fork<H>>,
        chain: &Chain,
        request: Request,
        budget: &mut Budget,
    ) -> Result<(), Refusal> {
        let (transaction, capped) = self.transaction(state, chain, request, budget)?;
        let mut shown = Logs::new(self.mode.trace_transfers, self.log_count);
        let ran = self.scene.inspect(&mut *state, transaction.env.clone(), &mut shown);
        let ResultAndState { result, state: changes } = ran.map_err(|error| match error {
            EVMError::Transaction(error) => invalid(&error, &transaction.env, &self.scene.block),
            other => fault(other),
        })?;
        let logs = result.logs().to_vec();
        let outcome = self.scene.outcome(&mut *state, &transaction.env, result)?;
        state.commit(changes)?;
        budget.gas = budget.gas.saturating_sub(outcome.gas_used);
        let left = budget.returned.checked_sub(outcome.data.len());
        let full = || refusal(LIMIT, format!("the calls return more than {MOST_RETURNED} bytes"));
        budget.returned = left.ok_or_else(full)?;
        self.gas_used = self.gas_used.saturating_add(outcome.gas_used);
        let receipt = Receipt { status: outcome.success.into(), cumulative_gas_used: self.gas_used, logs };
        self.receipts.push(envelope_of(transaction.kind, receipt.with_bloom()));
        let (logs, log_count) = shown.finish();
        self.log_count = log_count;
        self.ran.push(Ran { transaction, outcome, logs, capped });
        Ok(())
    }

    /// Completes a call: its nonce is the sender's, its gas limit what is left of the block, its type 2.
    /// @returns its transaction, and whether its gas limit is less than it wanted
    fn transaction<H: Host>(
        &mut self,
        state: &mut State<Fork<H>>,
        chain: &Chain,
        mut request: Request,
        budget: &Budget,
    ) -> Result<(Unsigned, bool), Refusal> {
        let left = self.scene.block.gas_limit.saturating_sub(self.gas_used);
        let wanted = request.gas.unwrap_or(left);
        if wanted > left {
            let reason = format!("block gas limit reached: remaining: {left}, required: {wanted}");
            return Err(refusal(BLOCK_FULL, reason));
        }
        request.gas = Some(wanted);
        let next = state.basic(request.sender())?.map_or(0, |account| account.nonce);
        let nonce = request.nonce.unwrap_or(next);
        let mut env = request.tx(chain, budget.gas).map_err(coded(PARAMETERS))?;
        if env.gas_priority_fee.is_none() && request.gas_price.is_none() {
            env.tx_type = TxType::Eip1559 as u8;
            env.gas_priority_fee = Some(0);
        }
        if self.mode.validation {
            env.nonce = nonce;
            check_nonce(nonce, next).map_err(|error| invalid(&error, &env, &self.scene.block))?;
        }
        // Whoever pays nothing has no base fee to pay either, unless blocks are to be valid.
        let free = env.gas_price == 0 && env.gas_priority_fee.unwrap_or(0) == 0;
        self.scene.cfg.disable_base_fee = !self.mode.validation && free;
        let capped = env.gas_limit < wanted;
        Ok((Unsigned::new(request, nonce, env), capped))
    }

    /// What contracts of the protocol ask of consensus (EIP-7002, 7251). @returns its hash (EIP-7685)
    pub(super) fn requests<H: Host>(&mut self, state: &mut State<Fork<H>>) -> Result<B256, Refusal> {
        let mut all = Sha256::new();
        for (kind, contract) in [(1, WITHDRAWAL_REQUESTS), (2, CONSOLIDATION_REQUESTS)] {
            let (requests, changes) = system::call(&mut self.scene, &mut *state, contract, Bytes::new())?;
            state.commit(changes)?;
            if !requests.is_empty() {
                all.update(Sha256::new().chain_update([kind]).chain_update(&requests).finalize());
            }
        }
        Ok(B256::from_slice(&all.finalize()))
    }
}

/// Whether an account that has sent `next` transactions can send one with this nonce. The EVM would look at fees first.
fn check_nonce(nonce: u64, next: u64) -> Result<(), InvalidTransaction> {
    let (tx, state) = (nonce, next);
    match nonce.cmp(&next) {
        Ordering::Less => Err(InvalidTransaction::NonceTooLow { tx, state }),
        Ordering::Greater => Err(InvalidTransaction::NonceTooHigh { tx, state }),
        Ordering::Equal if nonce == u64::MAX => Err(InvalidTransaction::NonceOverflowInTransaction),
        Ordering::Equal => Ok(()),
    }
}
