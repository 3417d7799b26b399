use super::*;

fn ask(db: Db, body: Value, more: Value) -> Value {
    answered(super::super::estimate(request(body, more).to_string().as_bytes(), &CHAIN, |_| db))
}

fn gas(reply: &Value) -> u64 {
    let text = reply["gas"].as_str().unwrap_or_else(|| panic!("{reply}"));
    u64::from_str_radix(&text[2..], 16).unwrap()
}

fn succeeds(db: &Db, body: &Value, gas: u64) -> bool {
    let mut body = body.clone();
    body["gas"] = json!(format!("{gas:#x}"));
    call(db.clone(), &request(body, json!({})))["success"] == true
}

/// The estimate is enough, and the least that is enough is at most 1.5 % below.
fn check(code: &str, body: Value) -> u64 {
    check_on(state(code), body)
}

fn check_on(db: Db, body: Value) -> u64 {
    let estimate = gas(&ask(db.clone(), body.clone(), json!({})));
    assert!(succeeds(&db, &body, estimate), "{estimate} is not enough for {body}");
    assert!(!succeeds(&db, &body, estimate - estimate * 15 / 1000 - 1), "{estimate} is too much for {body}");
    estimate
}

#[test]
fn knows_a_transfer() {
    assert_eq!(gas(&ask(state("00"), json!({ "from": ALICE, "to": BOB, "value": "0x1" }), json!({}))), 21_000);
    let listed = json!({ "from": ALICE, "to": BOB, "accessList": [{ "address": BOB, "storageKeys": [] }] });
    assert!((23_400..23_800).contains(&gas(&ask(state("00"), listed, json!({})))));
}

#[test]
fn finds_the_least_gas() {
    let to_code = json!({ "from": ALICE, "to": CODE });
    check("00", to_code.clone());
    // SSTORE of a new slot
    check("60 01 5f 55", to_code.clone());
    // and one that is cleared again, for which gas comes back
    check("60 01 5f 55 5f 5f 55", to_code.clone());
    // Calls what burns 260000 gas with all but 1/64 of its own, and fails if that fails
    let mut nested = state(&format!("5f 5f 5f 5f 5f 73 {} 5a f1 15 60 21 57 00 5b 5f 5f fd", hex::encode(BOB)));
    deploy(&mut nested, BOB, "61 2710 5b 60 01 90 03 80 60 03 57 00");
    let nested = check_on(nested, to_code.clone());
    assert!((280_000..300_000).contains(&nested), "{nested}");
    // Reverts unless 200000 gas are left
    let picky = check("62 030d40 5a 10 60 09 57 00 5b 5f 5f fd", to_code);
    assert!((221_000..224_500).contains(&picky), "{picky}");
    // Data below its floor price (EIP-7623)
    check("00", json!({ "from": ALICE, "to": CODE, "input": format!("0x{}", "ff".repeat(100)) }));
    check("00", json!({ "from": ALICE, "input": "0x60015ff3" }));
}

#[test]
fn says_why_no_gas_is_enough() {
    let reverts = ask(state("60 2a 5f 52 60 20 5f fd"), json!({ "to": CODE }), json!({}));
    assert_eq!(reverts["failed"]["error"], "execution reverted");
    assert_eq!(reverts["failed"]["data"], format!("{:#066x}", U256::from(42)));
    let invalid = ask(state("fe"), json!({ "to": CODE }), json!({}));
    assert_eq!(invalid["failed"]["error"], "invalid opcode: INVALID");
    let endless = ask(state("5b 5f 56"), json!({ "to": CODE }), json!({}));
    assert_eq!(endless["failed"]["error"], "gas required exceeds allowance (30000000)");
    assert_eq!(endless["failed"]["allowance"], "0x1c9c380");
    let poor = ask(state("00"), json!({ "from": BOB, "to": CODE, "value": "0x1" }), json!({}));
    let reason = format!("insufficient funds for gas * price + value: address {BOB} have 0 want 1");
    assert_eq!(poor["failed"]["error"], reason);
    let priced = ask(state("00"), json!({ "from": BOB, "to": CODE, "gasPrice": "0x7" }), json!({}));
    assert_eq!(priced["failed"]["error"], "insufficient funds for transfer");
}

#[test]
fn is_bounded_by_limits_and_by_what_the_sender_can_pay() {
    let endless = |body: Value, more: Value| ask(state("5b 5f 56"), body, more)["failed"]["allowance"].clone();
    assert_eq!(endless(json!({ "to": CODE, "gas": "0x186a0" }), json!({})), "0x186a0");
    assert_eq!(endless(json!({ "to": CODE }), json!({ "gasCap": "0xf4240" })), "0xf4240");
    let tenth = format!("{:#x}", 100_000_000_000_000u64);
    assert_eq!(endless(json!({ "from": ALICE, "to": CODE, "gasPrice": tenth }), json!({})), "0x186a0");
    let osaka = json!({ "blockOverrides": { "time": "0x77359400" } });
    assert_eq!(endless(json!({ "to": CODE }), osaka), "0x1000000");
    let small = json!({ "blockOverrides": { "gasLimit": "0x7530" } });
    assert_eq!(endless(json!({ "to": CODE }), small), "0x7530");
    let short = ask(state("00"), json!({ "to": CODE }), json!({ "gasCap": "0x5207" }));
    assert_eq!(short["failed"]["error"], "gas required exceeds allowance (20999)");
}
