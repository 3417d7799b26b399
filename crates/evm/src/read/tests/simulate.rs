use super::*;
use crate::{state::State, testing::Memory};

/// EIP-2935 as deployed.
const HISTORY: &str = "3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500";

fn reply(code: &str, payload: Value) -> Reply {
    reply_within(code, payload, 50_000_000)
}

fn reply_within(code: &str, payload: Value, gas: u64) -> Reply {
    let host = Memory::new();
    let mut state = State::new(host, alloy_trie::EMPTY_ROOT_HASH);
    state.place(ALICE, U256::from(ETHER), Bytes::new(), &[]).unwrap();
    state.place(CODE, U256::ZERO, hex::decode(code.replace(' ', "")).unwrap().into(), &[]).unwrap();
    let history = address!("0x0000F90827F1C53a10cb7A02335B175320002935");
    state.place(history, U256::ZERO, hex::decode(HISTORY).unwrap().into(), &[]).unwrap();
    let change = state.seal().unwrap();
    host.store(&change);
    let mut body = json!({ "at": at(), "payload": payload, "gasCap": format!("{gas:#x}") });
    body["at"]["root"] = json!(change.root);
    body["at"]["gasUsed"] = json!("0xe4e1c0");
    super::super::simulate(body.to_string().as_bytes(), &CHAIN, host)
}

fn blocks(code: &str, payload: Value) -> Value {
    answered(reply(code, payload))
}

fn code_of(payload: Value) -> (&'static str, String) {
    let refusal = refused(reply("00", payload));
    (refusal.code, refusal.message)
}

fn calls(calls: Value) -> Value {
    json!({ "blockStateCalls": [{ "calls": calls }] })
}

#[test]
fn puts_blocks_on_the_base() {
    let reply = blocks(
        "00",
        json!({ "blockStateCalls": [{}, { "blockOverrides": { "number": "0x68", "time": "0x3b9acb00" } }, {}] }),
    );
    let shown: Vec<_> = reply.as_array().unwrap().iter().map(|block| (&block["number"], &block["timestamp"])).collect();
    let expected = [
        ("0x65", "0x3b9aca0c"),
        ("0x66", "0x3b9aca18"),
        ("0x67", "0x3b9aca24"),
        ("0x68", "0x3b9acb00"),
        ("0x69", "0x3b9acb0c"),
    ];
    assert_eq!(
        shown,
        expected.map(|(number, time)| (json!(number), json!(time))).iter().map(|(a, b)| (a, b)).collect::<Vec<_>>()
    );
    let mut parent = json!(B256::repeat_byte(0x64));
    for block in reply.as_array().unwrap() {
        assert_eq!(block["parentHash"], parent);
        assert_eq!((&block["gasLimit"], &block["baseFeePerGas"]), (&json!("0x1c9c380"), &json!("0x0")));
        assert_eq!(block["calls"], json!([]));
        parent = block["hash"].clone();
    }
}

#[test]
fn keeps_what_calls_change() {
    // Counts in slot 0 and returns the count
    let counter = "5f 54 60 01 01 80 5f 55 5f 52 60 20 5f f3";
    let one = json!({ "calls": [{ "to": CODE }, { "to": CODE }] });
    let reply = blocks(counter, json!({ "blockStateCalls": [one, one] }));
    let returned: Vec<_> = (0..4).map(|at| reply[at / 2]["calls"][at % 2]["returnData"].clone()).collect();
    assert_eq!(returned, (1..=4).map(|count| json!(format!("{:#066x}", U256::from(count)))).collect::<Vec<_>>());
    assert_ne!(reply[0]["stateRoot"], reply[1]["stateRoot"]);
    let overridden = json!({ "stateOverrides": { CODE.to_string(): { "stateDiff": { B256::ZERO.to_string(): B256::with_last_byte(9) } } }, "calls": [{ "to": CODE }] });
    let reply = blocks(counter, json!({ "blockStateCalls": [one, overridden] }));
    assert_eq!(reply[1]["calls"][0]["returnData"], format!("{:#066x}", U256::from(10)));
}

