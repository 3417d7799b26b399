//! Why a simulation is refused, with the error codes of the specification.

use revm::context::{BlockEnv, TxEnv, result::InvalidTransaction};

use crate::{read::words, wire::Refusal};

pub(super) const FAILED: &str = "-32000";
pub(super) const PARAMETERS: &str = "-32602";
pub(super) const BLOCK_FULL: &str = "-38015";
pub(super) const NUMBER: &str = "-38020";
pub(super) const TIME: &str = "-38021";
pub(super) const MOVED_TO_ITSELF: &str = "-38022";
pub(super) const LIMIT: &str = "-38026";

/// A refusal with one of these codes.
pub(super) fn refusal(code: &'static str, message: impl ToString) -> Refusal {
    Refusal { code, ..Refusal::failed(message) }
}

/// What is wrong with an override or a call gets a code of JSON-RPC; what is missing of the state stays as it is.
pub(super) fn coded(code: &'static str) -> impl Fn(Refusal) -> Refusal {
    move |refused| if refused.code == "INPUT" { Refusal { code, ..refused } } else { refused }
}

/// A call that no block can contain.
pub(super) fn invalid(error: &InvalidTransaction, tx: &TxEnv, block: &BlockEnv) -> Refusal {
    let code = match error {
        InvalidTransaction::NonceTooLow { .. } => "-38010",
        InvalidTransaction::NonceTooHigh { .. } => "-38011",
        InvalidTransaction::GasPriceLessThanBasefee => "-38012",
        InvalidTransaction::CallGasCostMoreThanGasLimit { .. }
        | InvalidTransaction::GasFloorMoreThanGasLimit { .. } => "-38013",
        InvalidTransaction::LackOfFundForMaxFee { .. } | InvalidTransaction::OverflowPaymentInTransaction => "-38014",
        InvalidTransaction::RejectCallerWithCode => "-38024",
        InvalidTransaction::CreateInitCodeSizeLimit => "-38025",
        InvalidTransaction::PriorityFeeGreaterThanMaxFee => PARAMETERS,
        _ => "-32603",
    };
    refusal(code, format!("err: {} (supplied gas {})", words::invalid(error, tx, block), tx.gas_limit))
}
