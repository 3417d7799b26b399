//! Failures in go-ethereum's words, which wallets and tools look for.

use alloy_primitives::{Bytes, U256};
use revm::{
    bytecode::opcode::OpCode,
    context::{
        BlockEnv, TxEnv,
        result::{HaltReason, InvalidTransaction, OutOfGasError},
    },
};

use super::machine::LastStep;

const STACK_LIMIT: usize = 1024;
/// `Error(string)`
const ERROR: [u8; 4] = [0x08, 0xc3, 0x79, 0xa0];
/// `Panic(uint256)`
const PANIC: [u8; 4] = [0x4e, 0x48, 0x7b, 0x71];

/// Why a transaction can't be executed.
pub(super) fn invalid(error: &InvalidTransaction, tx: &TxEnv, block: &BlockEnv) -> String {
    let sender = tx.caller;
    match error {
        InvalidTransaction::PriorityFeeGreaterThanMaxFee => format!(
            "max priority fee per gas higher than max fee per gas: address {sender}, maxPriorityFeePerGas: {}, \
             maxFeePerGas: {}",
            tx.gas_priority_fee.unwrap_or(0),
            tx.gas_price
        ),
        InvalidTransaction::GasPriceLessThanBasefee => format!(
            "max fee per gas less than block base fee: address {sender}, maxFeePerGas: {}, baseFee: {}",
            tx.gas_price, block.basefee
        ),
        InvalidTransaction::CallGasCostMoreThanGasLimit { initial_gas, gas_limit } => {
            format!("intrinsic gas too low: have {gas_limit}, want {initial_gas}")
        }
        InvalidTransaction::GasFloorMoreThanGasLimit { gas_floor, gas_limit } => {
            format!("insufficient gas for floor data gas cost: have {gas_limit}, want {gas_floor}")
        }
        InvalidTransaction::LackOfFundForMaxFee { fee, balance } => {
            format!("insufficient funds for gas * price + value: address {sender} have {balance} want {fee}")
        }
        InvalidTransaction::OverflowPaymentInTransaction => {
            format!("insufficient funds for gas * price + value: address {sender} required balance exceeds 256 bits")
        }
        InvalidTransaction::RejectCallerWithCode => format!("sender not an eoa: address {sender}"),
        InvalidTransaction::NonceOverflowInTransaction => {
            format!("nonce has max value: address {sender}, nonce: {}", tx.nonce)
        }
        InvalidTransaction::NonceTooHigh { tx, state } => {
            format!("nonce too high: address {sender}, tx: {tx} state: {state}")
        }
        InvalidTransaction::NonceTooLow { tx, state } => {
            format!("nonce too low: address {sender}, tx: {tx} state: {state}")
        }
        InvalidTransaction::CreateInitCodeSizeLimit => {
            format!("max initcode size exceeded: code size {}", tx.data.len())
        }
        InvalidTransaction::TxGasLimitGreaterThanCap { gas_limit, cap } => {
            format!("transaction gas limit too high (cap: {cap}, tx: {gas_limit})")
        }
        InvalidTransaction::CallerGasLimitMoreThanBlock => "gas limit reached".into(),
        other => other.to_string(),
    }
}

/// Whether the words for `reason` name the instruction that failed.
pub(super) fn name_a_step(reason: &HaltReason) -> bool {
    use HaltReason::{NotActivated, OpcodeNotFound, StackOverflow, StackUnderflow};
    matches!(reason, OpcodeNotFound | NotActivated | StackOverflow | StackUnderflow)
}

/// Why the EVM stopped, at `last` where it matters.
pub(super) fn halted(reason: &HaltReason, last: &LastStep) -> String {
    match reason {
        HaltReason::OutOfGas(OutOfGasError::ReentrancySentry) => {
            "out of gas: not enough gas for reentrancy sentry".into()
        }
        HaltReason::OutOfGas(_) => "out of gas".into(),
        HaltReason::OpcodeNotFound | HaltReason::NotActivated => match OpCode::new(last.opcode) {
            Some(opcode) => format!("invalid opcode: {}", opcode.as_str()),
            None => format!("invalid opcode: opcode {:#x} not defined", last.opcode),
        },
        HaltReason::InvalidFEOpcode => "invalid opcode: INVALID".into(),
        HaltReason::InvalidJump => "invalid jump destination".into(),
        HaltReason::StackUnderflow => format!("stack underflow ({} <=> {})", last.stack, last.inputs_outputs().0),
        HaltReason::StackOverflow => {
            let (inputs, outputs) = last.inputs_outputs();
            format!("stack limit reached {} ({})", last.stack, (STACK_LIMIT + inputs).saturating_sub(outputs))
        }
        HaltReason::OutOfOffset => "return data out of bounds".into(),
        HaltReason::CreateCollision => "contract address collision".into(),
        HaltReason::PrecompileErrorWithContext(why) => why.clone(),
        HaltReason::NonceOverflow => "nonce uint64 overflow".into(),
        HaltReason::CreateContractSizeLimit => "max code size exceeded".into(),
        HaltReason::CreateContractStartingWithEF => "invalid code: must not begin with 0xef".into(),
        HaltReason::CreateInitCodeSizeLimit => "max initcode size exceeded".into(),
        HaltReason::StateChangeDuringStaticCall | HaltReason::CallNotAllowedInsideStatic => "write protection".into(),
        HaltReason::OutOfFunds => "insufficient balance for transfer".into(),
        HaltReason::CallTooDeep => "max call depth exceeded".into(),
        other => other.to_string(),
    }
}

/// That a contract reverted, with its reason where it is one that Solidity gives.
pub(super) fn reverted(data: &Bytes) -> String {
    match reason_of(data) {
        Some(reason) => format!("execution reverted: {reason}"),
        None => "execution reverted".into(),
    }
}

fn reason_of(data: &[u8]) -> Option<String> {
    let (selector, arguments) = data.split_first_chunk::<4>()?;
    match *selector {
        ERROR => {
            let length_at = usize::try_from(word(arguments, 0)?).ok()?;
            let length = usize::try_from(word(arguments, length_at)?).ok()?;
            let start = length_at.checked_add(32)?;
            let text = arguments.get(start..start.checked_add(length)?)?;
            Some(String::from_utf8_lossy(text).into_owned())
        }
        PANIC => {
            let code = word(arguments, 0)?;
            Some(panic_of(&code).map_or_else(|| format!("unknown panic code: {code:#x}"), Into::into))
        }
        _ => None,
    }
}

fn word(bytes: &[u8], at: usize) -> Option<U256> {
    bytes.get(at..at.checked_add(32)?).map(U256::from_be_slice)
}

/// Solidity's panics, as go-ethereum names them.
fn panic_of(code: &U256) -> Option<&'static str> {
    Some(match u8::try_from(*code).ok()? {
        0x00 => "generic panic",
        0x01 => "assert(false)",
        0x11 => "arithmetic underflow or overflow",
        0x12 => "division or modulo by zero",
        0x21 => "enum overflow",
        0x22 => "invalid encoded storage byte array accessed",
        0x31 => "out-of-bounds array access; popping on an empty array",
        0x32 => "out-of-bounds access of an array or bytesN",
        0x41 => "out of memory",
        0x51 => "uninitialized function",
        _ => return None,
    })
}
