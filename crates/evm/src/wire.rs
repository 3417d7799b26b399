//! Requests and replies of the block path, as RLP.

use alloy_eips::eip4895::Withdrawal;
use alloy_primitives::{Address, B256, Bytes, Log, U256};
use alloy_rlp::{BufMut, Decodable, Encodable, Header, RlpDecodable, RlpEncodable};

use crate::{
    block::{BlockError, Executed, Finished},
    state::{Change, StateError},
    transaction::Obstacle,
};

/// Why a request has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// `INPUT`, `LIMIT`, `STATE_INCOMPLETE` or `FAILED`; of a simulation also a code of JSON-RPC, such as `-38014`.
    pub code: &'static str,
    /// In words.
    pub message: String,
    /// What the code goes with: the hash of what is missing, the address of a contract.
    pub data: Bytes,
}

impl Refusal {
    /// The request does not decode, or asks for what can't be.
    pub fn input(message: impl ToString) -> Self {
        Self { code: "INPUT", message: message.to_string(), data: Bytes::new() }
    }

    /// The answer would take more than it may.
    pub fn limit(message: impl ToString) -> Self {
        Self { code: "LIMIT", message: message.to_string(), data: Bytes::new() }
    }

    /// The EVM or a contract of the chain failed where it must not.
    pub fn failed(message: impl ToString) -> Self {
        Self { code: "FAILED", message: message.to_string(), data: Bytes::new() }
    }
}

impl From<StateError> for Refusal {
    fn from(error: StateError) -> Self {
        let (StateError::Missing(hash) | StateError::Malformed(hash)) = error;
        Self { code: "STATE_INCOMPLETE", message: error.to_string(), data: hash.into() }
    }
}

impl From<BlockError> for Refusal {
    fn from(error: BlockError) -> Self {
        match error {
            BlockError::State(error) => error.into(),
            BlockError::SystemCall(contract, why) => Self {
                data: Bytes::copy_from_slice(contract.as_slice()),
                ..Self::failed(format!("the system contract {contract:#x} failed: {why}"))
            },
            BlockError::Evm(why) => Self::failed(why),
        }
    }
}

/// `open`: the chain, and the root of its head's state.
#[derive(Debug, RlpDecodable)]
pub struct Open {
    /// EIP-155
    pub chain_id: u64,
    /// seconds, or nothing
    pub osaka_time: Bytes,
    /// State of the head.
    pub root: B256,
}

impl Open {
    /// The time in seconds from which Osaka applies.
    pub fn osaka(&self) -> Result<Option<u64>, Refusal> {
        match self.osaka_time.as_ref() {
            [] => Ok(None),
            [0, ..] => Err(Refusal::input("osakaTime has a leading zero")),
            bytes if bytes.len() > 8 => Err(Refusal::input("osakaTime is above 2^64 - 1")),
            bytes => Ok(Some(bytes.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte)))),
        }
    }
}

/// An account of a genesis.
#[derive(Debug, RlpDecodable)]
pub struct Allocation {
    /// Whose it is.
    pub address: Address,
    /// wei
    pub balance: U256,
    /// Runtime code, or nothing.
    pub code: Bytes,
    /// Its storage.
    pub slots: Vec<Slot>,
}

/// A slot of storage.
#[derive(Debug, RlpDecodable)]
pub struct Slot {
    /// Where.
    pub key: U256,
    /// What.
    pub value: U256,
}

/// `begin`: what of the block's header the EVM sees.
#[derive(Debug, RlpDecodable)]
pub struct Begin {
    /// Height.
    pub number: u64,
    /// seconds
    pub timestamp: u64,
    /// Receives the tips.
    pub fee_recipient: Address,
    /// EIP-4399
    pub prev_randao: B256,
    /// gas
    pub gas_limit: u64,
    /// wei a gas
    pub base_fee: u64,
    /// Of the block before.
    pub parent_hash: B256,
}

/// `apply`: transactions to execute.
#[derive(Debug, RlpDecodable)]
pub struct Apply {
    /// Milliseconds after which no further transaction is begun; 0: no limit.
    pub slice: u64,
    /// In their order.
    pub transactions: Vec<Sent>,
}

/// A transaction and its sender.
#[derive(Debug, RlpDecodable)]
pub struct Sent {
    /// EIP-2718
    pub raw: Bytes,
    /// As its signature says; the host recovered it.
    pub sender: Address,
}

/// A withdrawal of `finish` (EIP-4895); the validator has no meaning here.
#[derive(Debug, RlpDecodable)]
pub struct Paid {
    /// Place in the L1 queue.
    pub index: u64,
    /// Who is credited.
    pub address: Address,
    /// gwei
    pub amount: u64,
}

impl From<Paid> for Withdrawal {
    fn from(Paid { index, address, amount }: Paid) -> Self {
        Self { index, validator_index: 0, address, amount }
    }
}

/// `account`: whose, in which state.
#[derive(Debug, RlpDecodable)]
pub struct AccountAt {
    /// Of the state.
    pub root: B256,
    /// Whose.
    pub address: Address,
}

/// `storage`: which slot of whom, in which state.
#[derive(Debug, RlpDecodable)]
pub struct StorageAt {
    /// Of the state.
    pub root: B256,
    /// Whose.
    pub address: Address,
    /// Where.
    pub slot: U256,
}

