use super::*;

/// Returns the word that the code before it leaves on the stack.
const RETURN_TOP: &str = "5f 52 60 20 5f f3";

fn word(value: u64) -> String {
    format!("{:#066x}", U256::from(value))
}

fn ask(code: &str, more: Value) -> Value {
    call(state(code), &request(json!({ "from": ALICE, "to": CODE }), more))
}

fn value_of(code: &str, more: Value) -> Value {
    ask(&format!("{code} {RETURN_TOP}"), more)["data"].clone()
}

#[test]
fn returns_what_the_contract_returns() {
    let reply = ask(&format!("60 2a {RETURN_TOP}"), json!({}));
    assert_eq!(reply["success"], true);
    assert_eq!(reply["data"], word(42));
    // 21000, PUSH1 PUSH0 MSTORE with a word of memory, PUSH1 PUSH0 RETURN
    assert_eq!(reply["gasUsed"], format!("{:#x}", 21_000 + 3 + 2 + 6 + 3 + 2));
    assert_eq!(reply.get("error"), None);
}

#[test]
fn sees_the_block() {
    assert_eq!(value_of("43", json!({})), word(100));
    assert_eq!(value_of("42", json!({})), word(1_000_000_000));
    assert_eq!(value_of("45", json!({})), word(30_000_000));
    assert_eq!(value_of("46", json!({})), word(1088));
    assert_eq!(value_of("44", json!({})), format!("{}", B256::repeat_byte(0x4a)));
    assert_eq!(value_of("41", json!({})), format!("{}", Address::repeat_byte(0xfe).into_word()));
    // BLOCKHASH of the parent, of the block itself, and of the one after it
    assert_eq!(value_of("60 63 40", json!({})), format!("{}", B256::repeat_byte(0x63)));
    assert_eq!(value_of("60 64 40", json!({})), word(0));
    assert_eq!(value_of("60 65 40", json!({})), word(0));
}

#[test]
fn sees_an_overridden_block() {
    let number = json!({ "blockOverrides": { "number": "0x66" } });
    assert_eq!(value_of("43", number.clone()), word(102));
    assert_eq!(value_of("60 64 40", number.clone()), format!("{}", B256::repeat_byte(0x64)));
    assert_eq!(value_of("60 65 40", number), word(0));
    assert_eq!(value_of("42", json!({ "blockOverrides": { "time": "0x5" } })), word(5));
    assert_eq!(value_of("45", json!({ "blockOverrides": { "gasLimit": "0x5208" } })), word(21_000));
    let recipient = json!({ "blockOverrides": { "feeRecipient": BOB } });
    assert_eq!(value_of("41", recipient), format!("{}", BOB.into_word()));
    let randao = json!({ "blockOverrides": { "prevRandao": B256::repeat_byte(9) } });
    assert_eq!(value_of("44", randao), format!("{}", B256::repeat_byte(9)));
    assert_eq!(value_of("4a", json!({ "blockOverrides": { "blobBaseFee": "0x9" } })), word(9));
}

#[test]
fn follows_the_hardfork_of_the_time() {
    // CLZ of 1 (EIP-7939)
    let clz = "60 01 1e";
    let prague = ask(&format!("{clz} {RETURN_TOP}"), json!({}));
    assert_eq!(prague["error"], "invalid opcode: CLZ");
    assert_eq!(value_of(clz, json!({ "blockOverrides": { "time": "0x77359400" } })), word(255));
}

