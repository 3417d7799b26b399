//! `access_list`: the storage that a transaction touches (EIP-2930).

use alloy_eips::eip2930::{AccessList, AccessListItem};
use alloy_primitives::{Address, B256, U256, map::AddressSet};
use revm::{
    Database,
    bytecode::opcode,
    context::{TransactionType, TxEnv, transaction::AuthorizationTr},
    inspector::Inspector,
    interpreter::{
        Interpreter,
        interpreter_types::{InputsTr, Jumps},
    },
    primitives::TxKind,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

use super::{
    Reply,
    call::Call,
    json, quantity,
    stage::{Attempt, Stage},
};
use crate::{chain::Chain, state::StateError, wire::Refusal};

/// The list only grows; a contract that looks at its gas may add to it at each run, others settle after two or three.
const MOST_RUNS: usize = 32;
/// gas that an authorization costs at first (EIP-7702)
const AUTHORIZATION: u64 = 25_000;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AccessListReply {
    access_list: AccessList,
    #[serde(serialize_with = "quantity::write")]
    gas_used: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// What a transaction touches, with the slots but without the addresses of its sender, its target, precompiles and
/// signers of authorizations, which cost less without a list: a request as for `call` to `{accessList, gasUsed, error?}`.
/// Runs with the list that the run before it gave until it adds nothing. As for a call, and unlike go-ethereum, no price
/// is filled in where none is named, so that the sender needs no funds.
pub fn access_list<DB: Database<Error = StateError>>(
    request: &[u8],
    chain: &Chain,
    open: impl FnOnce(B256) -> DB,
) -> Reply {
    let call: Call = json::parse(request)?;
    let mut stage = Stage::new(chain, &call.at, open(call.at.root), call.overrides, call.block_overrides)?;
    let mut tx = call.request.tx(chain, call.gas_cap)?;
    stage.price(&tx);
    let excluded = excluded(&mut stage, chain, &tx, call.request.nonce)?;
    let mut touched = Touched::new(&excluded, &tx.access_list);
    for _ in 0..MOST_RUNS {
        tx.access_list = touched.list();
        if tx.tx_type == TransactionType::Legacy as u8 {
            tx.tx_type = TransactionType::Eip2930 as u8;
        }
        let before = touched.found.clone();
        let ran = stage.scene.inspect(&mut stage.db, tx.clone(), &mut touched).map(|done| done.result);
        let outcome = match stage.conclude(&tx, ran)? {
            Attempt::Ran(outcome) => outcome,
            Attempt::TooLittleGas(why) | Attempt::Impossible(why) => {
                return Err(Refusal::input(format!("failed to apply transaction: {why}")));
            }
        };
        if touched.found == before {
            // A reason is not given here, as in the specification's tests.
            let error = if outcome.reverted { Some("execution reverted".into()) } else { outcome.error };
            let gas_used = outcome.gas_used;
            return json::write(&AccessListReply { access_list: tx.access_list, gas_used, error });
        }
    }
    Err(Refusal::limit(format!("the access list still grows after {MOST_RUNS} runs")))
}

/// Addresses that are warm anyway (EIP-2929, EIP-7702).
fn excluded<DB: Database<Error = StateError>>(
    stage: &mut Stage<DB>,
    chain: &Chain,
    tx: &TxEnv,
    nonce: Option<u64>,
) -> Result<AddressSet, Refusal> {
    if tx.authorization_list.len() as u64 > tx.gas_limit / AUTHORIZATION {
        return Err(Refusal::input("insufficient gas to process all authorizations"));
    }
    let target = match tx.kind {
        TxKind::Call(target) => target,
        TxKind::Create => {
            let next = stage.db.basic(tx.caller)?.map_or(0, |account| account.nonce);
            tx.caller.create(nonce.unwrap_or(next))
        }
    };
    let here = |each: &U256| each.is_zero() || *each == U256::from(chain.chain_id);
    let signers = tx.authorization_list.iter().filter(|each| here(&each.chain_id()) && each.nonce() < u64::MAX);
    let precompiles = stage.scene.precompiles.addresses().iter().copied();
    let signers = signers.filter_map(AuthorizationTr::authority);
    Ok([tx.caller, target].into_iter().chain(precompiles).chain(signers).collect())
}

/// What a run touches, beside what those before it touched.
#[derive(Debug)]
struct Touched<'a> {
    excluded: &'a AddressSet,
    found: BTreeMap<Address, BTreeSet<B256>>,
}

impl<'a> Touched<'a> {
    /// Begins with the list that the caller knows.
    fn new(excluded: &'a AddressSet, known: &AccessList) -> Self {
        let mut touched = Self { excluded, found: BTreeMap::new() };
        for AccessListItem { address, storage_keys } in known.iter() {
            touched.account(*address);
            storage_keys.iter().for_each(|slot| touched.slot(*address, *slot));
        }
        touched
    }

    fn account(&mut self, address: Address) {
        if !self.excluded.contains(&address) {
            self.found.entry(address).or_default();
        }
    }

    fn slot(&mut self, address: Address, slot: B256) {
        self.found.entry(address).or_default().insert(slot);
    }

    fn list(&self) -> AccessList {
        let item = |(address, slots): (&Address, &BTreeSet<B256>)| AccessListItem {
            address: *address,
            storage_keys: slots.iter().copied().collect(),
        };
        AccessList(self.found.iter().map(item).collect())
    }
}

impl<CTX> Inspector<CTX> for Touched<'_> {
    fn step(&mut self, interpreter: &mut Interpreter, _context: &mut CTX) {
        let from_top = |index| interpreter.stack.peek(index).ok();
        let address = |index| from_top(index).map(|word| Address::from_word(word.into()));
        match interpreter.bytecode.opcode() {
            opcode::SLOAD | opcode::SSTORE => {
                if let Some(slot) = from_top(0) {
                    self.slot(interpreter.input.target_address(), slot.into());
                }
            }
            opcode::EXTCODECOPY
            | opcode::EXTCODEHASH
            | opcode::EXTCODESIZE
            | opcode::BALANCE
            | opcode::SELFDESTRUCT => {
                address(0).into_iter().for_each(|each| self.account(each));
            }
            opcode::CALL | opcode::CALLCODE | opcode::DELEGATECALL | opcode::STATICCALL => {
                address(1).into_iter().for_each(|each| self.account(each));
            }
            _ => {}
        }
    }
}
