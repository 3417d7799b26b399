//! Requests and replies of the host, as RLP.

use alloy_rlp::{Decodable, Encodable, RlpDecodable, RlpEncodable, bytes::Bytes};

use crate::rounds::{Failure, Incoming, Message, Outgoing};

/// Bytes of one message at most: the largest of sharing a key has 150,000.
pub const MAX_MESSAGE: usize = 256 * 1024;

/// Why a request has no answer: the host asked for what can't be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(pub String);

impl Refusal {
    /// The request does not decode, or asks for what can't be.
    pub fn input(message: impl ToString) -> Self {
        Self(message.to_string())
    }
}

/// One participant of a sharing: its index among those who share the key now, and among those who will; 0 where it has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, RlpEncodable, RlpDecodable)]
pub struct Place {
    /// A dealer, where the key is there already.
    pub old: u8,
    /// A receiver.
    pub new: u8,
}

/// Shares a new key, or one that is there among others.
#[derive(Clone, Debug, RlpEncodable, RlpDecodable)]
pub struct Share {
    /// Never used before.
    pub session: [u8; 32],
    /// The number of this participant in `places`, from 1.
    pub me: u8,
    /// All participants.
    pub places: Vec<Place>,
    /// Of the key afterwards.
    pub threshold: u8,
    /// The public key that is shared anew; nothing where a new key is made.
    pub public: Bytes,
    /// This participant's share of it, where it is a dealer.
    pub share: Bytes,
}

/// Signs a digest with as many members as it takes.
#[derive(Clone, Debug, RlpEncodable, RlpDecodable)]
pub struct Sign {
    /// Never used before.
    pub session: [u8; 32],
    /// Indices of all who sign.
    pub signers: Bytes,
    /// What is signed.
    pub digest: [u8; 32],
    /// This member's share.
    pub share: Bytes,
}

#[derive(RlpEncodable, RlpDecodable)]
struct From {
    from: u8,
    broadcast: Bytes,
    private: Bytes,
}

#[derive(RlpDecodable)]
struct Step {
    handle: u32,
    messages: Vec<From>,
}

#[derive(RlpEncodable)]
struct To {
    to: u8,
    private: Bytes,
}

/// How a round ended.
#[derive(Debug)]
pub enum Outcome {
    /// Another round follows.
    Send(Outgoing),
    /// This participant has a share of the key.
    Shared {
        /// Secret.
        share: Vec<u8>,
        /// See `PublicKey`.
        public: Vec<u8>,
    },
    /// This participant dealt its share, and has none of the key any more.
    Dealt,
    /// r, s (low) and the recovery id.
    Signed([u8; 65]),
    /// The session is over without a result.
    Failed(Failure),
}

/// A request, read to its last byte.
pub fn read<T: Decodable>(mut bytes: &[u8]) -> Result<T, Refusal> {
    let request = T::decode(&mut bytes).map_err(Refusal::input)?;
    if bytes.is_empty() { Ok(request) } else { Err(Refusal::input("a request is followed by other bytes")) }
}

/// The session and what came for it. @errors where one sender is twice there, or a message too long
pub fn read_step(bytes: &[u8]) -> Result<(u32, Incoming), Refusal> {
    let Step { handle, messages } = read(bytes)?;
    let count = messages.len();
    let is_long = |message: &From| message.broadcast.len().max(message.private.len()) > MAX_MESSAGE;
    if messages.iter().any(is_long) {
        return Err(Refusal::input(format!("a message has more than {MAX_MESSAGE} bytes")));
    }
    let incoming: Incoming = messages
        .into_iter()
        .map(|From { from, broadcast, private }| {
            (from, Message { broadcast: broadcast.into(), private: private.into() })
        })
        .collect();
    if incoming.len() == count { Ok((handle, incoming)) } else { Err(Refusal::input("a sender is twice there")) }
}

fn sent(out: &mut Vec<u8>, awaited: &[u8], Outgoing { broadcast, private }: Outgoing) {
    awaited.encode(out);
    broadcast.as_slice().encode(out);
    let private: Vec<_> = private.into_iter().map(|(to, private)| To { to, private: private.into() }).collect();
    private.encode(out);
}

/// The payload of a reply to the beginning: the handle, whose messages the next step needs, and what is sent.
pub fn begun(handle: u32, awaited: &[u8], outgoing: Outgoing) -> Vec<u8> {
    let mut fields = Vec::new();
    handle.encode(&mut fields);
    sent(&mut fields, awaited, outgoing);
    list(&fields)
}

/// The payload of a reply to `step`; `awaited` as in `begun`, where another round follows.
pub fn ended(awaited: &[u8], outcome: Outcome) -> Vec<u8> {
    let mut fields = Vec::new();
    match outcome {
        Outcome::Send(outgoing) => {
            0u8.encode(&mut fields);
            sent(&mut fields, awaited, outgoing);
        }
        Outcome::Shared { share, public } => {
            1u8.encode(&mut fields);
            share.as_slice().encode(&mut fields);
            public.as_slice().encode(&mut fields);
        }
        Outcome::Dealt => 2u8.encode(&mut fields),
        Outcome::Signed(signature) => {
            3u8.encode(&mut fields);
            signature.as_slice().encode(&mut fields);
        }
        Outcome::Failed(Failure { culprits, ban, reason }) => {
            4u8.encode(&mut fields);
            culprits.as_slice().encode(&mut fields);
            u8::from(ban).encode(&mut fields);
            reason.as_str().encode(&mut fields);
        }
    }
    list(&fields)
}

fn list(fields: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(fields.len() + 9);
    alloy_rlp::Header { list: true, payload_length: fields.len() }.encode(&mut out);
    out.extend_from_slice(fields);
    out
}

/// A reply: 0 and its payload, or 1 and why there is none.
pub fn reply(result: Result<Vec<u8>, Refusal>) -> Vec<u8> {
    match result {
        Ok(payload) => [&[0], payload.as_slice()].concat(),
        Err(Refusal(message)) => [&[1], message.as_bytes()].concat(),
    }
}
