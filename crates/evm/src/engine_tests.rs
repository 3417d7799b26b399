use alloy_primitives::{Address, TxKind, U256};
use proptest::prelude::*;

use super::*;
use crate::testing::{CHAIN, Memory, Wallet};

fn opened() -> Engine<Memory> {
    let mut request = Vec::new();
    CHAIN.chain_id.encode(&mut request);
    Bytes::new().encode(&mut request);
    EMPTY_ROOT_HASH.encode(&mut request);
    Engine::open(&list(&request), Memory::new()).unwrap()
}

fn begin_request() -> Vec<u8> {
    let mut fields = Vec::new();
    1u64.encode(&mut fields);
    1u64.encode(&mut fields);
    Address::ZERO.encode(&mut fields);
    B256::ZERO.encode(&mut fields);
    30_000_000u64.encode(&mut fields);
    7u64.encode(&mut fields);
    B256::ZERO.encode(&mut fields);
    list(&fields)
}

#[test]
fn a_block_needs_a_beginning() {
    let mut engine = opened();
    assert_eq!(engine.finish(&list(&[])).unwrap_err(), Refusal::input("no block was begun"));
    engine.begin(&begin_request()).unwrap();
    engine.finish(&list(&[])).unwrap();
}

#[test]
fn osaka_time_is_a_canonical_integer() {
    for (bytes, expected) in [(&[][..], Ok(None)), (&[1, 0], Ok(Some(256))), (&[0, 1], Err(()))] {
        let open = Open { chain_id: 1, osaka_time: Bytes::copy_from_slice(bytes), root: B256::ZERO };
        assert_eq!(open.osaka().map_err(|_| ()), expected);
    }
}

#[test]
fn signatures_and_decode_tell_the_same_transaction() {
    let (engine, alice) = (opened(), Wallet::new(1));
    let raw = alice.send(3, TxKind::Call(Address::repeat_byte(9)), 5, Bytes::new(), 21_000);
    let mut request = Vec::new();
    vec![raw.clone(), Bytes::from_static(b"\x02")].encode(&mut request);
    let reply = engine.signatures(&request).unwrap();
    let decoded = decode(&raw, &CHAIN).unwrap();
    let signature = decoded.signature().unwrap();
    let key = Memory::new().ecrecover(&signature.digest, &signature.rs, signature.parity.into()).unwrap();
    assert_eq!(address_of(&key), alice.address());
    assert!(reply.windows(32).any(|part| part == decoded.hash.as_slice()));
    assert_eq!(engine.decode(&alloy_rlp::encode(&raw)).unwrap(), list(&fields_of(&decoded)));
}

#[test]
fn absent_accounts_and_slots_are_nothing() {
    let mut engine = opened();
    let mut fields = Vec::new();
    EMPTY_ROOT_HASH.encode(&mut fields);
    Address::ZERO.encode(&mut fields);
    assert_eq!(engine.account(&list(&fields)).unwrap(), list(&[]));
    U256::from(4).encode(&mut fields);
    assert_eq!(engine.storage(&list(&fields)).unwrap(), [alloy_rlp::EMPTY_STRING_CODE]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn garbage_is_answered(bytes in proptest::collection::vec(any::<u8>(), 0..200), nested in any::<bool>()) {
        let mut engine = opened();
        let request = if nested { list(&bytes) } else { bytes };
        let _ = Engine::open(&request, Memory::new());
        engine.begin(&begin_request()).unwrap();
        let _ = engine.genesis(&request);
        let _ = engine.apply(&request);
        let _ = engine.account(&request);
        let _ = engine.storage(&request);
        let _ = engine.signatures(&request);
        let _ = engine.addresses(&request);
        let _ = engine.decode(&request);
        let _ = engine.finish(&request);
        let _ = engine.begin(&request);
    }

    #[test]
    fn mutated_transactions_are_answered(at in 0usize..120, byte in any::<u8>()) {
        let (mut engine, alice) = (opened(), Wallet::new(1));
        let mut raw = alice.send(0, TxKind::Create, 5, Bytes::from_static(&[0x60; 20]), 60_000).to_vec();
        let at = at % raw.len();
        raw[at] = byte;
        engine.begin(&begin_request()).unwrap();
        let mut sent = Vec::new();
        raw.as_slice().encode(&mut sent);
        alice.address().encode(&mut sent);
        let mut request = Vec::new();
        0u64.encode(&mut request);
        request.extend_from_slice(&list(&list(&sent)));
        prop_assert!(engine.apply(&list(&request)).is_ok());
        engine.finish(&list(&[])).unwrap();
    }
}