#[test]
fn asks_for_a_base_fee_only_from_who_names_a_price() {
    let body = |extra: Value| {
        let mut body = json!({ "from": ALICE, "to": CODE, "gas": "0x186a0" });
        for (key, value) in extra.as_object().unwrap() {
            body[key] = value.clone();
        }
        request(body, json!({}))
    };
    let base_fee = state(&format!("48 {RETURN_TOP}"));
    assert_eq!(call(base_fee.clone(), &body(json!({})))["data"], word(0));
    assert_eq!(call(base_fee.clone(), &body(json!({ "gasPrice": "0x7" })))["data"], word(7));
    assert_eq!(call(base_fee.clone(), &body(json!({ "maxFeePerGas": "0x9" })))["data"], word(7));
    let price = state(&format!("3a {RETURN_TOP}"));
    let paying = json!({ "maxFeePerGas": "0x9", "maxPriorityFeePerGas": "0x1" });
    assert_eq!(call(price, &body(paying))["data"], word(8));

    let low = call_refused(base_fee.clone(), &body(json!({ "gasPrice": "0x6" })));
    assert_eq!(low.code, "INPUT");
    let reason = format!("max fee per gas less than block base fee: address {ALICE}, maxFeePerGas: 6, baseFee: 7");
    assert_eq!(low.message, reason);
    let tip = call_refused(base_fee.clone(), &body(json!({ "maxFeePerGas": "0x9", "maxPriorityFeePerGas": "0xa" })));
    assert!(tip.message.starts_with("max priority fee per gas higher than max fee per gas: "), "{}", tip.message);
    let both = call_refused(base_fee, &body(json!({ "gasPrice": "0x9", "maxFeePerGas": "0xa" })));
    assert_eq!(both.message, "both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified");
}

#[test]
fn does_not_spend_what_the_sender_does_not_have() {
    let reply = call(state("00"), &request(json!({ "from": BOB, "to": CODE, "value": "0x1" }), json!({})));
    assert_eq!(reply["success"], false);
    assert_eq!(reply["gasUsed"], "0x0");
    assert_eq!(reply["error"], format!("insufficient funds for gas * price + value: address {BOB} have 0 want 1"));
    let all = json!({ "from": ALICE, "to": CODE, "gasPrice": format!("{:#x}", u128::MAX), "value": format!("{:#x}", U256::MAX) });
    let reply = call(state("00"), &request(all, json!({})));
    assert!(reply["error"].as_str().unwrap().ends_with("required balance exceeds 256 bits"), "{reply}");
}

#[test]
fn caps_the_gas() {
    // GAS
    let left = state(&format!("5a {RETURN_TOP}"));
    let gas = |gas: Value| call(left.clone(), &request(json!({ "to": CODE, "gas": gas }), json!({})))["data"].clone();
    assert_eq!(gas(Value::Null), word(50_000_000 - 21_000 - 2));
    assert_eq!(gas(json!("0xffffffffffffffff")), word(50_000_000 - 21_000 - 2));
    assert_eq!(gas(json!("0x186a0")), word(100_000 - 21_000 - 2));
    let short = call(left.clone(), &request(json!({ "to": CODE, "gas": "0x5207" }), json!({})));
    assert_eq!(short["error"], "intrinsic gas too low: have 20999, want 21000");
    let floor = json!({ "to": CODE, "gas": "0x526c", "input": "0xffffffff" });
    let floor = call(left, &request(floor, json!({})));
    assert_eq!(floor["error"], "insufficient gas for floor data gas cost: have 21100, want 21160");
}

#[test]
fn says_why_it_failed() {
    let error = |code: &str| ask(code, json!({}))["error"].clone();
    assert_eq!(error("5f 5f fd"), "execution reverted");
    assert_eq!(error("fe"), "invalid opcode: INVALID");
    assert_eq!(error("0c"), "invalid opcode: opcode 0xc not defined");
    assert_eq!(error("01"), "stack underflow (0 <=> 2)");
    assert_eq!(error("5f 90"), "stack underflow (1 <=> 2)");
    assert_eq!(error("5f 56"), "invalid jump destination");
    assert_eq!(error("5b 5f 5f 56"), "stack limit reached 1024 (1023)");
    assert_eq!(error("5b 5f 56"), "out of gas");
    assert_eq!(error("60 01 5f 5f 3e"), "return data out of bounds");
}

