//! A host in memory, and accounts that sign, for the tests.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use alloy_consensus::{SignableTransaction, TxEip1559, TxEip7702, TxEnvelope};
use alloy_eips::{
    eip2718::Encodable2718,
    eip7702::{Authorization, SignedAuthorization},
};
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256};
use k256::ecdsa::SigningKey;

use crate::{chain::Chain, host::Host, state::Change, transaction::address_of};

pub(crate) const CHAIN: Chain = Chain { chain_id: 59_999, osaka_time: None };
pub(crate) const GWEI: u128 = 1_000_000_000;

#[derive(Debug, Default)]
struct Stored {
    nodes: HashMap<B256, Bytes>,
    codes: HashMap<B256, Bytes>,
}

/// What was stored, shared by all copies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory(&'static Rc<RefCell<Stored>>);

impl Memory {
    pub(crate) fn new() -> Self {
        Self(Box::leak(Box::default()))
    }

    /// Keeps what a block adds.
    pub(crate) fn store(&self, change: &Change) {
        let mut stored = self.0.borrow_mut();
        stored.nodes.extend(change.nodes.iter().map(|(hash, value)| (*hash, value.clone().into())));
        stored.codes.extend(change.codes.iter().cloned());
    }

    /// Loses a node.
    pub(crate) fn lose(&self, hash: &B256) {
        self.0.borrow_mut().nodes.remove(hash);
    }
}

impl Host for Memory {
    fn node(&self, hash: &B256) -> Option<Bytes> {
        self.0.borrow().nodes.get(hash).cloned()
    }

    fn code(&self, hash: &B256) -> Option<Bytes> {
        self.0.borrow().codes.get(hash).cloned()
    }

    fn block_hash(&self, number: u64) -> Option<B256> {
        Some(B256::with_last_byte(number as u8))
    }

    fn ecrecover(&self, digest: &B256, signature: &[u8; 64], recovery_id: u8) -> Option<[u8; 64]> {
        let key = Signature::from_bytes_and_parity(signature, recovery_id == 1).recover_from_prehash(digest).ok()?;
        key.to_encoded_point(false).as_bytes()[1..].try_into().ok()
    }

    fn now(&self) -> f64 {
        0.0
    }
}

/// An account that can sign.
pub(crate) struct Wallet(SigningKey);

impl Wallet {
    pub(crate) fn new(seed: u8) -> Self {
        Self(SigningKey::from_slice(&[seed; 32]).unwrap())
    }

    pub(crate) fn address(&self) -> Address {
        let point = self.0.verifying_key().to_encoded_point(false);
        address_of(point.as_bytes()[1..].try_into().unwrap())
    }

    fn sign(&self, digest: B256) -> Signature {
        self.0.sign_prehash_recoverable(digest.as_slice()).unwrap().into()
    }

    /// A transaction of type 2 as an envelope.
    pub(crate) fn send(&self, nonce: u64, to: TxKind, value: u128, input: Bytes, gas_limit: u64) -> Bytes {
        let tx = TxEip1559 {
            chain_id: CHAIN.chain_id,
            nonce,
            gas_limit,
            max_fee_per_gas: 100 * GWEI,
            max_priority_fee_per_gas: GWEI,
            to,
            value: U256::from(value),
            access_list: Default::default(),
            input,
        };
        let signature = self.sign(tx.signature_hash());
        TxEnvelope::from(tx.into_signed(signature)).encoded_2718().into()
    }

    /// A transaction of type 4 that carries `authorizations`.
    pub(crate) fn delegate(&self, nonce: u64, to: Address, authorizations: Vec<SignedAuthorization>) -> Bytes {
        let tx = TxEip7702 {
            chain_id: CHAIN.chain_id,
            nonce,
            gas_limit: 1_000_000,
            max_fee_per_gas: 100 * GWEI,
            max_priority_fee_per_gas: GWEI,
            to,
            value: U256::ZERO,
            access_list: Default::default(),
            authorization_list: authorizations,
            input: Bytes::new(),
        };
        let signature = self.sign(tx.signature_hash());
        TxEnvelope::from(tx.into_signed(signature)).encoded_2718().into()
    }

    pub(crate) fn authorize(&self, address: Address, nonce: u64) -> SignedAuthorization {
        let authorization = Authorization { chain_id: U256::from(CHAIN.chain_id), address, nonce };
        let signature = self.sign(authorization.signature_hash());
        authorization.into_signed(signature)
    }
}
