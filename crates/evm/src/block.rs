//! A block: system calls, transactions, withdrawals, and the roots of what came of them.

use alloy_consensus::{Receipt, ReceiptEnvelope, ReceiptWithBloom, TxType, proofs::calculate_withdrawals_root};
use alloy_eips::{eip2718::Encodable2718, eip4895::Withdrawal};
use alloy_primitives::{Address, B256, Bloom, Bytes, Log, U256, address};
use revm::{
    Context, ExecuteEvm, MainBuilder, MainContext, SystemCallEvm,
    context::{
        CfgEnv,
        result::{EVMError, ExecutionResult, InvalidTransaction},
    },
};
use sha2::{Digest, Sha256};

use crate::{
    chain::{BlockContext, Chain},
    host::Host,
    state::{Change, State, StateError},
    transaction::{Decoded, Obstacle, Room, decode, obstacle},
    trie::ordered_root,
};

/// EIP-4788
pub(crate) const BEACON_ROOTS: Address = address!("0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02");
/// EIP-2935
pub(crate) const BLOCK_HASHES: Address = address!("0x0000F90827F1C53a10cb7A02335B175320002935");
/// EIP-7002, a request of type 1
pub(crate) const WITHDRAWAL_REQUESTS: Address = address!("0x00000961Ef480Eb55e80D19ad83579A64c007002");
/// EIP-7251, a request of type 2
pub(crate) const CONSOLIDATION_REQUESTS: Address = address!("0x0000BBdDc7CE488642fb579F8B00f3a590007251");
pub(crate) const WEI_PER_GWEI: u64 = 1_000_000_000;

/// Why a block can't go on.
#[derive(Debug, PartialEq, Eq)]
pub enum BlockError {
    /// The state can't be read.
    State(StateError),
    /// A system contract failed: the chain is misconfigured.
    SystemCall(Address, String),
    /// Something else in the EVM, in its words.
    Evm(String),
}

impl From<StateError> for BlockError {
    fn from(error: StateError) -> Self {
        Self::State(error)
    }
}

/// An executed transaction.
#[derive(Debug)]
pub struct Executed {
    /// Its hash.
    pub hash: B256,
    /// Its envelope.
    pub raw: Bytes,
    /// Who signed it.
    pub from: Address,
    /// Whom it calls; None: it creates.
    pub to: Option<Address>,
    /// The contract that it creates, or would.
    pub created: Option<Address>,
    /// wei a gas
    pub gas_price: u128,
    /// gas
    pub gas_used: u64,
    /// As it goes into the receipts root.
    pub receipt: ReceiptEnvelope<Log>,
}

/// A block that is being built.
#[derive(Debug)]
pub struct Building {
    chain: Chain,
    context: BlockContext,
    cfg: CfgEnv,
    gas_used: u64,
    executed: Vec<Executed>,
}

/// A finished block, apart from what its header takes from elsewhere.
#[derive(Debug)]
pub struct Finished {
    /// What it adds to the state.
    pub change: Change,
    /// EIP-2718 envelopes under their place.
    pub transactions_root: B256,
    /// Receipts under their place.
    pub receipts_root: B256,
    /// EIP-4895
    pub withdrawals_root: B256,
    /// EIP-7685
    pub requests_hash: B256,
    /// Of all logs.
    pub bloom: Bloom,
    /// gas
    pub gas_used: u64,
    /// In their order.
    pub executed: Vec<Executed>,
}

/// Begins a block on the state of its parent: records beacon root (EIP-4788) and parent hash (EIP-2935).
pub fn begin<H: Host>(
    state: &mut State<H>,
    chain: Chain,
    context: BlockContext,
    parent: B256,
) -> Result<Building, BlockError> {
    let building = Building { chain, context, cfg: chain.cfg(context.timestamp), gas_used: 0, executed: Vec::new() };
    building.system_call(state, BEACON_ROOTS, B256::ZERO.into())?;
    building.system_call(state, BLOCK_HASHES, parent.into())?;
    Ok(building)
}

impl Building {
    /// Executes transactions in their order until all are done or `stop` says so after one.
    /// @returns what kept each out, or None where it is in the block
    pub fn apply<'a, H: Host>(
        &mut self,
        state: &mut State<H>,
        transactions: impl Iterator<Item = (&'a [u8], Address)>,
        mut stop: impl FnMut(&H) -> bool,
    ) -> Result<Vec<Option<Obstacle>>, BlockError> {
        let mut outcomes = Vec::new();
        let mut evm =
            Context::mainnet().with_db(state).with_block(self.context.env()).with_cfg(self.cfg.clone()).build_mainnet();
        for (raw, sender) in transactions {
            outcomes.push(match decode(raw, &self.chain) {
                Err(reason) => Some(Obstacle { reason, stale: true }),
                Ok(decoded) => {
                    let env = decoded.env(sender, evm.ctx.journaled_state.database.host());
                    let record = evm.ctx.journaled_state.database.account(sender)?;
                    match obstacle(&env, record.as_ref(), &self.cfg.gas_params, &self.room()) {
                        Some(obstacle) => Some(obstacle),
                        None => match evm.transact(env) {
                            Ok(done) => {
                                evm.ctx.journaled_state.database.commit(done.state)?;
                                self.include(decoded, raw, sender, done.result);
                                None
                            }
                            Err(EVMError::Transaction(error)) => Some(rejection(&error)),
                            Err(error) => return Err(failure(error)),
                        },
                    }
                }
            });
            if stop(evm.ctx.journaled_state.database.host()) {
                break;
            }
        }
        Ok(outcomes)
    }

