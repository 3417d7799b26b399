//! A transaction that is only tried, as callers of JSON-RPC write it.

use alloy_eips::{eip2930::AccessList, eip7702::SignedAuthorization};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use revm::context::{TransactionType, TxEnv, either::Either};
use serde::{Deserialize, de::IgnoredAny};

use super::quantity;
use crate::{chain::Chain, wire::Refusal};

/// Fields that it does not know are ignored: wallets send their own ones along.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Request {
    pub(super) from: Option<Address>,
    /// None: it creates a contract.
    pub(super) to: Option<Address>,
    #[serde(deserialize_with = "quantity::optional")]
    pub(super) gas: Option<u64>,
    #[serde(deserialize_with = "quantity::optional")]
    pub(super) gas_price: Option<u128>,
    #[serde(deserialize_with = "quantity::optional")]
    pub(super) max_fee_per_gas: Option<u128>,
    #[serde(deserialize_with = "quantity::optional")]
    pub(super) max_priority_fee_per_gas: Option<u128>,
    #[serde(deserialize_with = "quantity::optional")]
    pub(super) value: Option<U256>,
    #[serde(deserialize_with = "quantity::optional")]
    pub(super) nonce: Option<u64>,
    pub(super) input: Option<Bytes>,
    /// An older name of `input`.
    pub(super) data: Option<Bytes>,
    pub(super) access_list: Option<AccessList>,
    pub(super) authorization_list: Option<Vec<SignedAuthorization>>,
    #[serde(deserialize_with = "quantity::optional")]
    pub(super) chain_id: Option<U256>,
    /// Follows from the other fields; only read to refuse blobs.
    #[serde(rename = "type", deserialize_with = "quantity::optional")]
    kind: Option<u8>,
    #[serde(deserialize_with = "quantity::optional")]
    max_fee_per_blob_gas: Option<U256>,
    blob_versioned_hashes: Option<Vec<B256>>,
    blobs: Option<IgnoredAny>,
}

impl Request {
    /// Who sends it; the zero address where nobody is named.
    pub(super) fn sender(&self) -> Address {
        self.from.unwrap_or_default()
    }

    /// It for the EVM, with a gas limit of at most `gas_cap`, which is also its limit where it names none. Its nonce is left
    /// out: it has no meaning unless it is checked.
    pub(super) fn tx(&self, chain: &Chain, gas_cap: u64) -> Result<TxEnv, Refusal> {
        self.check(chain)?;
        let kind = self.kind();
        Ok(TxEnv {
            tx_type: kind as u8,
            caller: self.sender(),
            gas_limit: self.gas.unwrap_or(gas_cap).min(gas_cap),
            gas_price: self.gas_price.or(self.max_fee_per_gas).unwrap_or(0),
            kind: self.to.map_or(TxKind::Create, TxKind::Call),
            value: self.value.unwrap_or_default(),
            data: self.input.as_ref().or(self.data.as_ref()).cloned().unwrap_or_default(),
            chain_id: Some(chain.chain_id),
            access_list: self.access_list.clone().unwrap_or_default(),
            gas_priority_fee: match kind {
                TransactionType::Legacy | TransactionType::Eip2930 => None,
                _ => Some(self.gas_price.or(self.max_priority_fee_per_gas).unwrap_or(0)),
            },
            authorization_list: self.authorization_list.iter().flatten().cloned().map(Either::Left).collect(),
            ..TxEnv::default()
        })
    }

    /// The type that its fields ask for.
    pub(super) fn kind(&self) -> TransactionType {
        if self.authorization_list.is_some() {
            TransactionType::Eip7702
        } else if self.max_fee_per_gas.is_some() || self.max_priority_fee_per_gas.is_some() {
            TransactionType::Eip1559
        } else if self.access_list.is_some() {
            TransactionType::Eip2930
        } else {
            TransactionType::Legacy
        }
    }

    fn check(&self, chain: &Chain) -> Result<(), Refusal> {
        if self.kind == Some(3)
            || self.max_fee_per_blob_gas.is_some_and(|fee| !fee.is_zero())
            || self.blob_versioned_hashes.as_ref().is_some_and(|hashes| !hashes.is_empty())
            || self.blobs.is_some()
        {
            return Err(Refusal::input("blob transactions are not supported by this chain"));
        }
        if self.gas_price.is_some() && (self.max_fee_per_gas.is_some() || self.max_priority_fee_per_gas.is_some()) {
            return Err(Refusal::input("both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified"));
        }
        if let (Some(input), Some(data)) = (&self.input, &self.data)
            && input != data
        {
            let reason =
                "both \"data\" and \"input\" are set and not equal. Please use \"input\" to pass transaction call data";
            return Err(Refusal::input(reason));
        }
        if let Some(have) = self.chain_id
            && have != U256::from(chain.chain_id)
        {
            let reason = format!("chainId does not match node's (have={have}, want={})", chain.chain_id);
            return Err(Refusal::input(reason));
        }
        if let Some(list) = &self.authorization_list {
            let sender = self.sender();
            if self.to.is_none() {
                let reason = format!("EIP-7702 transaction cannot be used to create contract (sender {sender})");
                return Err(Refusal::input(reason));
            }
            if list.is_empty() {
                return Err(Refusal::input(format!("EIP-7702 transaction with empty auth list (sender {sender})")));
            }
        }
        Ok(())
    }
}
