//! What a read takes accounts and its block to be, instead of what they are.

use alloy_eips::eip4895::Withdrawal;
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256};
use revm::{
    Database,
    bytecode::Bytecode,
    context::BlockEnv,
    context_interface::block::BlobExcessGasAndPrice,
    state::{Account, AccountStatus, EvmState, EvmStorageSlot, TransactionId},
};
use serde::{Deserialize, Deserializer, de::IgnoredAny};
use std::collections::{BTreeMap, BTreeSet};

use super::{precompiles::Precompiled, quantity};
use crate::{state::StateError, wire::Refusal};

/// Overridden accounts, in the order of their addresses.
pub(super) type StateOverrides = BTreeMap<Address, AccountOverride>;

/// What is overridden of an account.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AccountOverride {
    #[serde(deserialize_with = "quantity::optional")]
    balance: Option<U256>,
    #[serde(deserialize_with = "quantity::optional")]
    nonce: Option<u64>,
    code: Option<Bytes>,
    /// The whole storage.
    state: Option<BTreeMap<B256, B256>>,
    /// Single slots.
    state_diff: Option<BTreeMap<B256, B256>>,
    pub(super) move_precompile_to_address: Option<Address>,
}

/// What is overridden of a block's header. Names of the execution-apis specification, and older ones.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct BlockOverrides {
    #[serde(alias = "blockNumber", deserialize_with = "quantity::optional")]
    pub(super) number: Option<u64>,
    /// seconds
    #[serde(alias = "timestamp", deserialize_with = "quantity::optional")]
    pub(super) time: Option<u64>,
    #[serde(deserialize_with = "quantity::optional")]
    pub(super) gas_limit: Option<u64>,
    #[serde(alias = "coinbase")]
    pub(super) fee_recipient: Option<Address>,
    #[serde(alias = "random")]
    pub(super) prev_randao: Option<B256>,
    /// wei a gas
    #[serde(alias = "baseFee", deserialize_with = "quantity::optional")]
    pub(super) base_fee_per_gas: Option<u64>,
    /// wei a blob gas
    #[serde(deserialize_with = "quantity::optional")]
    pub(super) blob_base_fee: Option<u128>,
    /// EIP-4788; of simulated blocks only
    #[serde(alias = "parentBeaconBlockRoot")]
    pub(super) beacon_root: Option<B256>,
    /// EIP-4895; of simulated blocks only
    pub(super) withdrawals: Option<Vec<Withdrawal>>,
    /// Without meaning since the merge.
    #[serde(rename = "difficulty", deserialize_with = "ignored")]
    _difficulty: (),
}

fn ignored<'de, D: Deserializer<'de>>(input: D) -> Result<(), D::Error> {
    IgnoredAny::deserialize(input).map(|_| ())
}

impl BlockOverrides {
    /// Changes the block of a call, an estimate or a trace.
    pub(super) fn apply(&self, block: &mut BlockEnv) -> Result<(), Refusal> {
        if self.beacon_root.is_some() {
            return Err(Refusal::input("block override \"beaconRoot\" is not supported for this RPC method"));
        }
        if self.withdrawals.is_some() {
            return Err(Refusal::input("block override \"withdrawals\" is not supported for this RPC method"));
        }
        self.set(block);
        Ok(())
    }

    /// Changes what the EVM sees of a block.
    pub(super) fn set(&self, block: &mut BlockEnv) {
        if let Some(number) = self.number {
            block.number = U256::from(number);
        }
        if let Some(time) = self.time {
            block.timestamp = U256::from(time);
        }
        block.gas_limit = self.gas_limit.unwrap_or(block.gas_limit);
        block.beneficiary = self.fee_recipient.unwrap_or(block.beneficiary);
        block.prevrandao = self.prev_randao.or(block.prevrandao);
        block.basefee = self.base_fee_per_gas.unwrap_or(block.basefee);
        if let Some(blob_gasprice) = self.blob_base_fee {
            block.blob_excess_gas_and_price = Some(BlobExcessGasAndPrice { excess_blob_gas: 0, blob_gasprice });
        }
    }
}

/// The changes that make accounts what `overrides` say; precompiles move and go right away.
pub(super) fn changes<DB: Database<Error = StateError>>(
    overrides: StateOverrides,
    db: &mut DB,
    precompiles: &mut Precompiled,
) -> Result<EvmState, Refusal> {
    let overridden: BTreeSet<Address> = overrides.keys().copied().collect();
    let mut moved_to = BTreeSet::new();
    let mut changes = EvmState::default();
    for (address, account) in overrides {
        if moved_to.contains(&address) {
            let reason = format!("account {address} has already been overridden by a precompile");
            return Err(Refusal::input(reason));
        }
        if let Some(target) = account.move_precompile_to_address {
            let Some(precompile) = precompiles.get(&address).cloned() else {
                return Err(Refusal::input(format!("account {address} is not a precompile")));
            };
            if overridden.contains(&target) {
                return Err(Refusal::input(format!("account {target} is already overridden")));
            }
            precompiles.put(target, precompile);
            moved_to.insert(target);
        }
        if precompiles.get(&address).is_some() {
            precompiles.remove(address);
        }
        changes.insert(address, changed(address, account, db)?);
    }
    Ok(changes)
}

fn changed<DB: Database<Error = StateError>>(
    address: Address,
    wanted: AccountOverride,
    db: &mut DB,
) -> Result<Account, Refusal> {
    let mut info = db.basic(address)?.unwrap_or_default();
    info.nonce = wanted.nonce.unwrap_or(info.nonce);
    info.balance = wanted.balance.unwrap_or(info.balance);
    if let Some(raw) = wanted.code {
        // What only looks like a delegation (EIP-7702) is code that does not run.
        let code = Bytecode::new_raw_checked(raw.clone()).unwrap_or_else(|_| Bytecode::new_legacy(raw));
        info.code_hash = if code.is_empty() { KECCAK256_EMPTY } else { code.hash_slow() };
        info.code = Some(code);
    }
    let mut account = Account::from(info);
    account.mark_touch();
    match (wanted.state, wanted.state_diff) {
        (Some(_), Some(_)) => {
            return Err(Refusal::input(format!("account {address} has both 'state' and 'stateDiff'")));
        }
        (Some(state), None) => {
            account.status |= AccountStatus::Created;
            for (slot, value) in state {
                set(&mut account, slot, U256::ZERO, value);
            }
        }
        (None, diff) => {
            for (slot, value) in diff.into_iter().flatten() {
                let before = db.storage(address, slot.into())?;
                set(&mut account, slot, before, value);
            }
        }
    }
    Ok(account)
}

fn set(account: &mut Account, slot: B256, before: U256, value: B256) {
    account.storage.insert(slot.into(), EvmStorageSlot::new_changed(before, value.into(), TransactionId::ZERO));
}