#[test]
fn knows_the_hashes_of_its_own_blocks() {
    // BLOCKHASH of the number given
    let ask =
        |number: &str| json!({ "to": CODE, "input": format!("{:#066x}", U256::from_str_radix(number, 16).unwrap()) });
    let numbers = json!([ask("62"), ask("63"), ask("64"), ask("65"), ask("66")]);
    let reply = blocks("5f 35 40 5f 52 60 20 5f f3", json!({ "blockStateCalls": [{}, { "calls": numbers }] }));
    let returned: Vec<_> = (0..5).map(|at| reply[1]["calls"][at]["returnData"].clone()).collect();
    let zero = json!(B256::ZERO);
    let expected = [
        json!(B256::with_last_byte(0x62)),
        json!(B256::repeat_byte(0x63)),
        json!(B256::repeat_byte(0x64)),
        reply[0]["hash"].clone(),
        zero,
    ];
    assert_eq!(returned, expected);
    // and so does EIP-2935's contract
    let history = address!("0x0000F90827F1C53a10cb7A02335B175320002935");
    let call = |number: u64| json!({ "to": history, "input": format!("{:#066x}", U256::from(number)) });
    let reply = blocks("00", json!({ "blockStateCalls": [{}, {}, { "calls": [call(0x64), call(0x65), call(0x66)] }] }));
    assert_eq!(reply[2]["calls"][0]["returnData"], json!(B256::repeat_byte(0x64)));
    assert_eq!(reply[2]["calls"][1]["returnData"], reply[0]["hash"]);
    assert_eq!(reply[2]["calls"][2]["returnData"], reply[1]["hash"]);
}

#[test]
fn shows_transfers_as_logs_but_not_in_the_bloom() {
    // LOG0; CALL of Bob with 1 wei
    let code = format!("5f 5f a0 5f 5f 5f 5f 60 01 73 {} 5a f1 00", hex::encode(BOB));
    let payload = |trace: bool| json!({ "blockStateCalls": [{ "calls": [{ "from": ALICE, "to": CODE, "value": "0x5" }] }], "traceTransfers": trace });
    let reply = blocks(&code, payload(true));
    let logs = &reply[0]["calls"][0]["logs"];
    assert_eq!(logs.as_array().unwrap().len(), 3);
    let coin = "0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee";
    assert_eq!((&logs[0]["address"], &logs[2]["address"]), (&json!(coin), &json!(coin)));
    assert_eq!(logs[0]["topics"][1], json!(ALICE.into_word()));
    assert_eq!(logs[2]["topics"][2], json!(BOB.into_word()));
    assert_eq!(
        (&logs[0]["data"], &logs[2]["data"]),
        (&json!(B256::with_last_byte(5)), &json!(B256::with_last_byte(1)))
    );
    for (index, log) in logs.as_array().unwrap().iter().enumerate() {
        assert_eq!((&log["logIndex"], &log["blockHash"]), (&json!(format!("{index:#x}")), &reply[0]["hash"]));
    }
    let plain = blocks(&code, payload(false));
    assert_eq!(plain[0]["calls"][0]["logs"].as_array().unwrap().len(), 1);
    assert_eq!(plain[0]["logsBloom"], reply[0]["logsBloom"]);
    assert_eq!(plain[0]["receiptsRoot"], reply[0]["receiptsRoot"]);
}

#[test]
fn shows_what_contracts_send_that_destroy_themselves() {
    for (code, target) in [("30 ff".to_string(), CODE), (format!("73 {} ff", hex::encode(BOB)), BOB)] {
        let call = json!({ "from": ALICE, "to": CODE, "value": "0x5" });
        let payload = json!({ "blockStateCalls": [{ "calls": [call] }], "traceTransfers": true });
        let logs = blocks(&code, payload)[0]["calls"][0]["logs"].clone();
        assert_eq!(logs.as_array().unwrap().len(), 2);
        assert_eq!(
            (&logs[1]["topics"][1], &logs[1]["topics"][2]),
            (&json!(CODE.into_word()), &json!(target.into_word()))
        );
        assert_eq!(logs[1]["data"], json!(B256::with_last_byte(5)));
    }
    // What fails sends nothing: SELFDESTRUCT within a static call
    let code = format!("5f 5f 5f 5f 73 {} 5a fa 00", hex::encode(CODE));
    let overrides = json!({ BOB.to_string(): { "code": format!("0x{}", code.replace(' ', "")) } });
    let call = json!({ "from": ALICE, "to": BOB });
    let block = json!({ "stateOverrides": overrides, "calls": [call] });
    let reply = blocks("30 ff", json!({ "blockStateCalls": [block], "traceTransfers": true }));
    assert_eq!(reply[0]["calls"][0]["logs"], json!([]));
}

