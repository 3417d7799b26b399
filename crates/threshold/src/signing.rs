//! Signing a digest (Protocol 3.6 of `DKLs23`): exactly a threshold of members, three rounds and the last sum.

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

use std::collections::BTreeMap;

use dkls23_core::protocols::{
    PartiesMessage, PartyIndex,
    signing::{
        Broadcast3to4, KeepPhase1to2, KeepPhase2to3, SignData, TransmitPhase1to2, TransmitPhase2to3, UniqueKeep1to2,
        UniqueKeep2to3,
    },
};
use k256::Secp256k1;

use crate::{
    key::Share,
    rounds::{Failure, Incoming, Message, Outgoing, decode, encode},
    wire::{self, Outcome, Refusal},
};

type Curve = Secp256k1;

/// One member's side of a signature, between two rounds.
pub struct Signing {
    share: Share,
    data: SignData,
    stage: Stage,
}

enum Stage {
    First(UniqueKeep1to2<Curve>, BTreeMap<PartyIndex, KeepPhase1to2<Curve>>),
    Second(UniqueKeep2to3<Curve>, BTreeMap<PartyIndex, KeepPhase2to3<Curve>>),
    /// r, and what this member sent.
    Third(String, Broadcast3to4<Curve>),
}

impl std::fmt::Debug for Signing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Signing").finish_non_exhaustive()
    }
}

impl Signing {
    /// The first round.
    pub fn begin(request: &wire::Sign) -> Result<(Self, Outgoing), Refusal> {
        let share = Share::read(&request.share)?;
        let is_set = request.signers.windows(2).all(|pair| pair[0] < pair[1]);
        if !is_set || !request.signers.contains(&share.index()) {
            return Err(Refusal::input("the signers are not in order, or this member is none of them"));
        }
        let others = request.signers.iter().filter(|index| **index != share.index());
        let counterparties = others.map(|index| PartyIndex::new(*index)).collect::<Result<Vec<_>, _>>();
        let data = SignData {
            sign_id: request.session.to_vec(),
            counterparties: counterparties.map_err(Refusal::input)?,
            message_hash: request.digest,
        };
        let (unique, kept, sent) = share.0.sign_phase1(&data).map_err(|abort| Refusal::input(abort.description()))?;
        let outgoing = private(sent.iter().map(|message| (&message.parties, encode(message))));
        Ok((Self { share, data, stage: Stage::First(unique, kept) }, outgoing))
    }

    /// Whose messages the next step needs.
    pub fn awaited(&self) -> Vec<u8> {
        self.data.counterparties.iter().map(PartyIndex::as_u8).collect()
    }

    /// What follows from the messages of a round; the session is over unless it gives another one.
    pub fn step(self, incoming: &Incoming) -> (Option<Self>, Outcome) {
        match self.next(incoming) {
            Ok(next) => next,
            Err(failure) => (None, Outcome::Failed(failure)),
        }
    }

    fn next(self, incoming: &Incoming) -> Result<(Option<Self>, Outcome), Failure> {
        let Self { share, data, stage } = self;
        let (stage, outgoing) = match stage {
            Stage::First(unique, kept) => {
                let received = received(&share, incoming, |message: &mut TransmitPhase1to2| &mut message.parties)?;
                let (unique, kept, sent) = share.0.sign_phase2(&data, unique, kept, &received)?;
                let outgoing = private(sent.iter().map(|message| (&message.parties, encode(message))));
                (Stage::Second(unique, kept), outgoing)
            }
            Stage::Second(unique, kept) => {
                let received =
                    received(&share, incoming, |message: &mut TransmitPhase2to3<Curve>| &mut message.parties)?;
                let (r, sum) = share.0.sign_phase3(&data, unique, kept, &received)?;
                let broadcast = encode(&sum);
                (Stage::Third(r, sum), Outgoing { broadcast, private: BTreeMap::new() })
            }
            Stage::Third(r, own) => {
                let read = |(from, message): (&u8, &Message)| decode(*from, "its part of the sum", &message.broadcast);
                let mut sums = incoming.iter().map(read).collect::<Result<Vec<Broadcast3to4<Curve>>, _>>()?;
                sums.push(own);
                // A wrong part cannot be told from the right ones: the sum is no signature, and nobody is named.
                let (s, recovery_id) = share.0.sign_phase4(&data, &r, &sums, true)?;
                return Ok((None, Outcome::Signed(signature(&r, &s, recovery_id)?)));
            }
        };
        Ok((Some(Self { share, data, stage }), Outcome::Send(outgoing)))
    }
}

fn private<'a>(messages: impl Iterator<Item = (&'a PartiesMessage, Vec<u8>)>) -> Outgoing {
    let private = messages.map(|(parties, bytes)| (parties.receiver.as_u8(), bytes)).collect();
    Outgoing { broadcast: Vec::new(), private }
}

/// The private messages, each from whom it came, whatever it says itself.
fn received<T: serde::de::DeserializeOwned>(
    share: &Share,
    incoming: &Incoming,
    parties: impl Fn(&mut T) -> &mut PartiesMessage,
) -> Result<Vec<T>, Failure> {
    let read = |(from, message): (&u8, &Message)| {
        let mut read: T = decode(*from, "what it sent", &message.private)?;
        let sender = PartyIndex::new(*from).map_err(Failure::nobody)?;
        *parties(&mut read) = PartiesMessage { sender, receiver: share.0.party_index };
        Ok(read)
    };
    incoming.iter().map(read).collect()
}

fn signature(r: &str, s: &str, recovery_id: u8) -> Result<[u8; 65], Failure> {
    let mut bytes = [recovery_id; 65];
    let digits = [r.as_bytes(), s.as_bytes()].concat();
    let nibble = |digit: u8| (digit as char).to_digit(16).map(|value| value as u8);
    for (byte, pair) in bytes[..64].iter_mut().zip(digits.chunks(2)) {
        let value = nibble(pair[0]).zip(pair.get(1).copied().and_then(nibble)).map(|(high, low)| high << 4 | low);
        *byte = value.ok_or_else(|| Failure::nobody("the library's signature is no hex"))?;
    }
    if digits.len() == 128 { Ok(bytes) } else { Err(Failure::nobody("the library's signature has another length")) }
}
