//! Whatever a request is, it has an answer.

use super::*;
use crate::{state::Nodes, testing::Memory};

const READS: [(&str, Read); 4] = [
    ("call", super::super::call),
    ("estimate", super::super::estimate),
    ("access_list", super::super::access_list),
    ("trace_call", super::super::trace_call),
];
const OTHER_READS: [(&str, Read); 3] = [
    ("trace_block", |request, chain, _| super::super::trace_block(request, chain, Memory::new())),
    ("simulate", |request, chain, _| super::super::simulate(request, chain, Memory::new())),
    ("proof", |request, _, _| super::super::proof(request, &Nodes(&Memory::new()))),
];

fn each(text: &[u8], check: impl Fn(&str, Reply)) {
    for (name, read) in READS {
        check(name, read(text, &CHAIN, |_| state("00")));
    }
}

#[test]
fn refuses_what_is_no_request() {
    let deep = [b"[".repeat(100_000), b"]".repeat(100_000)].concat();
    let deep_field = format!("{{\"at\":{}", "{\"a\":".repeat(50_000));
    let texts: [&[u8]; 9] =
        [b"", b"null", b"[]", b"{}", b"\xff\xfe", b"{\"at\":1}", b"{\"at\":{}} trailing", &deep, deep_field.as_bytes()];
    for text in texts {
        each(text, |name, reply| assert_eq!(refused(reply).code, "INPUT", "{name}"));
        for (name, read) in OTHER_READS {
            assert_eq!(refused(read(text, &CHAIN, |_| state("00"))).code, "INPUT", "{name}");
        }
    }
}

#[test]
fn refuses_quantities_that_are_none() {
    let long = format!("0x1{}", "0".repeat(100_000));
    for number in ["0x01", "0x", "1", "-0x1", "0x-1", "0xg", "", "0x10000000000000000", long.as_str()] {
        let body = request(json!({ "to": CODE, "gas": number }), json!({})).to_string();
        each(body.as_bytes(), |name, reply| {
            let refusal = refused(reply);
            assert_eq!(refusal.code, "INPUT", "{name} {number}");
            assert!(refusal.message.len() < 300, "{}", refusal.message);
        });
    }
    for number in [json!(1), json!(1.5), json!(true), json!([]), json!({})] {
        let body = request(json!({ "to": CODE, "value": number }), json!({})).to_string();
        each(body.as_bytes(), |name, reply| assert_eq!(refused(reply).code, "INPUT", "{name}"));
    }
}

#[test]
fn refuses_overrides_that_it_does_not_know() {
    for more in [
        json!({ "overrides": { CODE.to_string(): { "statediff": {} } } }),
        json!({ "overrides": { "0x12": {} } }),
        json!({ "overrides": { CODE.to_string(): { "stateDiff": { "0x1": "0x2" } } } }),
        json!({ "blockOverrides": { "numbr": "0x1" } }),
        json!({ "gasCap": "0x1", "surprise": 1 }),
    ] {
        let body = request(json!({ "to": CODE }), more).to_string();
        each(body.as_bytes(), |name, reply| assert_eq!(refused(reply).code, "INPUT", "{name} {body}"));
    }
}

#[test]
fn survives_extremes() {
    let most = format!("{:#x}", U256::MAX);
    let overrides = json!({ "overrides": {
        CODE.to_string(): { "balance": most, "nonce": "0xffffffffffffffff", "code": "0x5f5f5ff0" },
        ALICE.to_string(): { "balance": most, "nonce": "0xffffffffffffffff" },
        BOB.to_string(): { "balance": most },
    }, "blockOverrides": {
        "number": "0xffffffffffffffff", "time": "0xffffffffffffffff", "gasLimit": "0xffffffffffffffff",
        "baseFeePerGas": "0xffffffffffffffff", "blobBaseFee": format!("{:#x}", u128::MAX),
    }, "gasCap": "0xffffffffffffffff" });
    for body in [
        json!({ "from": ALICE, "to": CODE }),
        json!({ "from": ALICE, "input": "0x00" }),
        json!({ "from": ALICE, "to": BOB, "value": most }),
        json!({ "from": ALICE, "to": CODE, "gasPrice": format!("{:#x}", u128::MAX) }),
        json!({ "from": ALICE, "to": CODE, "maxFeePerGas": format!("{:#x}", u128::MAX), "maxPriorityFeePerGas": format!("{:#x}", u128::MAX) }),
        json!({ "from": CODE, "to": ALICE, "gas": "0xffffffffffffffff", "value": "0x1" }),
    ] {
        let text = request(body, overrides.clone()).to_string();
        each(text.as_bytes(), |name, reply| {
            // Some can't be an access list or a trace, which is a refusal with a reason.
            if let Err(refusal) = reply {
                assert!(matches!(name, "access_list" | "trace_call"), "{name} {text}: {}", refusal.message);
                assert_eq!(refusal.code, "INPUT", "{name} {text}: {}", refusal.message);
            }
        });
    }
}

#[test]
fn says_which_part_of_the_state_is_missing() {
    struct Without(B256);
    impl revm::Database for Without {
        type Error = StateError;
        fn basic(&mut self, _address: Address) -> Result<Option<AccountInfo>, StateError> {
            Err(StateError::Missing(self.0))
        }
        fn code_by_hash(&mut self, _hash: B256) -> Result<Bytecode, StateError> {
            Err(StateError::Missing(self.0))
        }
        fn storage(&mut self, _address: Address, _slot: U256) -> Result<U256, StateError> {
            Err(StateError::Missing(self.0))
        }
        fn block_hash(&mut self, _number: u64) -> Result<B256, StateError> {
            Err(StateError::Missing(self.0))
        }
    }
    let hash = B256::repeat_byte(7);
    let text = request(json!({ "to": CODE }), json!({})).to_string();
    let refusal = refused(super::super::call(text.as_bytes(), &CHAIN, |_| Without(hash)));
    assert_eq!((refusal.code, refusal.data.as_ref()), ("STATE_INCOMPLETE", hash.as_slice()));
}

#[test]
fn refuses_requests_that_are_too_long() {
    let long = vec![b' '; (32 << 20) + 1];
    each(&long, |name, reply| assert!(refused(reply).message.contains("at most"), "{name}"));
}
