//! `proof`: an account and its slots with the trie nodes that lead to them (EIP-1186).

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_rlp::Decodable;
use alloy_trie::{EMPTY_ROOT_HASH, KECCAK_EMPTY};
use serde::{Deserialize, Serialize};

use super::{Reply, json, quantity};
use crate::{
    state::{Record, StateError},
    trie::{NodeSource, Trie, TrieError},
    wire::Refusal,
};

/// As go-ethereum has it.
const MOST_SLOTS: usize = 1024;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    root: B256,
    address: Address,
    slots: Vec<B256>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AccountProof {
    address: Address,
    account_proof: Vec<Bytes>,
    #[serde(serialize_with = "quantity::write")]
    balance: U256,
    code_hash: B256,
    #[serde(serialize_with = "quantity::write")]
    nonce: u64,
    storage_hash: B256,
    storage_proof: Vec<SlotProof>,
}

#[derive(Debug, Serialize)]
struct SlotProof {
    key: B256,
    #[serde(serialize_with = "quantity::write")]
    value: U256,
    proof: Vec<Bytes>,
}

/// `{root, address, slots}` to the object of EIP-1186. An account that is not there is an empty one, with the hashes of
/// no code and no storage, as verifiers expect; go-ethereum gives zeros.
pub fn proof(request: &[u8], nodes: &impl NodeSource) -> Reply {
    let Wanted { root, address, slots } = json::parse(request)?;
    if slots.len() > MOST_SLOTS {
        let reason = format!("too many storage keys requested (max {MOST_SLOTS}, got {})", slots.len());
        return Err(Refusal::input(reason));
    }
    let mut accounts = Trie::new(root);
    let (account_proof, record) = leaf::<Record>(&mut accounts, &keccak256(address), nodes)?;
    let record = record.unwrap_or(Record {
        nonce: 0,
        balance: U256::ZERO,
        storage_root: EMPTY_ROOT_HASH,
        code_hash: KECCAK_EMPTY,
    });
    let mut storage = Trie::new(record.storage_root);
    let mut storage_proof = Vec::with_capacity(slots.len());
    for key in slots {
        let (proof, value) = leaf(&mut storage, &keccak256(key), nodes)?;
        storage_proof.push(SlotProof { key, value: value.unwrap_or(U256::ZERO), proof });
    }
    json::write(&AccountProof {
        address,
        account_proof,
        balance: record.balance,
        code_hash: record.code_hash,
        nonce: record.nonce,
        storage_hash: record.storage_root,
        storage_proof,
    })
}

/// The nodes on the way to a key, and what lies there.
fn leaf<T: Decodable>(
    trie: &mut Trie,
    key: &B256,
    nodes: &impl NodeSource,
) -> Result<(Vec<Bytes>, Option<T>), StateError> {
    let proof = trie.proof(key, nodes)?;
    let value = match trie.get(key, nodes)? {
        None => None,
        Some(mut encoded) => Some(T::decode(&mut encoded).map_err(|_| TrieError::Malformed(*key))?),
    };
    Ok((proof, value))
}
