//! Requests with what go-ethereum 1.17.2 answered on the same state (hash scheme, Prague): a chain of three blocks with
//! contracts of random instructions. Steps are in the specification's form: words with 0x, a refund at each step.

use alloy_primitives::keccak256;
use alloy_primitives::map::HashMap;

use super::*;
use crate::{
    host::Host,
    state::{Nodes, State},
    testing::Memory,
};

/// The first line holds the state, each other one a request and the reply to it.
const RECORDED: &str = include_str!("geth.jsonl");

#[derive(Clone, Copy)]
struct Recorded<'a> {
    values: &'a HashMap<B256, Bytes>,
    blocks: &'a HashMap<u64, B256>,
    keys: Memory,
}

impl Host for Recorded<'_> {
    fn node(&self, hash: &B256) -> Option<Bytes> {
        self.values.get(hash).cloned()
    }
    fn code(&self, hash: &B256) -> Option<Bytes> {
        self.values.get(hash).cloned()
    }
    fn block_hash(&self, number: u64) -> Option<B256> {
        self.blocks.get(&number).copied()
    }
    fn ecrecover(&self, digest: &B256, signature: &[u8; 64], recovery_id: u8) -> Option<[u8; 64]> {
        self.keys.ecrecover(digest, signature, recovery_id)
    }
    fn now(&self) -> f64 {
        0.0
    }
}

/// Letters of hexadecimal digits may be large or small; what `call` and `estimate` say beside the reply does not matter.
fn agrees(ours: &Value, recorded: &Value, whole: bool) -> bool {
    match (ours, recorded) {
        (Value::String(ours), Value::String(recorded)) if recorded.starts_with("0x") => {
            ours.eq_ignore_ascii_case(recorded)
        }
        (Value::Array(ours), Value::Array(recorded)) => {
            ours.len() == recorded.len()
                && ours.iter().zip(recorded).all(|(ours, recorded)| agrees(ours, recorded, true))
        }
        (Value::Object(ours), Value::Object(recorded)) => {
            let ours: HashMap<_, _> = ours.iter().map(|(key, value)| (key.to_lowercase(), value)).collect();
            (!whole || ours.len() == recorded.len())
                && recorded
                    .iter()
                    .all(|(key, value)| ours.get(&key.to_lowercase()).is_some_and(|ours| agrees(ours, value, true)))
        }
        _ => ours == recorded,
    }
}

#[test]
fn answers_as_go_ethereum() {
    let mut lines = RECORDED.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let chain = lines.next().unwrap();
    let bytes = |value: &Value| value.as_str().unwrap().parse::<Bytes>().unwrap();
    let listed = |key: &str| chain[key].as_array().unwrap().iter().map(bytes).collect::<Vec<_>>();
    let values =
        [listed("nodes"), listed("codes")].concat().into_iter().map(|value| (keccak256(&value), value)).collect();
    let blocks = chain["hashes"].as_object().unwrap().iter();
    let blocks =
        blocks.map(|(number, hash)| (number.parse().unwrap(), hash.as_str().unwrap().parse().unwrap())).collect();
    let host = Recorded { values: &values, blocks: &blocks, keys: Memory::new() };
    let rules = Chain { chain_id: chain["chainId"].as_u64().unwrap(), osaka_time: None };
    let mut count = 0;
    for case in lines {
        let (name, request) = (case["fn"].as_str().unwrap(), case["request"].to_string());
        let (request, open) = (request.as_bytes(), |root| State::new(host, root));
        let reply = match name {
            "call" => super::super::call(request, &rules, open),
            "estimate" => super::super::estimate(request, &rules, open),
            "access_list" => super::super::access_list(request, &rules, open),
            "trace_call" => super::super::trace_call(request, &rules, open),
            "trace_block" => super::super::trace_block(request, &rules, host),
            "simulate" => super::super::simulate(request, &rules, host),
            "proof" => super::super::proof(request, &Nodes(&host)),
            other => panic!("{other}"),
        };
        let ours = match reply {
            Ok(reply) => serde_json::from_slice(&reply).unwrap(),
            Err(refusal) => json!({ "code": refusal.code, "message": refusal.message }),
        };
        let whole = !matches!(name, "call" | "estimate");
        assert!(agrees(&ours, &case["reply"], whole), "{case}\n{ours}");
        count += 1;
    }
    assert_eq!(count, 51);
}
