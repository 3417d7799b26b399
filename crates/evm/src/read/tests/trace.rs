use super::*;
use crate::{
    state::State,
    testing::{Memory, Wallet},
};

fn trace_on(db: Db, options: Value) -> Value {
    let body = request(json!({ "from": ALICE, "to": CODE, "gas": "0x186a0" }), json!({ "options": options }));
    super::ask(|request| super::super::trace_call(request, &CHAIN, |_| db), &body)
}

fn trace(code: &str, options: Value) -> Value {
    trace_on(state(code), options)
}

fn refusal(code: &str, options: Value) -> Refusal {
    let body = request(json!({ "to": CODE }), json!({ "options": options })).to_string();
    refused(super::super::trace_call(body.as_bytes(), &CHAIN, |_| state(code)))
}

#[test]
fn shows_each_step() {
    // MSTORE 42 at 0; SSTORE 1 at 3; SLOAD 3; RETURN the first word
    let reply = trace("60 2a 5f 52 60 01 60 03 55 60 03 54 60 20 5f f3", json!({ "enableMemory": true }));
    let steps = reply["structLogs"].as_array().unwrap();
    let names: Vec<_> = steps.iter().map(|step| step["op"].as_str().unwrap()).collect();
    let expected = "PUSH1 PUSH0 MSTORE PUSH1 PUSH1 SSTORE PUSH1 SLOAD PUSH1 PUSH0 RETURN";
    assert_eq!(names.join(" "), expected);
    let word = |value: u64| format!("{:#066x}", U256::from(value));
    let first = json!({ "pc": 0, "op": "PUSH1", "gas": 79_000, "gasCost": 3, "depth": 1, "refund": 0, "stack": [], "memory": [] });
    assert_eq!(steps[0], first);
    assert_eq!(steps[2]["stack"], json!(["0x2a", "0x0"]));
    assert_eq!(steps[3]["memory"], json!([word(42)]));
    assert_eq!(steps[5]["gasCost"], 22_100);
    assert_eq!(steps[5]["storage"], json!({ word(3): word(1) }));
    assert_eq!(steps[7]["storage"], json!({ word(3): word(1) }));
    assert_eq!(steps[6].get("storage"), None);
    assert_eq!((&reply["failed"], &reply["returnValue"]), (&json!(false), &json!(word(42))));
    let last = &steps[10];
    let left = last["gas"].as_u64().unwrap() - last["gasCost"].as_u64().unwrap();
    assert_eq!(reply["gas"], 100_000 - left);
}

#[test]
fn leaves_out_what_is_not_wanted() {
    let options = json!({ "disableStack": true, "disableStorage": true, "limit": 2 });
    let steps = trace("60 01 5f 55 5f 54 00", options)["structLogs"].clone();
    assert_eq!(steps.as_array().unwrap().len(), 2);
    assert_eq!(steps[0].get("stack"), None);
    let unlimited =
        trace("60 01 5f 55 5f 54 00", json!({ "disableStorage": true, "limit": 0, "timeout": "1s", "reexec": 9 }));
    assert_eq!(unlimited["structLogs"].as_array().unwrap().len(), 6);
    assert!(unlimited["structLogs"].as_array().unwrap().iter().all(|step| step.get("storage").is_none()));
}

#[test]
fn goes_into_calls_and_creations() {
    // CALL Bob, who returns a word; then CREATE of nothing with 32000 gas and more
    let code = format!("60 20 5f 5f 5f 5f 73 {} 5a f1 5f 5f 5f f0 00", hex::encode(BOB));
    let mut db = state(&code);
    deploy(&mut db, BOB, "60 07 5f 52 60 20 5f f3");
    let reply = trace_on(db, json!({ "enableReturnData": true }));
    let steps = reply["structLogs"].as_array().unwrap();
    let depths: Vec<_> = steps.iter().map(|step| step["depth"].as_u64().unwrap()).collect();
    assert_eq!(depths, [[1; 8].as_slice(), &[2; 6], &[1; 5]].concat());
    assert_eq!(steps[14]["returnData"], format!("{:#066x}", U256::from(7)));
    let create = steps.iter().find(|step| step["op"] == "CREATE").unwrap();
    assert_eq!(create["gasCost"], 32_000);
}

