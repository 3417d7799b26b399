//! A transaction from its envelope (EIP-2718), and what can be told of it before it is executed.

use alloy_consensus::{Transaction as _, TxEnvelope};
use alloy_eips::{
    eip2718::{Decodable2718, Encodable2718},
    eip7702::{RecoveredAuthority, RecoveredAuthorization, SignedAuthorization},
};
use alloy_primitives::{Address, B256, TxKind, U256, keccak256};
use revm::{
    context::{TxEnv, either::Either},
    context_interface::cfg::GasParams,
};

use crate::{chain::Chain, host::Host, state::Record};

/// As a pool has it: nothing larger is read.
const MAX_BYTES: usize = 128 * 1024;
/// Half the order of secp256k1; a signature's s must not be above it (EIP-2, EIP-7702).
const HALF_ORDER: U256 = alloy_consensus::crypto::SECP256K1N_HALF;

/// A transaction of type 0, 1, 2 or 4 that belongs to a chain.
#[derive(Debug)]
pub struct Decoded {
    /// With its signature.
    pub envelope: TxEnvelope,
    /// keccak-256 of the envelope.
    pub hash: B256,
}

/// What recovering a sender takes.
#[derive(Debug)]
pub struct Signature {
    /// What was signed.
    pub digest: B256,
    /// r and s
    pub rs: [u8; 64],
    /// Which of the two public keys.
    pub parity: bool,
}

/// Reads an envelope strictly. @returns the reason where it is none that `chain` can take
pub fn decode(raw: &[u8], chain: &Chain) -> Result<Decoded, String> {
    let first = raw.first().copied().unwrap_or(0x7f);
    if matches!(first, 3 | 5..0xc0) {
        return Err(format!("its type is {first}, and only types 0, 1, 2 and 4 are accepted"));
    }
    if first == 0 {
        return Err("a legacy transaction has no type byte".into());
    }
    if raw.len() > MAX_BYTES {
        return Err(format!("it has {} bytes, at most {MAX_BYTES} are accepted", raw.len()));
    }
    let mut rest = raw;
    let envelope = TxEnvelope::decode_2718(&mut rest).map_err(|error| error.to_string())?;
    if !rest.is_empty() || envelope.encoded_2718() != raw {
        return Err("its encoding is not canonical".into());
    }
    check(&envelope, chain)?;
    Ok(Decoded { envelope, hash: keccak256(raw) })
}

fn check(envelope: &TxEnvelope, chain: &Chain) -> Result<(), String> {
    if let Some(id) = envelope.chain_id()
        && id != chain.chain_id
    {
        return Err(format!("its chain id is {id}, and this chain's is {}", chain.chain_id));
    }
    if envelope.nonce() == u64::MAX {
        return Err("its nonce is above 2^64 - 2 (EIP-2681)".into());
    }
    if let Some(tip) = envelope.max_priority_fee_per_gas()
        && tip > envelope.max_fee_per_gas()
    {
        return Err(format!("its tip of {tip} wei is above its fee cap of {} wei", envelope.max_fee_per_gas()));
    }
    if envelope.authorization_list().is_some_and(<[_]>::is_empty) {
        return Err("its list of authorizations is empty (EIP-7702)".into());
    }
    Ok(())
}

impl Decoded {
    /// What its sender signed. @returns the reason where no key can have signed it
    pub fn signature(&self) -> Result<Signature, String> {
        let signature = self.envelope.signature();
        if signature.s() > HALF_ORDER {
            return Err("its signature's s is above half the order of the curve (EIP-2)".into());
        }
        Ok(Signature {
            digest: self.envelope.signature_hash(),
            rs: rs_of(signature.r(), signature.s()),
            parity: signature.v(),
        })
    }

