//! Calls as a list (go-ethereum's flatCallTracer, after the trace module of OpenEthereum).

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_rpc_types_trace::geth::CallFrame;
use serde::{Deserialize, Serialize};

use super::tracer::{Place, too_large};
use crate::read::{Reply, json, machine::Scene};

/// OpenEthereum's words for failures, by how go-ethereum's begin.
const WORDS: [(&str, &str); 11] = [
    ("contract creation code storage out of gas", "Out of gas"),
    ("out of gas", "Out of gas"),
    ("gas uint64 overflow", "Out of gas"),
    ("max code size exceeded", "Out of gas"),
    ("invalid jump destination", "Bad jump destination"),
    ("execution reverted", "Reverted"),
    ("return data out of bounds", "Out of bounds"),
    ("stack limit reached", "Out of stack"),
    ("stack underflow", "Stack underflow"),
    ("precompiled failed", "Built-in failed"),
    ("invalid opcode", "Bad instruction"),
];

/// The tracer's own options.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct FlatOptions {
    convert_parity_errors: bool,
    include_precompiles: bool,
}

impl FlatOptions {
    pub(super) const PLAIN: Self = Self { convert_parity_errors: false, include_precompiles: false };
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct FlatCall {
    action: Action,
    block_hash: Option<B256>,
    block_number: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Outcome>,
    subtraces: usize,
    trace_address: Vec<usize>,
    transaction_hash: Option<B256>,
    transaction_position: usize,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Action {
    /// Of a contract that destroys itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    balance: Option<U256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    call_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    creation_method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gas: Option<U256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    init: Option<Bytes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<Bytes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_address: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<U256>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    /// Of what was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Bytes>,
    gas_used: U256,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<Bytes>,
}

/// Writes a call before the calls within it. Calls to precompiles are left out unless they are wanted.
pub(super) fn write(root: CallFrame, options: FlatOptions, place: &Place, scene: &Scene, room: usize) -> Reply {
    let precompiles = scene.precompiles.addresses();
    let shown = |frame: &CallFrame| {
        options.include_precompiles
            || !matches!(frame.typ.as_str(), "CALL" | "STATICCALL")
            || frame.to.is_none_or(|to| !precompiles.contains(&to))
    };
    let mut text = vec![b'['];
    let mut frames = vec![(root, Vec::new())];
    while let Some((mut frame, trace_address)) = frames.pop() {
        let mut calls = core::mem::take(&mut frame.calls);
        calls.retain(shown);
        let flat = flat(frame, options, place, scene, (calls.len(), trace_address.clone()));
        if text.len() > 1 {
            text.push(b',');
        }
        text.extend_from_slice(&json::write(&flat)?);
        if text.len() > room {
            return Err(too_large());
        }
        let within = |index| [trace_address.as_slice(), &[index]].concat();
        frames.extend(calls.into_iter().enumerate().map(|(index, call)| (call, within(index))).rev());
    }
    text.push(b']');
    Ok(text)
}

fn flat(
    frame: CallFrame,
    options: FlatOptions,
    place: &Place,
    scene: &Scene,
    (subtraces, trace_address): (usize, Vec<usize>),
) -> FlatCall {
    let CallFrame { from, gas, gas_used, to, input, output, error, value, typ, .. } = frame;
    let output = Some(output.unwrap_or_default());
    let value = value.unwrap_or_default();
    let name = typ.to_lowercase();
    let (kind, action, result) = match typ.as_str() {
        "CREATE" | "CREATE2" => {
            let (creation_method, init) = (Some(name), Some(input));
            let made = Action { creation_method, init, ..Action::of(from, gas, value) };
            ("create", made, Some(Outcome { address: to, code: output, gas_used, output: None }))
        }
        "SELFDESTRUCT" => {
            let (address, balance) = (Some(from), Some(value));
            ("suicide", Action { address, balance, refund_address: to, ..Action::default() }, None)
        }
        _ => {
            let (call_type, input) = (Some(name), Some(input));
            let made = Action { call_type, input, to, ..Action::of(from, gas, value) };
            ("call", made, Some(Outcome { address: None, code: None, gas_used, output }))
        }
    };
    // What reverts says why; other failures return nothing.
    let result = result.filter(|_| error.as_deref().is_none_or(|error| error == "execution reverted"));
    FlatCall {
        action,
        block_hash: place.block,
        block_number: if place.block.is_some() { scene.block.number.saturating_to() } else { 0 },
        error: error.map(|error| if options.convert_parity_errors { words(error) } else { error }),
        result,
        subtraces,
        trace_address,
        transaction_hash: place.hash,
        transaction_position: place.index.unwrap_or(0),
        kind,
    }
}

impl Action {
    fn of(from: Address, gas: U256, value: U256) -> Self {
        Self { from: Some(from), gas: Some(gas), value: Some(value), ..Self::default() }
    }
}

fn words(error: String) -> String {
    WORDS.iter().find(|(start, _)| error.starts_with(start)).map_or(error, |(_, words)| (*words).into())
}