#[test]
fn says_how_calls_failed() {
    let failing = |code: &str| blocks(code, calls(json!([{ "to": CODE, "gas": "0xc350" }])))[0]["calls"][0].clone();
    let reverted = failing("60 07 5f 52 60 20 5f fd");
    let word = format!("{:#066x}", U256::from(7));
    assert_eq!(reverted["error"], json!({ "code": 3, "message": "execution reverted", "data": word }));
    assert_eq!(
        (&reverted["status"], &reverted["returnData"], &reverted["logs"]),
        (&json!("0x0"), &json!("0x"), &json!([]))
    );
    assert_eq!(failing("0c")["error"], json!({ "code": -32015, "message": "invalid opcode: opcode 0xc not defined" }));
    assert_eq!(failing("5b 5f 56")["gasUsed"], "0xc350");
    let capped = answered(reply_within("5b 5f 56", calls(json!([{ "to": CODE }])), 100_000));
    let message = "out of gas (gas limit was capped by the RPC server's global gas cap)";
    assert_eq!(capped[0]["calls"][0]["error"]["message"], message);
}

#[test]
fn refuses_with_the_codes_of_the_specification() {
    let valid = |calls: Value| json!({ "blockStateCalls": [{ "calls": calls }], "validation": true });
    let rich = json!("0x77359400");
    let sent = |nonce: &str| json!({ "from": ALICE, "to": BOB, "maxFeePerGas": rich, "gas": "0x5208", "nonce": nonce });
    let order = |block: Value| json!({ "blockStateCalls": [block] });
    let many = |blocks: usize| json!({ "blockStateCalls": vec![json!({}); blocks] });
    let identity = Address::with_last_byte(4).to_string();
    for (payload, code) in [
        (valid(json!([sent("0x0"), sent("0x0")])), "-38010"),
        (valid(json!([sent("0x1")])), "-38011"),
        (valid(json!([{ "from": ALICE, "to": BOB }])), "-38012"),
        (calls(json!([{ "from": ALICE, "to": BOB, "gas": "0x5207" }])), "-38013"),
        (calls(json!([{ "from": BOB, "to": ALICE, "value": "0x1" }])), "-38014"),
        (calls(json!([{ "to": BOB, "gas": "0x1c9c381" }])), "-38015"),
        (calls(json!([{ "to": BOB }, { "to": BOB, "gas": "0x1c9c380" }])), "-38015"),
        (order(json!({ "blockOverrides": { "number": "0x64" } })), "-38020"),
        (order(json!({ "blockOverrides": { "time": "0x3b9aca00" } })), "-38021"),
        (order(json!({ "stateOverrides": { &identity: { "movePrecompileToAddress": identity } } })), "-38022"),
        (calls(json!([{ "input": format!("0x{}", "00".repeat(49_153)) }])), "-38025"),
        (many(257), "-38026"),
        (order(json!({ "blockOverrides": { "number": "0x165" } })), "-38026"),
        (calls(json!(vec![json!({}); 5001])), "-38026"),
        (json!({ "blockStateCalls": [] }), "-32602"),
        (calls(json!([{ "to": BOB, "gasPrice": "0x1", "maxFeePerGas": "0x1" }])), "-32602"),
        (calls(json!([{ "to": BOB, "maxFeePerGas": "0x1", "maxPriorityFeePerGas": "0x2" }])), "-32602"),
        (calls(json!([{ "to": BOB, "blobVersionedHashes": [B256::ZERO] }])), "-32602"),
        (order(json!({ "stateOverrides": { BOB.to_string(): { "movePrecompileToAddress": ALICE } } })), "-32000"),
    ] {
        let (got, message) = code_of(payload.clone());
        assert_eq!(got, code, "{message}");
    }
    assert_eq!(blocks("00", many(256)).as_array().unwrap().len(), 256);
    let full = json!({ "blockOverrides": { "time": "0xffffffffffffffff" } });
    assert_eq!(code_of(json!({ "blockStateCalls": [full, {}] })).0, "-38021");
}

#[test]
fn shares_its_gas_among_all_calls() {
    let endless = json!({ "to": CODE, "gas": "0x186a0" });
    let reply = answered(reply_within("5b 5f 56", calls(json!([endless, endless])), 150_000));
    assert_eq!(reply[0]["calls"][1]["gasUsed"], "0xc350");
    let spent = refused(reply_within("5b 5f 56", calls(json!([endless, endless, endless])), 150_000));
    assert_eq!(spent.code, "-38013");
}

