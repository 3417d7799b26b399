//! Reads of small states with contracts assembled by hand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod access_list;
mod call;
mod estimate;
mod geth;
mod hostile;
mod proof;
mod simulate;
mod trace;

use alloy_primitives::{Address, B256, Bytes, U256, address, hex};
use revm::{
    bytecode::Bytecode,
    database::{CacheDB, EmptyDBTyped},
    state::AccountInfo,
};
use serde_json::{Value, json};

use super::Reply;
use crate::{chain::Chain, state::StateError, wire::Refusal};

pub(super) type Db = CacheDB<EmptyDBTyped<StateError>>;

pub(super) const CHAIN: Chain = Chain { chain_id: 1088, osaka_time: Some(2_000_000_000) };
pub(super) const ALICE: Address = address!("0xa11ce00000000000000000000000000000000001");
pub(super) const BOB: Address = address!("0xb0b0000000000000000000000000000000000002");
pub(super) const CODE: Address = address!("0xc0de000000000000000000000000000000000003");
pub(super) const ETHER: u64 = 1_000_000_000_000_000_000;

/// A state where Alice has 10 ETH, and `code` lies at `CODE`.
pub(super) fn state(code: &str) -> Db {
    let mut db = Db::default();
    let balance = U256::from(ETHER) * U256::from(10);
    db.insert_account_info(ALICE, AccountInfo { balance, ..AccountInfo::default() });
    deploy(&mut db, CODE, code);
    db
}

pub(super) fn deploy(db: &mut Db, at: Address, code: &str) {
    let code = Bytecode::new_raw(Bytes::from(hex::decode(code.replace(' ', "")).unwrap()));
    db.insert_account_info(
        at,
        AccountInfo { nonce: 1, code_hash: code.hash_slow(), code: Some(code), ..AccountInfo::default() },
    );
}

/// A block of Prague with a base fee of 7 wei.
pub(super) fn at() -> Value {
    json!({
        "root": B256::ZERO, "hash": B256::repeat_byte(0x64), "parentHash": B256::repeat_byte(0x63), "number": "0x64",
        "timestamp": "0x3b9aca00", "feeRecipient": Address::repeat_byte(0xfe), "prevRandao": B256::repeat_byte(0x4a),
        "gasLimit": "0x1c9c380", "baseFee": "0x7",
    })
}

/// A request of a call: `more` beside block and gas cap.
pub(super) fn request(request: Value, more: Value) -> Value {
    let mut all = json!({ "at": at(), "request": request, "gasCap": "0x2faf080" });
    for (key, value) in more.as_object().unwrap() {
        all[key] = value.clone();
    }
    all
}

pub(super) type Read = fn(&[u8], &Chain, fn(B256) -> Db) -> Reply;

pub(super) fn answered(reply: Reply) -> Value {
    serde_json::from_slice(&reply.unwrap()).unwrap()
}

pub(super) fn refused(reply: Reply) -> Refusal {
    match reply {
        Ok(reply) => panic!("answered {}", String::from_utf8_lossy(&reply)),
        Err(refusal) => refusal,
    }
}

/// Answers of a read on a state.
pub(super) fn ask(read: impl FnOnce(&[u8]) -> Reply, body: &Value) -> Value {
    answered(read(body.to_string().as_bytes()))
}

/// What `call` answers on a state.
pub(super) fn call(db: Db, body: &Value) -> Value {
    answered(super::call(body.to_string().as_bytes(), &CHAIN, |_| db))
}

/// Why `call` refuses.
pub(super) fn call_refused(db: Db, body: &Value) -> Refusal {
    refused(super::call(body.to_string().as_bytes(), &CHAIN, |_| db))
}
