//! A simulated block as JSON-RPC shows it.

use alloy_eips::eip4895::{Withdrawal, Withdrawals};
use alloy_primitives::{B256, Bytes, Log, U256};
use alloy_rlp::Encodable;
use alloy_rpc_types_eth::{
    Block, BlockTransactions, Header, Log as ShownLog,
    simulate::{SimCallResult, SimulateError, SimulatedBlock},
};

use super::{
    Mode,
    block::Done,
    calls::Ran,
    transaction::{Place, Shown},
};

type ShownBlock = SimulatedBlock<Block<Shown, Header>>;

/// A block with what its calls did.
pub(super) fn block(done: Done, mode: Mode) -> ShownBlock {
    let size = U256::from(size(&done));
    let Done { hash, header, calls, withdrawals } = done;
    let place = Place {
        hash,
        number: header.number,
        time: header.timestamp,
        base_fee: header.base_fee_per_gas.unwrap_or_default(),
        index: 0,
    };
    let (mut hashes, mut transactions, mut results) = (Vec::new(), Vec::new(), Vec::new());
    for (index, mut call) in calls.into_iter().enumerate() {
        let place = Place { index, ..place };
        let logs = core::mem::take(&mut call.logs).into_iter();
        let shown = logs.map(|(at, log)| shown(log, at, call.transaction.hash, place)).collect();
        results.push(result(&call, shown));
        if mode.return_full_transactions {
            transactions.push(call.transaction.show(place));
        } else {
            hashes.push(call.transaction.hash);
        }
    }
    let transactions = match mode.return_full_transactions {
        true => BlockTransactions::Full(transactions),
        false => BlockTransactions::Hashes(hashes),
    };
    let header = Header { hash, inner: header, total_difficulty: None, size: Some(size) };
    let inner = Block { header, uncles: Vec::new(), transactions, withdrawals: Some(Withdrawals::new(withdrawals)) };
    SimulatedBlock { inner, calls: results }
}

fn shown(inner: Log, index: u64, transaction: B256, place: Place) -> ShownLog {
    ShownLog {
        inner,
        block_hash: Some(place.hash),
        block_number: Some(place.number),
        block_timestamp: Some(place.time),
        transaction_hash: Some(transaction),
        transaction_index: Some(place.index as u64),
        log_index: Some(index),
        removed: false,
    }
}

fn result(call: &Ran, logs: Vec<ShownLog>) -> SimCallResult {
    let outcome = &call.outcome;
    let error = outcome.error.clone().map(|message| match outcome.reverted {
        true => SimulateError { code: 3, message, data: Some(outcome.data.clone()) },
        false => {
            let capped = if call.capped { " (gas limit was capped by the RPC server's global gas cap)" } else { "" };
            SimulateError {
                code: SimulateError::VM_EXECUTION_ERROR_CODE,
                message: format!("{message}{capped}"),
                data: None,
            }
        }
    });
    SimCallResult {
        return_data: if outcome.success { outcome.data.clone() } else { Bytes::new() },
        logs,
        gas_used: outcome.gas_used,
        max_used_gas: Some(outcome.gas_peak),
        status: outcome.success,
        error,
    }
}

/// Bytes of the block as RLP: [header, transactions, uncles, withdrawals].
fn size(Done { header, calls, withdrawals, .. }: &Done) -> usize {
    let list = |payload: usize| payload + alloy_rlp::length_of_length(payload);
    let transactions = calls.iter().map(|Ran { transaction, .. }| {
        // A legacy transaction is a list itself; others are byte strings in the list.
        if transaction.kind as u8 == 0 { transaction.raw.len() } else { transaction.raw.length() }
    });
    let credits = withdrawals.iter().map(Withdrawal::length).sum();
    list(header.length() + list(transactions.sum()) + list(0) + list(credits))
}