#[test]
fn hands_out_the_reason_of_a_revert() {
    // CODECOPY of what follows, REVERT
    let revert = |data: &str| {
        let length = data.len() / 2;
        format!("60 {length:02x} 60 0b 5f 39 60 {length:02x} 5f fd 00 {data}")
    };
    let text = format!("08c379a0{:064x}{:064x}{:0<64}", 32, 4, hex::encode("nope"));
    let reply = ask(&revert(&text), json!({}));
    assert_eq!(reply["error"], "execution reverted: nope");
    assert_eq!(reply["data"], format!("0x{text}"));
    let panic = format!("4e487b71{:064x}", 0x11);
    assert_eq!(ask(&revert(&panic), json!({}))["error"], "execution reverted: arithmetic underflow or overflow");
    let unknown = format!("4e487b71{:064x}", 0xabc);
    assert_eq!(ask(&revert(&unknown), json!({}))["error"], "execution reverted: unknown panic code: 0xabc");
    // An offset, then a length, that lead out of the data
    for bad in [format!("08c379a0{:064x}", U256::MAX), format!("08c379a0{:064x}{:064x}", 32, U256::MAX)] {
        assert_eq!(ask(&revert(&bad), json!({}))["error"], "execution reverted");
    }
}

#[test]
fn overrides_accounts() {
    let over = |account: Address, what: Value| json!({ "overrides": { account.to_string(): what } });
    // SELFBALANCE
    assert_eq!(value_of("47", over(CODE, json!({ "balance": "0x5" }))), word(5));
    // SLOAD of slots 0 and 1
    let mut db = state(&format!("5f 54 60 01 54 60 08 1b 17 {RETURN_TOP}"));
    db.insert_account_storage(CODE, U256::ZERO, U256::from(1)).unwrap();
    db.insert_account_storage(CODE, U256::from(1), U256::from(2)).unwrap();
    let read = |what: Value| call(db.clone(), &request(json!({ "to": CODE }), over(CODE, what)))["data"].clone();
    let (one, three) = (B256::with_last_byte(1), B256::with_last_byte(3));
    assert_eq!(read(json!({})), word(0x201));
    assert_eq!(read(json!({ "stateDiff": { one.to_string(): three } })), word(0x301));
    assert_eq!(read(json!({ "state": { one.to_string(): three } })), word(0x300));
    assert_eq!(read(json!({ "state": {} })), word(0));
    // The code, and a delegation to it (EIP-7702)
    let answer = hex::encode(hex::decode(format!("60 2a {RETURN_TOP}").replace(' ', "")).unwrap());
    assert_eq!(read(json!({ "code": format!("0x{answer}") })), word(42));
    let delegation = format!("0xef0100{}", hex::encode(CODE));
    let to_bob = request(json!({ "to": BOB }), over(BOB, json!({ "code": delegation })));
    assert_eq!(call(state(&format!("60 2a {RETURN_TOP}")), &to_bob)["data"], word(42));
    let malformed = request(json!({ "to": BOB }), over(BOB, json!({ "code": "0xef01" })));
    assert_eq!(call(state("00"), &malformed)["error"], "invalid opcode: opcode 0xef not defined");
    // The nonce decides the address of what is created; CREATE of nothing
    let created = value_of("5f 5f 5f f0", over(CODE, json!({ "nonce": "0x7" })));
    assert_eq!(created, format!("{}", CODE.create(7).into_word()));
    let both = request(json!({ "to": CODE }), over(CODE, json!({ "state": {}, "stateDiff": {} })));
    assert_eq!(call_refused(state("00"), &both).message, format!("account {CODE} has both 'state' and 'stateDiff'"));
}

#[test]
fn moves_precompiles() {
    let identity = Address::with_last_byte(4);
    let body = |to: Address, overrides: Value| {
        request(json!({ "to": to, "input": "0x1234" }), json!({ "overrides": overrides }))
    };
    let moved = json!({ identity.to_string(): { "movePrecompileToAddress": BOB } });
    assert_eq!(call(state("00"), &body(identity, json!({})))["data"], "0x1234");
    assert_eq!(call(state("00"), &body(BOB, moved.clone()))["data"], "0x1234");
    assert_eq!(call(state("00"), &body(identity, moved))["data"], "0x");
    let replaced = json!({ identity.to_string(): { "code": "0x602a5f5260205ff3" } });
    assert_eq!(call(state("00"), &body(identity, replaced))["data"], word(42));
    let no_precompile = json!({ BOB.to_string(): { "movePrecompileToAddress": ALICE } });
    let refusal = call_refused(state("00"), &body(BOB, no_precompile));
    assert_eq!(refusal.message, format!("account {BOB} is not a precompile"));
    let taken = json!({ identity.to_string(): { "movePrecompileToAddress": BOB }, BOB.to_string(): {} });
    let refusal = call_refused(state("00"), &body(BOB, taken));
    assert_eq!(refusal.message, format!("account {BOB} is already overridden"));
}