#[test]
fn shows_contracts_that_destroy_themselves() {
    // To itself, of which the EVM tells nothing, and to Bob
    for (code, target) in [("30 ff".to_string(), CODE), (format!("73 {} ff", hex::encode(BOB)), BOB)] {
        let options = json!({ "tracer": "callTracer" });
        let more = json!({ "options": options, "overrides": { CODE.to_string(): { "balance": "0x5" } } });
        let body = request(json!({ "from": ALICE, "to": CODE }), more);
        let reply = super::ask(|request| super::super::trace_call(request, &CHAIN, |_| state(&code)), &body);
        let destroyed = &reply["calls"][0];
        assert_eq!((&destroyed["type"], &destroyed["value"]), (&json!("SELFDESTRUCT"), &json!("0x5")));
        assert_eq!((&destroyed["from"], &destroyed["to"]), (&json!(CODE), &json!(target)));
    }
}

#[test]
fn names_errors_at_their_step() {
    let step = |code: &str| trace(code, json!({}))["structLogs"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(step("01")["error"], "stack underflow (0 <=> 2)");
    assert_eq!(step("0c")["error"], "invalid opcode: opcode 0xc not defined");
    assert_eq!(step("0c")["op"], "opcode 0xc not defined");
    assert_eq!(step("5f 5f fd").get("error"), None);
}

#[test]
fn counts_what_comes_back() {
    let mut db = state("5f 5f 55 00");
    db.insert_account_storage(CODE, U256::ZERO, U256::from(1)).unwrap();
    let steps = trace_on(db, json!({}))["structLogs"].clone();
    assert_eq!(
        (&steps[1]["refund"], &steps[2]["refund"], &steps[3]["refund"]),
        (&json!(0), &json!(4800), &json!(4800))
    );
}

#[test]
fn refuses_to_hold_too_much() {
    // An endless loop over 1000 items of a stack
    let deep = format!("{} 5b 5f 50 61 03e8 56", "5f ".repeat(1000));
    let body = request(json!({ "to": CODE }), json!({ "options": {} })).to_string();
    let refusal = refused(super::super::trace_call(body.as_bytes(), &CHAIN, |_| state(&deep)));
    assert_eq!(refusal.code, "LIMIT");
    assert!(
        refusal.message.starts_with("the trace is too large: at most 67108864 bytes are held"),
        "{}",
        refusal.message
    );
    // With a limit it fits.
    assert_eq!(trace(&deep, json!({ "limit": 10 }))["structLogs"].as_array().unwrap().len(), 10);
    // Calls with a megabyte of data each: memory costs gas once
    let wide = format!("5f 62100000 53 5b 5f 5f 62100000 5f 5f 73 {} 5a f1 50 60 06 56", hex::encode(BOB));
    for options in
        [json!({ "tracer": "callTracer" }), json!({ "tracer": "muxTracer", "tracerConfig": { "callTracer": {} } })]
    {
        let body = request(json!({ "to": CODE }), json!({ "options": options })).to_string();
        let refusal = refused(super::super::trace_call(body.as_bytes(), &CHAIN, |_| state(&wide)));
        assert!(refusal.message.starts_with("the trace is too large"), "{}", refusal.message);
    }
}

#[test]
fn refuses_tracers_that_it_does_not_have() {
    let script = refusal("00", json!({ "tracer": "{ data: [], step: function() {}, result: function() {} }" }));
    assert_eq!(script.code, "INPUT");
    for word in
        ["callTracer", "prestateTracer", "flatCallTracer", "4byteTracer", "muxTracer", "noopTracer", "JavaScript"]
    {
        assert!(script.message.contains(word), "{}", script.message);
    }
    assert!(script.message.len() < 400);
    refusal("00", json!({ "tracer": "callTracer", "tracerConfig": 5 }));
    refusal("00", json!({ "tracer": "muxTracer", "tracerConfig": { "muxTracer": {} } }));
    refusal("00", json!({ "tracer": "muxTracer", "tracerConfig": [] }));
    refusal("00", json!({ "enableMemory": "yes" }));
    refusal("00", json!({ "limit": -1 }));
}

#[test]
fn nests_calls_as_deep_as_the_evm_does() {
    // Calls itself with all gas; the top may use enough for a few hundred levels
    let body = request(json!({ "to": CODE }), json!({ "options": { "tracer": "callTracer" } })).to_string();
    let reply = super::super::trace_call(body.as_bytes(), &CHAIN, |_| state("5f 5f 5f 5f 5f 30 5a f1 00")).unwrap();
    let depth = String::from_utf8(reply).unwrap().matches("\"calls\":").count();
    assert!(depth > 300, "{depth}");
}

/// A chain in memory on which a wallet sends to a contract that counts in slot 0 and logs the count.
struct Counting {
    host: Memory,
    root: B256,
    wallet: Wallet,
}

impl Counting {
    fn new() -> Self {
        let (host, wallet) = (Memory::new(), Wallet::new(7));
        let mut state = State::new(host, alloy_trie::EMPTY_ROOT_HASH);
        state.place(wallet.address(), U256::from(u128::MAX), Bytes::new(), &[]).unwrap();
        let counter = hex::decode("5f546001018060005560005260206000a0").unwrap();
        state.place(CODE, U256::ZERO, counter.into(), &[]).unwrap();
        // As EIP-2935's contract at its simplest: keeps what the protocol tells it.
        let history = hex::decode("5f355f5500").unwrap();
        let at = address!("0x0000F90827F1C53a10cb7A02335B175320002935");
        state.place(at, U256::ZERO, history.into(), &[]).unwrap();
        let change = state.seal().unwrap();
        host.store(&change);
        Self { host, root: change.root, wallet }
    }

    fn trace(&self, count: u64, more: Value) -> Reply {
        let sent: Vec<_> = (0..count)
            .map(|nonce| {
                let to = alloy_primitives::TxKind::Call(CODE);
                json!({ "raw": self.wallet.send(nonce, to, 0, Bytes::new(), 100_000), "from": self.wallet.address() })
            })
            .collect();
        let mut body = json!({ "at": at(), "transactions": sent });
        body["at"]["root"] = json!(self.root);
        for (key, value) in more.as_object().unwrap() {
            body[key] = value.clone();
        }
        super::super::trace_block(body.to_string().as_bytes(), &crate::testing::CHAIN, self.host)
    }
}

#[test]
fn traces_the_transactions_of_a_block_one_after_the_other() {
    let chain = Counting::new();
    let options = json!({ "options": { "tracer": "callTracer", "tracerConfig": { "withLog": true } } });
    let traces = answered(chain.trace(3, options));
    assert_eq!(traces.as_array().unwrap().len(), 3);
    for (index, trace) in traces.as_array().unwrap().iter().enumerate() {
        let log = &trace["result"]["logs"][0];
        assert_eq!(log["data"], format!("{:#066x}", U256::from(index + 1)));
        assert_eq!(log["index"], format!("{index:#x}"));
        assert_eq!(trace["txHash"].as_str().unwrap().len(), 66);
    }
    let only = json!({ "only": 1, "options": { "tracer": "callTracer", "tracerConfig": { "withLog": true } } });
    assert_eq!(answered(chain.trace(3, only)), json!([traces[1]]));
}

#[test]
fn begins_a_block_with_the_calls_of_the_protocol() {
    let chain = Counting::new();
    let options = json!({ "options": { "tracer": "prestateTracer" } });
    // The history contract is called by the transaction; its slot was written before.
    let history = address!("0x0000F90827F1C53a10cb7A02335B175320002935");
    let raw = chain.wallet.send(0, alloy_primitives::TxKind::Call(history), 0, Bytes::new(), 100_000);
    let mut body = json!({ "at": at(), "transactions": [{ "raw": raw, "from": chain.wallet.address() }] });
    body["at"]["root"] = json!(chain.root);
    body["options"] = options["options"].clone();
    let reply = super::super::trace_block(body.to_string().as_bytes(), &crate::testing::CHAIN, chain.host);
    let slot = &answered(reply)[0]["result"][history.to_string().to_lowercase()]["storage"][B256::ZERO.to_string()];
    assert_eq!(slot, &json!(B256::repeat_byte(0x63)));
}

#[test]
fn refuses_transactions_that_are_not_of_the_block() {
    let chain = Counting::new();
    assert_eq!(refused(chain.trace(2, json!({ "only": 2 }))).message, "there is no transaction 2 among the 2 given");
    let again = {
        let raw = chain.wallet.send(1, alloy_primitives::TxKind::Call(CODE), 0, Bytes::new(), 100_000);
        json!({ "transactions": [{ "raw": raw, "from": chain.wallet.address() }] })
    };
    let refusal = refused(chain.trace(0, again));
    assert!(refusal.message.starts_with("transaction 0: nonce too high: "), "{}", refusal.message);
    let garbage = refused(chain.trace(0, json!({ "transactions": [{ "raw": "0x02ff", "from": ALICE }] })));
    assert_eq!(garbage.code, "INPUT");
}