#[test]
fn bounds_what_calls_return() {
    // RETURN of a megabyte, which costs 2.2 million gas
    let call = json!({ "to": CODE, "gas": "0x249f00" });
    let block = json!({ "calls": vec![call; 6] });
    let refusal = refused(reply("62 100000 5f f3", json!({ "blockStateCalls": [block, block, block] })));
    assert_eq!((refusal.code, refusal.message.as_str()), ("-38026", "the calls return more than 16777216 bytes"));
}

#[test]
fn shows_transactions_whole() {
    let sent = [
        json!({ "from": ALICE, "to": BOB, "maxFeePerGas": "0x9", "maxPriorityFeePerGas": "0x1", "gas": "0x5208" }),
        json!({ "from": ALICE, "gasPrice": "0x9", "gas": "0x186a0", "input": "0x00" }),
        json!({ "from": ALICE, "to": BOB, "gas": "0x5208" }),
    ];
    let block = json!({ "calls": sent, "blockOverrides": { "baseFeePerGas": "0x7" } });
    let reply = blocks("00", json!({ "blockStateCalls": [block], "returnFullTransactions": true }));
    let shown = &reply[0]["transactions"];
    assert_eq!(
        (&shown[0]["type"], &shown[0]["gasPrice"], &shown[0]["nonce"]),
        (&json!("0x2"), &json!("0x8"), &json!("0x0"))
    );
    assert_eq!((&shown[1]["type"], &shown[1]["to"], &shown[1]["nonce"]), (&json!("0x0"), &json!(null), &json!("0x1")));
    assert_eq!((&shown[2]["type"], &shown[2]["maxFeePerGas"]), (&json!("0x2"), &json!("0x0")));
    for (index, each) in shown.as_array().unwrap().iter().enumerate() {
        assert_eq!((&each["blockHash"], &each["from"]), (&reply[0]["hash"], &json!(ALICE)));
        assert_eq!(each["transactionIndex"], format!("{index:#x}"));
        assert_eq!((&each["v"], &each["r"], &each["s"]), (&json!("0x0"), &json!("0x0"), &json!("0x0")));
    }
    let hashes = blocks("00", json!({ "blockStateCalls": [block] }));
    assert_eq!(hashes[0]["transactions"][0], shown[0]["hash"]);
    assert_eq!(hashes[0]["hash"], reply[0]["hash"]);
}

#[test]
fn follows_the_base_fee_where_blocks_are_to_be_valid() {
    // The base block used half of its gas: its base fee of 7 stays; an empty block lowers it.
    let reply = blocks("00", json!({ "blockStateCalls": [{}, {}], "validation": true }));
    assert_eq!((&reply[0]["baseFeePerGas"], &reply[1]["baseFeePerGas"]), (&json!("0x7"), &json!("0x7")));
    let high = json!({ "blockOverrides": { "baseFeePerGas": "0x3e8" } });
    let reply = blocks("00", json!({ "blockStateCalls": [high, {}], "validation": true }));
    assert_eq!(reply[1]["baseFeePerGas"], format!("{:#x}", 875));
    // GASPRICE BASEFEE
    let free = blocks(
        "48 5f 52 60 20 5f f3",
        json!({ "blockStateCalls": [{ "blockOverrides": { "baseFeePerGas": "0x9" }, "calls": [{ "to": CODE }] }] }),
    );
    assert_eq!(free[0]["calls"][0]["returnData"], json!(B256::with_last_byte(9)));
}

#[test]
fn pays_withdrawals() {
    let paid = json!([{ "index": "0x0", "validatorIndex": "0x0", "address": BOB, "amount": "0x2" }]);
    // BALANCE of Bob
    let ask = json!({ "to": CODE });
    let code = format!("73 {} 31 5f 52 60 20 5f f3", hex::encode(BOB));
    let reply = blocks(
        &code,
        json!({ "blockStateCalls": [{ "blockOverrides": { "withdrawals": paid }, "calls": [ask] }, { "calls": [ask] }] }),
    );
    assert_eq!(reply[0]["calls"][0]["returnData"], json!(B256::ZERO));
    assert_eq!(reply[1]["calls"][0]["returnData"], format!("{:#066x}", U256::from(2_000_000_000u64)));
    assert_eq!(reply[0]["withdrawals"], paid);
}