#[test]
fn creates_contracts() {
    // Init code that returns a code of one byte
    let reply = call(state("00"), &request(json!({ "from": ALICE, "input": "0x60015ff3" }), json!({})));
    assert_eq!(reply["success"], true);
    assert_eq!(reply["data"], "0x00");
    let large = format!("0x{}", "00".repeat(49_153));
    let reply = call(state("00"), &request(json!({ "from": ALICE, "input": large }), json!({})));
    assert_eq!(reply["error"], "max initcode size exceeded: code size 49153");
}

#[test]
fn calls_for_a_sender_with_code_and_whatever_nonce() {
    for nonce in ["0x0", "0x63", "0xffffffffffffffff"] {
        let body = request(json!({ "from": CODE, "to": BOB, "nonce": nonce }), json!({}));
        assert_eq!(call(state("00"), &body)["success"], true);
    }
}

#[test]
fn applies_authorizations() {
    // Signed by no one: skipped, yet paid for.
    let list =
        json!([{ "chainId": "0x440", "address": CODE, "nonce": "0x0", "yParity": "0x0", "r": "0x1", "s": "0x1" }]);
    let body = request(json!({ "from": ALICE, "to": BOB, "authorizationList": list }), json!({}));
    assert_eq!(call(state("00"), &body)["gasUsed"], format!("{:#x}", 21_000 + 25_000));
    let nobody = request(json!({ "from": ALICE, "authorizationList": list }), json!({}));
    assert!(call_refused(state("00"), &nobody).message.starts_with("EIP-7702 transaction cannot be used to create"));
    let none = request(json!({ "to": BOB, "authorizationList": [] }), json!({}));
    assert!(call_refused(state("00"), &none).message.starts_with("EIP-7702 transaction with empty auth list"));
}

#[test]
fn charges_for_access_lists() {
    let list = json!([{ "address": BOB, "storageKeys": [B256::ZERO, B256::with_last_byte(1)] }]);
    let body = request(json!({ "to": CODE, "accessList": list }), json!({}));
    assert_eq!(call(state("00"), &body)["gasUsed"], format!("{:#x}", 21_000 + 2_400 + 2 * 1_900));
}

#[test]
fn refuses_what_this_chain_does_not_do() {
    for blob in [
        json!({ "to": CODE, "blobVersionedHashes": [B256::ZERO] }),
        json!({ "to": CODE, "maxFeePerBlobGas": "0x1" }),
        json!({ "to": CODE, "blobs": ["0x"] }),
        json!({ "to": CODE, "type": "0x3" }),
    ] {
        assert_eq!(call_refused(state("00"), &request(blob, json!({}))).code, "INPUT");
    }
    let no_blobs = json!({ "to": CODE, "maxFeePerBlobGas": "0x0", "blobVersionedHashes": [] });
    assert_eq!(call(state("00"), &request(no_blobs, json!({})))["success"], true);
    let other_chain = request(json!({ "to": CODE, "chainId": "0x1" }), json!({}));
    assert_eq!(call_refused(state("00"), &other_chain).message, "chainId does not match node's (have=1, want=1088)");
    let two_inputs = request(json!({ "to": CODE, "input": "0x01", "data": "0x02" }), json!({}));
    assert!(call_refused(state("00"), &two_inputs).message.starts_with("both \"data\" and \"input\" are set"));
    let withdrawals = request(json!({ "to": CODE }), json!({ "blockOverrides": { "withdrawals": [] } }));
    assert!(call_refused(state("00"), &withdrawals).message.contains("\"withdrawals\" is not supported"));
}
