//! A call as the transaction that stands for it in its block: one that nobody signed.

use alloy_consensus::{SignableTransaction, TxEip1559, TxEip2930, TxEip7702, TxEnvelope, TxType};
use alloy_eips::{eip2718::Encodable2718, eip2930::AccessList, eip7702::SignedAuthorization};
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256, keccak256};
use alloy_rlp::{Encodable, Header};
use revm::context::TxEnv;
use serde::Serialize;

use crate::read::{quantity, request::Request};

/// The transaction of a call.
#[derive(Debug)]
pub(super) struct Unsigned {
    pub(super) kind: TxType,
    pub(super) hash: B256,
    /// EIP-2718
    pub(super) raw: Bytes,
    pub(super) env: TxEnv,
    nonce: u64,
    authorizations: Vec<SignedAuthorization>,
}

impl Unsigned {
    /// The transaction of `request`, which was completed to `env`. Its type is 2 unless its fields ask for another one.
    pub(super) fn new(request: Request, nonce: u64, env: TxEnv) -> Self {
        let kind = match (&request.authorization_list, request.gas_price, &request.access_list) {
            (Some(_), ..) => TxType::Eip7702,
            (None, None, _) => TxType::Eip1559,
            (None, Some(_), Some(_)) => TxType::Eip2930,
            (None, Some(_), None) => TxType::Legacy,
        };
        let authorizations = request.authorization_list.unwrap_or_default();
        let raw = Bytes::from(raw(kind, nonce, &env, &authorizations));
        Self { kind, hash: keccak256(&raw), raw, env, nonce, authorizations }
    }
}

fn raw(kind: TxType, nonce: u64, env: &TxEnv, authorizations: &[SignedAuthorization]) -> Vec<u8> {
    let chain_id = env.chain_id.unwrap_or_default();
    let &TxEnv { gas_limit, gas_price, kind: to, value, .. } = env;
    let (input, access_list) = (env.data.clone(), env.access_list.clone());
    let (max_fee_per_gas, max_priority_fee_per_gas) = (gas_price, env.gas_priority_fee.unwrap_or_default());
    let none = Signature::new(U256::ZERO, U256::ZERO, false);
    let envelope: TxEnvelope = match kind {
        TxType::Eip7702 => TxEip7702 {
            chain_id,
            nonce,
            gas_limit,
            max_fee_per_gas,
            max_priority_fee_per_gas,
            to: to.into_to().unwrap_or_default(),
            value,
            access_list,
            authorization_list: authorizations.to_vec(),
            input,
        }
        .into_signed(none)
        .into(),
        TxType::Eip2930 => {
            TxEip2930 { chain_id, nonce, gas_price, gas_limit, to, value, access_list, input }.into_signed(none).into()
        }
        TxType::Legacy => return legacy(nonce, env),
        _ => TxEip1559 {
            chain_id,
            nonce,
            gas_limit,
            max_fee_per_gas,
            max_priority_fee_per_gas,
            to,
            value,
            access_list,
            input,
        }
        .into_signed(none)
        .into(),
    };
    envelope.encoded_2718()
}

/// v, r and s are zero, which no signature has, so that no library writes it.
fn legacy(nonce: u64, env: &TxEnv) -> Vec<u8> {
    let mut fields = Vec::new();
    nonce.encode(&mut fields);
    env.gas_price.encode(&mut fields);
    env.gas_limit.encode(&mut fields);
    env.kind.encode(&mut fields);
    env.value.encode(&mut fields);
    env.data.encode(&mut fields);
    for _ in 0..3 {
        0u8.encode(&mut fields);
    }
    let mut out = Vec::with_capacity(fields.len() + 9);
    Header { list: true, payload_length: fields.len() }.encode(&mut out);
    out.extend_from_slice(&fields);
    out
}

/// A transaction in a block, as JSON-RPC shows it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Shown {
    block_hash: B256,
    #[serde(serialize_with = "quantity::write")]
    block_number: u64,
    #[serde(serialize_with = "quantity::write")]
    block_timestamp: u64,
    from: Address,
    #[serde(serialize_with = "quantity::write")]
    gas: u64,
    #[serde(serialize_with = "quantity::write")]
    gas_price: u128,
    #[serde(flatten)]
    fees: Option<Fees>,
    hash: B256,
    input: Bytes,
    #[serde(serialize_with = "quantity::write")]
    nonce: u64,
    to: Option<Address>,
    #[serde(serialize_with = "quantity::write")]
    transaction_index: usize,
    #[serde(serialize_with = "quantity::write")]
    value: U256,
    #[serde(rename = "type", serialize_with = "quantity::write")]
    kind: u8,
    #[serde(flatten)]
    typed: Option<Typed>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authorization_list: Vec<SignedAuthorization>,
    v: &'static str,
    r: &'static str,
    s: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Fees {
    #[serde(serialize_with = "quantity::write")]
    max_fee_per_gas: u128,
    #[serde(serialize_with = "quantity::write")]
    max_priority_fee_per_gas: u128,
}

/// What all but legacy transactions have.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Typed {
    access_list: AccessList,
    #[serde(serialize_with = "quantity::write")]
    chain_id: u64,
    y_parity: &'static str,
}

/// Where a transaction is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) hash: B256,
    pub(super) number: u64,
    /// seconds
    pub(super) time: u64,
    /// wei a gas
    pub(super) base_fee: u64,
    pub(super) index: usize,
}

impl Unsigned {
    /// The whole transaction.
    pub(super) fn show(self, place: Place) -> Shown {
        let Self { kind, hash, env, nonce, authorizations, .. } = self;
        let dynamic = matches!(kind, TxType::Eip1559 | TxType::Eip7702);
        let tip = env.gas_priority_fee.unwrap_or_default();
        let price = u128::from(place.base_fee).saturating_add(tip).min(env.gas_price);
        Shown {
            block_hash: place.hash,
            block_number: place.number,
            block_timestamp: place.time,
            from: env.caller,
            gas: env.gas_limit,
            gas_price: if dynamic { price } else { env.gas_price },
            fees: dynamic.then_some(Fees { max_fee_per_gas: env.gas_price, max_priority_fee_per_gas: tip }),
            hash,
            input: env.data,
            nonce,
            to: match env.kind {
                TxKind::Call(to) => Some(to),
                TxKind::Create => None,
            },
            transaction_index: place.index,
            value: env.value,
            kind: kind as u8,
            typed: (kind != TxType::Legacy).then(|| Typed {
                access_list: env.access_list,
                chain_id: env.chain_id.unwrap_or_default(),
                y_parity: "0x0",
            }),
            authorization_list: authorizations,
            v: "0x0",
            r: "0x0",
            s: "0x0",
        }
    }
}
