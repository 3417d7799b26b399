use super::*;

fn ask(db: Db, body: Value) -> Value {
    super::ask(|request| super::super::access_list(request, &CHAIN, |_| db), &request(body, json!({})))
}

fn slots(values: &[u8]) -> Vec<B256> {
    values.iter().map(|value| B256::with_last_byte(*value)).collect()
}

#[test]
fn lists_what_is_touched_beside_what_is_warm_anyway() {
    // SLOAD 5; BALANCE of Bob, of the sender, and of the precompile 4; STATICCALL of Bob
    let code = "60 05 54 73 BOB 31 33 31 60 04 31 5f 5f 5f 5f 73 BOB 5a fa 00".replace("BOB", &hex::encode(BOB));
    let mut db = state(&code);
    // Bob: SSTORE would fail, SLOAD 7
    deploy(&mut db, BOB, "60 07 54 00");
    let reply = ask(db.clone(), json!({ "from": ALICE, "to": CODE }));
    let list = json!([{ "address": BOB, "storageKeys": slots(&[7]) }, { "address": CODE, "storageKeys": slots(&[5]) }]);
    assert_eq!(reply["accessList"], list);
    assert_eq!(reply.get("error"), None);
    let used = call(db, &request(json!({ "from": ALICE, "to": CODE, "accessList": list }), json!({})));
    assert_eq!(reply["gasUsed"], used["gasUsed"]);
}

#[test]
fn keeps_what_the_caller_lists() {
    let known = json!([{ "address": BOB, "storageKeys": slots(&[1]) }, { "address": ALICE, "storageKeys": [] }]);
    let reply = ask(state("60 05 54 00"), json!({ "from": ALICE, "to": CODE, "accessList": known }));
    let list = json!([{ "address": BOB, "storageKeys": slots(&[1]) }, { "address": CODE, "storageKeys": slots(&[5]) }]);
    assert_eq!(reply["accessList"], list);
}

#[test]
fn says_beside_the_list_why_the_call_fails() {
    // SLOAD 5, then a revert with Solidity's panic 1
    let panic = "60 05 54 63 4e487b71 60 e0 1b 5f 52 60 01 60 04 52 60 24 5f fd";
    let reply = ask(state(panic), json!({ "to": CODE }));
    assert_eq!(reply["accessList"], json!([{ "address": CODE, "storageKeys": slots(&[5]) }]));
    assert_eq!(reply["error"], "execution reverted");
}

#[test]
fn leaves_out_the_contract_that_it_creates() {
    // ADDRESS EXTCODESIZE, then SLOAD 3
    let reply = ask(state("00"), json!({ "from": ALICE, "input": "0x303b60035400" }));
    let created = json!([{ "address": ALICE.create(0), "storageKeys": slots(&[3]) }]);
    assert_eq!(reply["accessList"], created);
}

#[test]
fn gives_up_where_it_never_settles() {
    // SLOAD of what GAS says: another slot at each run, since each list costs more
    let body = request(json!({ "to": CODE }), json!({})).to_string();
    let reply = super::super::access_list(body.as_bytes(), &CHAIN, |_| state("5a 54 00"));
    let refusal = refused(reply);
    assert_eq!((refusal.code, refusal.message.as_str()), ("LIMIT", "the access list still grows after 32 runs"));
}

#[test]
fn refuses_what_can_not_be_applied() {
    let refusal = |body: Value| {
        let body = request(body, json!({})).to_string();
        refused(super::super::access_list(body.as_bytes(), &CHAIN, |_| state("00"))).message
    };
    let poor = refusal(json!({ "from": BOB, "to": CODE, "value": "0x1" }));
    assert!(poor.starts_with("failed to apply transaction: insufficient funds for gas * price + value"), "{poor}");
    let authorization =
        json!({ "chainId": "0x0", "address": BOB, "nonce": "0x0", "yParity": "0x0", "r": "0x1", "s": "0x1" });
    let many =
        json!({ "to": CODE, "gas": "0xc350", "authorizationList": [authorization, authorization, authorization] });
    assert_eq!(refusal(many), "insufficient gas to process all authorizations");
}
