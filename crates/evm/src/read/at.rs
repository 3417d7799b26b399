//! The block on whose state a read runs.

use alloy_primitives::{Address, B256};
use serde::Deserialize;

use super::quantity;
use crate::chain::BlockContext;

/// What of a block's header reads need.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct At {
    /// Of the state.
    pub(super) root: B256,
    pub(super) hash: B256,
    pub(super) parent_hash: B256,
    #[serde(deserialize_with = "quantity::required")]
    pub(super) number: u64,
    /// seconds
    #[serde(deserialize_with = "quantity::required")]
    pub(super) timestamp: u64,
    pub(super) fee_recipient: Address,
    pub(super) prev_randao: B256,
    #[serde(deserialize_with = "quantity::required")]
    pub(super) gas_limit: u64,
    /// wei a gas
    #[serde(deserialize_with = "quantity::required")]
    pub(super) base_fee: u64,
    /// Only a simulation with validation needs it.
    #[serde(default, deserialize_with = "quantity::optional")]
    pub(super) gas_used: Option<u64>,
}

impl At {
    pub(super) fn context(&self) -> BlockContext {
        BlockContext {
            number: self.number,
            timestamp: self.timestamp,
            fee_recipient: self.fee_recipient,
            prev_randao: self.prev_randao,
            gas_limit: self.gas_limit,
            base_fee: self.base_fee,
        }
    }
}
