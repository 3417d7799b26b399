//! The rules of a chain, and the blocks that they apply to.

use alloy_primitives::{Address, B256, U256};
use revm::{
    context::{BlockEnv, CfgEnv},
    context_interface::block::BlobExcessGasAndPrice,
    primitives::hardfork::SpecId,
};

/// What of a chain's configuration execution depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chain {
    /// EIP-155
    pub chain_id: u64,
    /// From this time on, in seconds, blocks follow Osaka; before it, and where there is none, Prague.
    pub osaka_time: Option<u64>,
}

impl Chain {
    /// The hardfork of a block with this time, in seconds.
    pub fn spec(&self, timestamp: u64) -> SpecId {
        match self.osaka_time {
            Some(from) if timestamp >= from => SpecId::OSAKA,
            _ => SpecId::PRAGUE,
        }
    }

    /// The EVM's configuration in a block with this time, in seconds.
    pub fn cfg(&self, timestamp: u64) -> CfgEnv {
        let mut cfg = CfgEnv::new_with_spec(self.spec(timestamp));
        cfg.chain_id = self.chain_id;
        cfg
    }
}

/// What of a block's header the EVM sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockContext {
    /// Height.
    pub number: u64,
    /// seconds
    pub timestamp: u64,
    /// Receives the tips.
    pub fee_recipient: Address,
    /// EIP-4399
    pub prev_randao: B256,
    /// gas
    pub gas_limit: u64,
    /// wei a gas
    pub base_fee: u64,
}

impl BlockContext {
    /// The block in the shape of the EVM. No chain of ours carries blobs: their base fee is the least, 1 wei.
    pub fn env(&self) -> BlockEnv {
        BlockEnv {
            number: U256::from(self.number),
            beneficiary: self.fee_recipient,
            timestamp: U256::from(self.timestamp),
            gas_limit: self.gas_limit,
            basefee: self.base_fee,
            difficulty: U256::ZERO,
            prevrandao: Some(self.prev_randao),
            blob_excess_gas_and_price: Some(BlobExcessGasAndPrice { excess_blob_gas: 0, blob_gasprice: 1 }),
            slot_num: 0,
        }
    }
}