    /// It in the shape of the EVM, sent by `sender`.
    pub fn env(&self, sender: Address, host: &impl Host) -> TxEnv {
        let tx = &self.envelope;
        TxEnv {
            tx_type: self.kind(),
            caller: sender,
            gas_limit: tx.gas_limit(),
            gas_price: tx.max_fee_per_gas(),
            kind: tx.to().map_or(TxKind::Create, TxKind::Call),
            value: tx.value(),
            data: tx.input().clone(),
            nonce: tx.nonce(),
            chain_id: tx.chain_id(),
            access_list: tx.access_list().cloned().unwrap_or_default(),
            gas_priority_fee: tx.max_priority_fee_per_gas(),
            authorization_list: tx
                .authorization_list()
                .unwrap_or_default()
                .iter()
                .map(|each| Either::Right(recovered(each, host)))
                .collect(),
            ..TxEnv::default()
        }
    }

    /// EIP-2718
    pub fn kind(&self) -> u8 {
        self.envelope.tx_type() as u8
    }
}

fn rs_of(r: U256, s: U256) -> [u8; 64] {
    let mut rs = [0; 64];
    rs[..32].copy_from_slice(&r.to_be_bytes::<32>());
    rs[32..].copy_from_slice(&s.to_be_bytes::<32>());
    rs
}

/// The account that signed an authorization (EIP-7702); one that nobody signed is skipped by the EVM.
fn recovered(authorization: &SignedAuthorization, host: &impl Host) -> RecoveredAuthorization {
    let parity = authorization.y_parity();
    let authority = (parity <= 1 && authorization.s() <= HALF_ORDER)
        .then(|| {
            let rs = rs_of(authorization.r(), authorization.s());
            host.ecrecover(&authorization.signature_hash(), &rs, parity)
        })
        .flatten()
        .map_or(RecoveredAuthority::Invalid, |key| RecoveredAuthority::Valid(address_of(&key)));
    RecoveredAuthorization::new_unchecked(authorization.inner().clone(), authority)
}

/// The account of a public key without its first byte.
pub fn address_of(public_key: &[u8; 64]) -> Address {
    Address::from_slice(&keccak256(public_key)[12..])
}

/// Why a transaction can't be in a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// In the words of an operator.
    pub reason: String,
    /// It can't be in a later block either.
    pub stale: bool,
}

/// What a block still offers.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// wei a gas
    pub base_fee: u64,
    /// gas
    pub gas_limit: u64,
    /// gas
    pub gas_left: u64,
}

/// The first thing that keeps `tx` of an account out of a block. The EVM checks the rest (EIP-3607, 3860).
pub fn obstacle(tx: &TxEnv, sender: Option<&Record>, gas: &GasParams, room: &Room) -> Option<Obstacle> {
    let never = |reason: String| Some(Obstacle { reason, stale: true });
    let later = |reason: String| Some(Obstacle { reason, stale: false });
    let nonce = sender.map_or(0, |record| record.nonce);
    let balance = sender.map_or(U256::ZERO, |record| record.balance);
    let initial = gas.initial_tx_gas_for_tx(tx, None);
    let least = initial.initial_regular_gas().max(initial.floor_gas());
    let limit = tx.gas_limit;
    let fees = U256::from(limit).saturating_mul(U256::from(tx.gas_price));
    let cost = fees.saturating_add(tx.value);
    if tx.nonce < nonce {
        return never(format!("its nonce {} is below the account's {nonce}", tx.nonce));
    }
    if limit < least {
        return never(format!("its gas limit {limit} is below the {least} that it needs at least"));
    }
    if limit > room.gas_limit {
        return never(format!("its gas limit {limit} is above the block's {}", room.gas_limit));
    }
    if tx.nonce > nonce {
        return later(format!("its nonce {} is above the account's {nonce}", tx.nonce));
    }
    if tx.gas_price < u128::from(room.base_fee) {
        let (cap, base) = (tx.gas_price, room.base_fee);
        return later(format!("its fee cap of {cap} wei is below the base fee of {base} wei"));
    }
    if balance < cost {
        return later(format!("it may cost {cost} wei and the account has {balance} wei"));
    }
    if limit > room.gas_left {
        return later(format!("its gas limit {limit} does not fit into the {} that are left", room.gas_left));
    }
    None
}
