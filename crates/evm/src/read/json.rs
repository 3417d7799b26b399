//! Requests and replies as JSON texts.

use serde::{Serialize, de::DeserializeOwned};

use super::Reply;
use crate::wire::Refusal;

/// Bytes of a request. The transactions of a full block, in hexadecimal digits, are a third of it.
const MAX_REQUEST: usize = 32 << 20;

/// Reads a request. Nesting is bounded by the parser (128 levels).
pub(super) fn parse<T: DeserializeOwned>(request: &[u8]) -> Result<T, Refusal> {
    if request.len() > MAX_REQUEST {
        return Err(Refusal::input(format!("the request has {} bytes, at most {MAX_REQUEST} are read", request.len())));
    }
    serde_json::from_slice(request).map_err(Refusal::input)
}

/// Writes a reply.
pub(super) fn write<T: Serialize>(reply: &T) -> Reply {
    serde_json::to_vec(reply).map_err(Refusal::failed)
}
