//! Quantities of JSON-RPC: hexadecimal numbers after `0x` without leading zeros.

use alloy_primitives::{U256, ruint::aliases::U256 as Number};
use core::fmt::LowerHex;
use serde::{Deserialize, Deserializer, Serializer, de::Error};

/// Reads a quantity that must be there. What is larger than `T` is refused.
pub(super) fn required<'de, D: Deserializer<'de>, T: TryFrom<U256>>(input: D) -> Result<T, D::Error> {
    let text = String::deserialize(input)?;
    parse(&text).map_err(|reason| D::Error::custom(format!("{} is no quantity: {reason}", excerpt(&text))))
}

/// Reads a quantity; `null` is as if it was not there.
pub(super) fn optional<'de, D: Deserializer<'de>, T: TryFrom<U256>>(input: D) -> Result<Option<T>, D::Error> {
    Option::<Quantity<T>>::deserialize(input).map(|value| value.map(|Quantity(value)| value))
}

/// Writes a number as a quantity.
pub(super) fn write<S: Serializer, T: LowerHex>(value: &T, output: S) -> Result<S::Ok, S::Error> {
    output.collect_str(&format_args!("{value:#x}"))
}

struct Quantity<T>(T);

impl<'de, T: TryFrom<U256>> Deserialize<'de> for Quantity<T> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        required(input).map(Self)
    }
}

fn parse<T: TryFrom<U256>>(text: &str) -> Result<T, &'static str> {
    let digits = text.strip_prefix("0x").ok_or("it does not begin with 0x")?;
    if digits.is_empty() {
        return Err("it has no digits");
    }
    if digits.len() > 1 && digits.starts_with('0') {
        return Err("it has leading zeros");
    }
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err("it has other characters than hexadecimal digits");
    }
    let number = Number::from_str_radix(digits, 16).map_err(|_| "it is too large")?;
    T::try_from(number).map_err(|_| "it is too large")
}

/// The beginning of what a caller wrote, for a message.
fn excerpt(text: &str) -> String {
    let mut start: String = text.chars().take(80).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    format!("{start:?}")
}
