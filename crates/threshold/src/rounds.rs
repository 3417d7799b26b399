//! What goes from round to round: messages of participants, who are numbered from 1, and how a ceremony ends.

use std::collections::BTreeMap;

use dkls23_core::protocols::{Abort, AbortKind, AbortReason};
use serde::{Serialize, de::DeserializeOwned};

/// What one participant sends at the end of a round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outgoing {
    /// To everybody, the same bytes; empty where there is nothing to say.
    pub broadcast: Vec<u8>,
    /// By receiver.
    pub private: BTreeMap<u8, Vec<u8>>,
}

/// What came of one participant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// What it sent to everybody.
    pub broadcast: Vec<u8>,
    /// What it sent to this participant alone.
    pub private: Vec<u8>,
}

/// What came of the others in a round, by sender.
pub type Incoming = BTreeMap<u8, Message>;

/// Why a ceremony can't go on, as this participant sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Who sent what cannot be right; nobody where it cannot be told.
    pub culprits: Vec<u8>,
    /// It would be dangerous to sign with the culprit's present share ever again: it may be trying to learn this one.
    pub ban: bool,
    /// In words.
    pub reason: String,
}

impl Failure {
    /// One participant sent what cannot be right.
    pub fn of(culprit: u8, reason: impl ToString) -> Self {
        Self { culprits: vec![culprit], ban: false, reason: reason.to_string() }
    }

    /// Whose fault it is cannot be told.
    pub fn nobody(reason: impl ToString) -> Self {
        Self { culprits: Vec::new(), ban: false, reason: reason.to_string() }
    }
}

impl From<Abort> for Failure {
    /// The library's `index` is who noticed; the culprit is in its reason.
    fn from(abort: Abort) -> Self {
        let culprit = match (&abort.kind, &abort.reason) {
            (AbortKind::BanCounterparty(counterparty), _)
            | (
                _,
                AbortReason::SessionBindingMismatch { counterparty }
                | AbortReason::ProofVerificationFailed { counterparty }
                | AbortReason::CommitmentMismatch { counterparty }
                | AbortReason::TrivialInstancePoint { counterparty }
                | AbortReason::OtConsistencyCheckFailed { counterparty }
                | AbortReason::MultiplicationVerificationFailed { counterparty, .. }
                | AbortReason::GammaUInconsistency { counterparty }
                | AbortReason::ZeroShareDecommitFailed { counterparty }
                | AbortReason::ChainCodeCommitmentFailed { party: counterparty },
            ) => Some(counterparty.as_u8()),
            _ => None,
        };
        Self {
            culprits: culprit.into_iter().collect(),
            ban: matches!(abort.kind, AbortKind::BanCounterparty(_)),
            reason: abort.description(),
        }
    }
}

/// A message as bytes. @panics never: the types of the library have no form that cannot be written
pub fn encode<T: Serialize>(message: &T) -> Vec<u8> {
    postcard::to_allocvec(message).unwrap_or_default()
}

/// What a participant sent, read strictly: nothing may be left over.
pub fn decode<T: DeserializeOwned>(from: u8, what: &str, bytes: &[u8]) -> Result<T, Failure> {
    match postcard::take_from_bytes(bytes) {
        Ok((message, [])) => Ok(message),
        Ok(_) => Err(Failure::of(from, format!("{what} is followed by other bytes"))),
        Err(error) => Err(Failure::of(from, format!("{what} cannot be read: {error}"))),
    }
}
