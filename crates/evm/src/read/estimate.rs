//! `estimate`: the gas limit that a transaction needs.

use alloy_primitives::{B256, Bytes, TxKind, U256};
use revm::{Database, context::TxEnv, primitives::hardfork::SpecId};
use serde::Serialize;

use super::{
    Reply,
    call::Call,
    json,
    machine::Outcome,
    quantity,
    stage::{Attempt, Stage},
    words,
};
use crate::{chain::Chain, state::StateError, wire::Refusal};

/// gas of a transaction that only transfers
const TRANSFER: u64 = 21_000;
/// gas given to whoever is called with value
const STIPEND: u64 = 2_300;
/// EIP-7825, from Osaka on
const TRANSACTION_LIMIT: u64 = 1 << 24;
/// An estimate is at most 1.5 % too high, as go-ethereum's: wallets add more than that.
const PARTS_PER_THOUSAND: u128 = 15;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
enum EstimateReply {
    Gas(#[serde(serialize_with = "quantity::write")] u64),
    Failed(Failed),
}

/// Why no gas limit is enough.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Failed {
    /// Of a revert.
    data: Bytes,
    /// In go-ethereum's words.
    error: String,
    /// The most gas that it was tried with.
    #[serde(serialize_with = "quantity::write")]
    allowance: u64,
}

/// The least gas limit with which a transaction succeeds, or a little more: a request as for `call` to `{gas}` or
/// `{failed: {data, error, allowance}}`.
pub fn estimate<DB: Database<Error = StateError>>(
    request: &[u8],
    chain: &Chain,
    open: impl FnOnce(B256) -> DB,
) -> Reply {
    let mut call: Call = json::parse(request)?;
    let mut stage = Stage::new(chain, &call.at, open(call.at.root), call.overrides, call.block_overrides)?;
    let wanted = call.request.gas.take().unwrap_or(0);
    let mut tx = call.request.tx(chain, call.gas_cap)?;
    stage.price(&tx);
    json::write(&match allowance(&mut stage, &tx, wanted, call.gas_cap)? {
        Ok(most) => search(&mut stage, &mut tx, most)?,
        Err(error) => failed(error, Bytes::new(), 0),
    })
}

/// The most gas that a transaction may use: its own limit or the block's, and what its sender can pay.
fn allowance<DB: Database<Error = StateError>>(
    stage: &mut Stage<DB>,
    tx: &TxEnv,
    wanted: u64,
    cap: u64,
) -> Result<Result<u64, String>, Refusal> {
    let mut most = if wanted >= TRANSFER { wanted } else { stage.scene.block.gas_limit };
    if stage.scene.cfg.spec.is_enabled_in(SpecId::OSAKA) {
        most = most.min(TRANSACTION_LIMIT);
    }
    if tx.gas_price != 0 {
        let balance = stage.db.basic(tx.caller)?.map_or(U256::ZERO, |account| account.balance);
        if tx.value >= balance {
            return Ok(Err("insufficient funds for transfer".into()));
        }
        let payable = (balance - tx.value) / U256::from(tx.gas_price);
        most = most.min(payable.saturating_to());
    }
    Ok(Ok(most.min(cap)))
}

/// Runs `tx` with a gas limit. None: the limit is too low to begin with.
fn run<DB: Database<Error = StateError>>(
    stage: &mut Stage<DB>,
    tx: &mut TxEnv,
    gas: u64,
) -> Result<Result<Option<Outcome>, String>, Refusal> {
    tx.gas_limit = gas;
    Ok(match stage.attempt(tx)? {
        Attempt::Ran(outcome) => Ok(Some(outcome)),
        Attempt::TooLittleGas(_) => Ok(None),
        Attempt::Impossible(why) => Err(why),
    })
}

fn search<DB: Database<Error = StateError>>(
    stage: &mut Stage<DB>,
    tx: &mut TxEnv,
    most: u64,
) -> Result<EstimateReply, Refusal> {
    if is_transfer(stage, tx)? && succeeds(stage, tx, TRANSFER)? {
        return Ok(EstimateReply::Gas(TRANSFER));
    }
    let first = match run(stage, tx, most)? {
        Ok(Some(outcome)) if outcome.success => outcome,
        Ok(Some(Outcome { out_of_gas: false, data, error, .. })) => {
            let error = error.unwrap_or_else(|| words::reverted(&data));
            return Ok(failed(error, data, most));
        }
        Ok(_) => return Ok(failed(format!("gas required exceeds allowance ({most})"), Bytes::new(), most)),
        Err(why) => return Ok(failed(why, Bytes::new(), most)),
    };
    // The limit lies above what is used, for the gas that comes back, and for the 1/64 kept back at each call
    // (EIP-150). A transaction that looks at its gas may succeed with less; nobody wants that.
    let (mut low, mut high) = (first.gas_used.saturating_sub(1), most);
    let likely = (u128::from(first.gas_peak) + u128::from(STIPEND)) * 64 / 63;
    if let Some(likely) = u64::try_from(likely).ok().filter(|likely| *likely < high) {
        if succeeds(stage, tx, likely)? { high = likely } else { low = likely }
    }
    // Ends: each turn halves what lies between, or doubles `low`.
    while low + 1 < high && u128::from(high - low) * 1000 >= u128::from(high) * PARTS_PER_THOUSAND {
        let middle = (low + (high - low) / 2).min(low.saturating_mul(2));
        if succeeds(stage, tx, middle)? { high = middle } else { low = middle }
    }
    Ok(EstimateReply::Gas(high))
}

fn succeeds<DB: Database<Error = StateError>>(
    stage: &mut Stage<DB>,
    tx: &mut TxEnv,
    gas: u64,
) -> Result<bool, Refusal> {
    Ok(matches!(run(stage, tx, gas)?, Ok(Some(outcome)) if outcome.success))
}

/// Without data, to an account without code.
fn is_transfer<DB: Database<Error = StateError>>(stage: &mut Stage<DB>, tx: &TxEnv) -> Result<bool, Refusal> {
    let TxKind::Call(to) = tx.kind else { return Ok(false) };
    Ok(tx.data.is_empty() && stage.db.basic(to)?.is_none_or(|account| account.is_empty_code_hash()))
}

fn failed(error: String, data: Bytes, allowance: u64) -> EstimateReply {
    EstimateReply::Failed(Failed { data, error, allowance })
}
