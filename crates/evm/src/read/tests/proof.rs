use alloy_primitives::keccak256;
use alloy_trie::{EMPTY_ROOT_HASH, KECCAK_EMPTY, Nibbles, proof::verify_proof};

use super::*;
use crate::{
    state::{Nodes, Record, State},
    testing::Memory,
};

/// A state with many accounts, one of which has slots. @returns its root and its nodes
fn stored() -> (B256, Memory) {
    let host = Memory::new();
    let mut state = State::new(host, EMPTY_ROOT_HASH);
    for index in 1..200u8 {
        state.place(Address::repeat_byte(index), U256::from(index), Bytes::new(), &[]).unwrap();
    }
    let slots: Vec<_> = (0..50).map(|slot| (U256::from(slot), U256::from(slot + 1000))).collect();
    state.place(CODE, U256::from(5), Bytes::from_static(&[0]), &slots).unwrap();
    let change = state.seal().unwrap();
    host.store(&change);
    (change.root, host)
}

fn prove(host: Memory, root: B256, address: Address, slots: &[B256]) -> Value {
    let request = json!({ "root": root, "address": address, "slots": slots }).to_string();
    answered(super::super::proof(request.as_bytes(), &Nodes(&host)))
}

fn nodes(value: &Value) -> Vec<Bytes> {
    serde_json::from_value(value.clone()).unwrap()
}

fn check(root: B256, key: B256, value: Option<Vec<u8>>, proof: &Value) {
    verify_proof(root, Nibbles::unpack(keccak256(key)), value, &nodes(proof)).unwrap();
}

#[test]
fn proves_an_account_and_its_slots() {
    let (root, host) = stored();
    let slots = [B256::ZERO, B256::with_last_byte(49), B256::with_last_byte(50)];
    let proof = prove(host, root, CODE, &slots);
    assert_eq!((&proof["balance"], &proof["nonce"]), (&json!("0x5"), &json!("0x0")));
    assert_eq!(proof["codeHash"], json!(keccak256([0])));
    let storage: B256 = serde_json::from_value(proof["storageHash"].clone()).unwrap();
    let record = Record { nonce: 0, balance: U256::from(5), storage_root: storage, code_hash: keccak256([0]) };
    let hashed = Nibbles::unpack(keccak256(CODE));
    verify_proof(root, hashed, Some(alloy_rlp::encode(record)), &nodes(&proof["accountProof"])).unwrap();
    for (index, (slot, value)) in slots.iter().zip([1000u64, 1049, 0]).enumerate() {
        let shown = &proof["storageProof"][index];
        assert_eq!((&shown["key"], &shown["value"]), (&json!(slot), &json!(format!("{value:#x}"))));
        check(storage, *slot, (value > 0).then(|| alloy_rlp::encode(value)), &shown["proof"]);
    }
}

#[test]
fn proves_that_an_account_is_not_there() {
    let (root, host) = stored();
    let proof = prove(host, root, ALICE, &[B256::ZERO]);
    assert_eq!((&proof["codeHash"], &proof["storageHash"]), (&json!(KECCAK_EMPTY), &json!(EMPTY_ROOT_HASH)));
    assert_eq!(proof["storageProof"], json!([{ "key": B256::ZERO, "value": "0x0", "proof": [] }]));
    verify_proof(root, Nibbles::unpack(keccak256(ALICE)), None, &nodes(&proof["accountProof"])).unwrap();
    assert_eq!(prove(host, EMPTY_ROOT_HASH, ALICE, &[])["accountProof"], json!([]));
}

#[test]
fn refuses_too_many_slots_and_incomplete_states() {
    let (root, host) = stored();
    let ask = |root: B256, slots: usize| {
        let request = json!({ "root": root, "address": CODE, "slots": vec![B256::ZERO; slots] }).to_string();
        super::super::proof(request.as_bytes(), &Nodes(&host))
    };
    assert_eq!(refused(ask(root, 1025)).message, "too many storage keys requested (max 1024, got 1025)");
    assert_eq!(refused(ask(B256::repeat_byte(1), 0)).code, "STATE_INCOMPLETE");
    let proof = prove(host, root, CODE, &[]);
    let leaf = nodes(&proof["accountProof"]).pop().unwrap();
    host.lose(&keccak256(&leaf));
    let refusal = refused(ask(root, 0));
    assert_eq!((refusal.code, refusal.data.as_ref()), ("STATE_INCOMPLETE", keccak256(&leaf).as_slice()));
}