/// The one item of a request, with nothing after it.
pub fn read<T: Decodable>(mut request: &[u8]) -> Result<T, Refusal> {
    let value = T::decode(&mut request).map_err(Refusal::input)?;
    if request.is_empty() { Ok(value) } else { Err(Refusal::input("something follows the request")) }
}

/// What a transaction's execution leaves for the disk, in the order of its fields there.
#[derive(RlpEncodable)]
struct StoredReceipt<'a> {
    kind: u8,
    status: bool,
    from: Address,
    to: Bytes,
    created: Bytes,
    cumulative_gas_used: u64,
    gas_used: u64,
    gas_price: u128,
    logs: &'a Vec<Log>,
    bloom: Bytes,
}

fn stored(executed: &Executed) -> StoredReceipt<'_> {
    let optional = |address: Option<Address>| address.map_or_else(Bytes::new, |each| Bytes::copy_from_slice(&each[..]));
    let receipt = &executed.receipt;
    let inner = receipt.as_receipt_with_bloom();
    let logs = inner.map_or(&NO_LOGS, |each| &each.receipt.logs);
    StoredReceipt {
        kind: receipt.tx_type() as u8,
        status: receipt.is_success(),
        from: executed.from,
        to: optional(executed.to),
        created: optional(executed.created),
        cumulative_gas_used: receipt.cumulative_gas_used(),
        gas_used: executed.gas_used,
        gas_price: executed.gas_price,
        logs,
        bloom: if logs.is_empty() { Bytes::new() } else { Bytes::copy_from_slice(receipt.logs_bloom().as_slice()) },
    }
}

static NO_LOGS: Vec<Log> = Vec::new();

/// [stateRoot, nodes, codes]
pub fn genesis(change: &Change) -> Vec<u8> {
    let mut fields = Vec::new();
    change.root.encode(&mut fields);
    encode_change(change, &mut fields);
    list(&fields)
}

/// [stateRoot, transactionsRoot, receiptsRoot, withdrawalsRoot, requestsHash, bloom, gasUsed, hashes, receipts, nodes,
/// codes]
pub fn finished(block: &Finished) -> Vec<u8> {
    let mut fields = Vec::with_capacity(600 * block.change.nodes.len() + 1024);
    for hash in [
        &block.change.root,
        &block.transactions_root,
        &block.receipts_root,
        &block.withdrawals_root,
        &block.requests_hash,
    ] {
        hash.encode(&mut fields);
    }
    block.bloom.encode(&mut fields);
    block.gas_used.encode(&mut fields);
    let hashes: Vec<u8> = block.executed.iter().flat_map(|each| each.hash.0).collect();
    hashes.as_slice().encode(&mut fields);
    let receipts: Vec<_> = block.executed.iter().map(stored).collect();
    alloy_rlp::encode(&receipts).as_slice().encode(&mut fields);
    encode_change(&block.change, &mut fields);
    list(&fields)
}

fn encode_change(Change { nodes, codes, .. }: &Change, out: &mut Vec<u8>) {
    pairs(nodes.iter().map(|(hash, value)| (hash, value.as_slice())), out);
    pairs(codes.iter().map(|(hash, value)| (hash, value.as_ref())), out);
}

/// A flat list: hash, bytes, hash, bytes, …
fn pairs<'a>(entries: impl Iterator<Item = (&'a B256, &'a [u8])> + Clone, out: &mut Vec<u8>) {
    let payload_length = entries.clone().map(|(hash, value)| hash.length() + value.length()).sum();
    Header { list: true, payload_length }.encode(out);
    for (hash, value) in entries {
        hash.encode(out);
        value.encode(out);
    }
}

/// Outcomes of `apply`: nothing for what is in the block, else [reason, stale].
pub fn outcomes(outcomes: &[Option<Obstacle>]) -> Vec<u8> {
    let mut items = Vec::new();
    for outcome in outcomes {
        match outcome {
            None => items.put_u8(alloy_rlp::EMPTY_STRING_CODE),
            Some(Obstacle { reason, stale }) => {
                let mut fields = Vec::new();
                reason.as_str().encode(&mut fields);
                stale.encode(&mut fields);
                items.extend_from_slice(&list(&fields));
            }
        }
    }
    list(&items)
}

/// An RLP list of items that are encoded already.
pub fn list(payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(payload.len() + 5);
    Header { list: true, payload_length: payload.len() }.encode(&mut out);
    out.extend_from_slice(payload);
    out
}

/// A reply as the host reads it: 0 and the payload, or 1 and [code, message, data].
pub fn reply(result: Result<Vec<u8>, Refusal>) -> Vec<u8> {
    match result {
        Ok(payload) => {
            let mut out = Vec::with_capacity(payload.len() + 1);
            out.push(0);
            out.extend_from_slice(&payload);
            out
        }
        Err(Refusal { code, message, data }) => {
            let mut fields = Vec::new();
            code.encode(&mut fields);
            message.as_str().encode(&mut fields);
            data.encode(&mut fields);
            let mut out = vec![1];
            out.extend_from_slice(&list(&fields));
            out
        }
    }
}