    /// Pays the withdrawals (EIP-4895), collects the requests (EIP-7002, 7251), and hashes everything.
    pub fn finish<H: Host>(self, state: &mut State<H>, withdrawals: &[Withdrawal]) -> Result<Finished, BlockError> {
        for withdrawal in withdrawals {
            let wei = U256::from(withdrawal.amount) * U256::from(WEI_PER_GWEI);
            state.credit(withdrawal.address, wei)?;
        }
        let mut outer = Sha256::new();
        for (kind, contract) in [(1, WITHDRAWAL_REQUESTS), (2, CONSOLIDATION_REQUESTS)] {
            let data = self.system_call(state, contract, Bytes::new())?;
            if !data.is_empty() {
                outer.update(Sha256::new().chain_update([kind]).chain_update(&data).finalize());
            }
        }
        let change = state.seal()?;
        let executed = self.executed;
        let bloom = executed.iter().fold(Bloom::ZERO, |bloom, each| bloom | *each.receipt.logs_bloom());
        Ok(Finished {
            change,
            transactions_root: ordered_root(executed.iter().map(|each| &each.raw)),
            receipts_root: ordered_root(executed.iter().map(|each| each.receipt.encoded_2718())),
            withdrawals_root: calculate_withdrawals_root(withdrawals),
            requests_hash: B256::from_slice(&outer.finalize()),
            bloom,
            gas_used: self.gas_used,
            executed,
        })
    }

    fn room(&self) -> Room {
        let BlockContext { base_fee, gas_limit, .. } = self.context;
        Room { base_fee, gas_limit, gas_left: gas_limit.saturating_sub(self.gas_used) }
    }

    fn include(&mut self, decoded: Decoded, raw: &[u8], from: Address, result: ExecutionResult) {
        use alloy_consensus::Transaction as _;
        let gas_used = result.tx_gas_used();
        self.gas_used += gas_used;
        let status = result.is_success().into();
        let receipt = Receipt { status, cumulative_gas_used: self.gas_used, logs: result.into_logs() };
        let tx = &decoded.envelope;
        self.executed.push(Executed {
            hash: decoded.hash,
            raw: Bytes::copy_from_slice(raw),
            from,
            to: tx.to(),
            created: tx.is_create().then(|| from.create(tx.nonce())),
            gas_price: tx.effective_gas_price(Some(self.context.base_fee)),
            gas_used,
            receipt: envelope_of(tx.tx_type(), receipt.with_bloom()),
        });
    }

    fn system_call<H: Host>(&self, state: &mut State<H>, contract: Address, data: Bytes) -> Result<Bytes, BlockError> {
        let mut evm = Context::mainnet()
            .with_db(&mut *state)
            .with_block(self.context.env())
            .with_cfg(self.cfg.clone())
            .build_mainnet();
        let done = evm.system_call(contract, data).map_err(failure)?;
        match done.result {
            ExecutionResult::Success { output, .. } => {
                state.commit(done.state)?;
                Ok(output.into_data())
            }
            ExecutionResult::Revert { .. } => Err(BlockError::SystemCall(contract, "it reverts".into())),
            ExecutionResult::Halt { reason, .. } => Err(BlockError::SystemCall(contract, format!("{reason:?}"))),
        }
    }
}

/// A receipt in the envelope of its transaction's type.
pub(crate) fn envelope_of(kind: TxType, receipt: ReceiptWithBloom<Receipt<Log>>) -> ReceiptEnvelope<Log> {
    match kind {
        TxType::Legacy => ReceiptEnvelope::Legacy(receipt),
        TxType::Eip2930 => ReceiptEnvelope::Eip2930(receipt),
        TxType::Eip1559 => ReceiptEnvelope::Eip1559(receipt),
        TxType::Eip4844 => ReceiptEnvelope::Eip4844(receipt),
        TxType::Eip7702 => ReceiptEnvelope::Eip7702(receipt),
    }
}

/// What the EVM says of a transaction that it refuses, once `obstacle` has found nothing: it stays so.
fn rejection(error: &InvalidTransaction) -> Obstacle {
    Obstacle { reason: error.to_string(), stale: true }
}

fn failure(error: EVMError<StateError>) -> BlockError {
    match error {
        EVMError::Database(error) => BlockError::State(error),
        other => BlockError::Evm(other.to_string()),
    }
}

#[cfg(test)]
#[path = "block_tests.rs"]
#[allow(clippy::unwrap_used)]
mod tests;
