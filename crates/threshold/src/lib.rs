//! Threshold ECDSA on secp256k1 without a dealer (`DKLs23`, <https://eprint.iacr.org/2023/765>): members share a key, share it
//! anew among others, and sign with it. Each function takes what came from the others in one round and gives what goes to
//! them in the next. Bytes in, bytes out; the host calls the exports of [`abi`], which [`sessions`] answers.

#[cfg(target_arch = "wasm32")]
pub mod abi;
pub mod key;
pub mod math;
pub mod rounds;
pub mod sessions;
pub mod sharing;
pub mod signing;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod testing;
pub mod wire;
