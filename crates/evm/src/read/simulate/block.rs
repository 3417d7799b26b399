//! One block of a simulation.

use alloy_consensus::{
    EMPTY_OMMER_ROOT_HASH, Header,
    proofs::{calculate_withdrawals_root, ordered_trie_root_with_encoder},
};
use alloy_eips::{
    eip1559::{BaseFeeParams, calc_next_block_base_fee},
    eip2718::Encodable2718,
    eip4895::Withdrawal,
};
use alloy_primitives::{Address, B256, Bloom, U256};

use super::{
    Mode,
    calls::{Budget, Ran, Running},
    fork::Fork,
    plan::Planned,
    refusals::{FAILED, MOVED_TO_ITSELF, PARAMETERS, coded, refusal},
};
use crate::{
    block::WEI_PER_GWEI,
    chain::{BlockContext, Chain},
    host::Host,
    read::{
        at::At,
        overrides::{self, StateOverrides},
        precompiles::Precompiled,
        system,
    },
    state::State,
    wire::Refusal,
};

/// What a block takes from the one before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parent {
    hash: B256,
    fee_recipient: Address,
    gas_limit: u64,
    /// None: it is not known, and the base fee stays.
    gas_used: Option<u64>,
    /// wei a gas
    base_fee: u64,
}

impl Parent {
    pub(super) fn of(at: &At) -> Self {
        let &At { hash, fee_recipient, gas_limit, gas_used, base_fee, .. } = at;
        Self { hash, fee_recipient, gas_limit, gas_used, base_fee }
    }

    pub(super) fn from(Done { hash, header, .. }: &Done) -> Self {
        Self {
            hash: *hash,
            fee_recipient: header.beneficiary,
            gas_limit: header.gas_limit,
            gas_used: Some(header.gas_used),
            base_fee: header.base_fee_per_gas.unwrap_or_default(),
        }
    }

    /// EIP-1559
    fn next_base_fee(&self) -> Result<u64, Refusal> {
        let used = self.gas_used.ok_or_else(|| {
            refusal(PARAMETERS, "validation needs the gas used by the base block, or a base fee for the first block")
        })?;
        if self.gas_limit < 2 {
            return Ok(self.base_fee);
        }
        Ok(calc_next_block_base_fee(used, self.gas_limit, self.base_fee, BaseFeeParams::ethereum()))
    }
}

/// A block that was run.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) hash: B256,
    pub(super) header: Header,
    pub(super) calls: Vec<Ran>,
    pub(super) withdrawals: Vec<Withdrawal>,
}

/// Runs a block and keeps its changes in `state`.
pub(super) fn run<H: Host>(
    state: &mut State<Fork<H>>,
    chain: &Chain,
    mode: Mode,
    parent: &Parent,
    planned: Planned,
    budget: &mut Budget,
) -> Result<Done, Refusal> {
    let Planned { number, time, overrides, accounts, calls } = planned;
    let base_fee = match overrides.base_fee_per_gas {
        Some(base_fee) => base_fee,
        None if mode.validation => parent.next_base_fee()?,
        None => 0,
    };
    let context = BlockContext {
        number,
        timestamp: time,
        fee_recipient: overrides.fee_recipient.unwrap_or(parent.fee_recipient),
        prev_randao: overrides.prev_randao.unwrap_or_default(),
        gas_limit: overrides.gas_limit.unwrap_or(parent.gas_limit),
        base_fee,
    };
    let mut running = Running::new(chain, mode, &context, overrides.blob_base_fee);
    check_moves(&accounts, &running.scene.precompiles)?;
    let changes = overrides::changes(accounts, state, &mut running.scene.precompiles).map_err(coded(FAILED))?;
    state.commit(changes)?;
    let beacon_root = overrides.beacon_root.unwrap_or_default();
    for changes in system::opening(&mut running.scene, &mut *state, parent.hash, beacon_root)? {
        state.commit(changes)?;
    }
    for call in calls {
        running.call(state, chain, call, budget)?;
    }
    let requests_hash = running.requests(state)?;
    let withdrawals = overrides.withdrawals.unwrap_or_default();
    for withdrawal in &withdrawals {
        state.credit(withdrawal.address, U256::from(withdrawal.amount) * U256::from(WEI_PER_GWEI))?;
    }
    let change = state.seal()?;
    let header = Header {
        parent_hash: parent.hash,
        ommers_hash: EMPTY_OMMER_ROOT_HASH,
        beneficiary: context.fee_recipient,
        state_root: change.root,
        transactions_root: ordered_trie_root_with_encoder(&running.ran, |each, out| {
            out.extend_from_slice(&each.transaction.raw);
        }),
        receipts_root: ordered_trie_root_with_encoder(&running.receipts, |each, out| each.encode_2718(out)),
        logs_bloom: running.receipts.iter().fold(Bloom::ZERO, |bloom, each| bloom | *each.logs_bloom()),
        number,
        gas_limit: context.gas_limit,
        gas_used: running.gas_used,
        timestamp: time,
        mix_hash: context.prev_randao,
        base_fee_per_gas: Some(base_fee),
        withdrawals_root: Some(calculate_withdrawals_root(&withdrawals)),
        blob_gas_used: Some(0),
        excess_blob_gas: Some(0),
        parent_beacon_block_root: Some(beacon_root),
        requests_hash: Some(requests_hash),
        ..Header::default()
    };
    state.host().keep(change);
    Ok(Done { hash: header.hash_slow(), header, calls: running.ran, withdrawals })
}

/// A precompile can't be moved to where it is. Where there is none, that is what is wrong.
fn check_moves(accounts: &StateOverrides, precompiles: &Precompiled) -> Result<(), Refusal> {
    for (address, account) in accounts {
        if account.move_precompile_to_address == Some(*address) && precompiles.get(address).is_some() {
            let reason = format!("account {address} is a precompile that is moved to itself");
            return Err(refusal(MOVED_TO_ITSELF, reason));
        }
    }
    Ok(())
}
