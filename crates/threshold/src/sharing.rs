//! Sharing a key: a new one, or one that is there among others (joint Feldman sharing, then Protocol 9.1 of
//! <https://eprint.iacr.org/2023/602.pdf> for what signing needs between each two). Four rounds:
//!
//! 1. Each dealer commits to the points of its polynomial, 2. opens them and sends each receiver its value.
//! 3. Each receiver commits to a proof that it knows its share, 4. opens it and sends each other what they multiply with.
//!
//! A dealer of a key that is there has its part of it as the constant, which everybody can check. What each receiver's point
//! must be follows from what the dealers opened, so who deals or proves something else is named.

mod deal;
mod prove;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;

use std::collections::BTreeMap;

use crate::{
    key::{MAX_MEMBERS, PublicKey, Share},
    math::{Polynomial, random_scalar, weight},
    rounds::{Failure, Incoming, Outgoing},
    wire::{self, Outcome, Place, Refusal},
};
use deal::{Committed, Dealt};
use prove::{Opened, Proving};

/// What all participants of one sharing agree on, and which of them this is.
#[derive(Debug)]
struct Terms {
    session: [u8; 32],
    me: u8,
    /// By number of the participant, from 1.
    places: Vec<Place>,
    threshold: u8,
    /// The key that is shared anew.
    before: Option<PublicKey>,
}

impl Terms {
    fn read(request: &wire::Share) -> Result<Self, Refusal> {
        let before = if request.public.is_empty() { None } else { Some(PublicKey::read(&request.public)?) };
        let terms = Self {
            session: request.session,
            me: request.me,
            places: request.places.clone(),
            threshold: request.threshold,
            before,
        };
        terms.problem().map_or(Ok(terms), |problem| Err(Refusal::input(problem)))
    }

    /// Why a sharing cannot be made on these terms.
    fn problem(&self) -> Option<String> {
        let Self { places, threshold, before, .. } = self;
        let (old, new): (Vec<u8>, Vec<u8>) = (self.indices(|place| place.old), self.indices(|place| place.new));
        let is_row = |indices: &[u8]| (1..).zip(indices).all(|(wanted, index)| wanted == *index);
        if places.len() > 2 * usize::from(MAX_MEMBERS) || new.len() > usize::from(MAX_MEMBERS) {
            return Some(format!("a key has at most {MAX_MEMBERS} members"));
        }
        if usize::from(self.me) > places.len() || self.me == 0 {
            return Some("this participant has no place".into());
        }
        if places.iter().any(|place| place.old == 0 && place.new == 0) {
            return Some("a participant neither deals nor receives".into());
        }
        if !is_row(&new) || *threshold < 2 || usize::from(*threshold) > new.len() {
            return Some(format!("{threshold} of {} with the indices {new:?} is no sharing", new.len()));
        }
        match before {
            None => (!old.is_empty()).then(|| "a new key has no old dealers".into()),
            Some(public) => {
                let is_set = old.windows(2).all(|pair| pair[0] < pair[1]);
                let fits =
                    is_set && old.len() == usize::from(public.threshold) && old.last() <= Some(&public.members());
                (!fits).then(|| format!("{old:?} are not as many different members as the key takes"))
            }
        }
    }

    /// In rising order, without those who have none.
    fn indices(&self, of: impl Fn(&Place) -> u8) -> Vec<u8> {
        let mut indices: Vec<u8> = self.places.iter().map(of).filter(|index| *index != 0).collect();
        indices.sort_unstable();
        indices
    }

    fn place(&self, participant: u8) -> Place {
        self.places[usize::from(participant) - 1]
    }

    fn participants(&self) -> impl Iterator<Item = (u8, Place)> + '_ {
        (1..).zip(self.places.iter().copied())
    }

    /// Of a new key all are dealers.
    fn is_dealer(&self, place: Place) -> bool {
        if self.before.is_some() { place.old != 0 } else { place.new != 0 }
    }

    /// Everybody else who deals.
    fn other_dealers(&self) -> Vec<u8> {
        self.participants()
            .filter(|(each, place)| *each != self.me && self.is_dealer(*place))
            .map(|(each, _)| each)
            .collect()
    }

    /// Everybody else who receives.
    fn other_receivers(&self) -> Vec<u8> {
        self.participants().filter(|(each, place)| *each != self.me && place.new != 0).map(|(each, _)| each).collect()
    }

    /// The number of the participant with an index of the new key.
    fn participant(&self, new: u8) -> Option<u8> {
        self.participants().find(|(_, place)| place.new == new).map(|(each, _)| each)
    }

    fn members(&self) -> u8 {
        self.indices(|place| place.new).len() as u8 // at most MAX_MEMBERS
    }

    /// The factor of a dealer's share in the key.
    fn weight(&self, place: Place) -> Option<k256::Scalar> {
        weight(&self.indices(|each| each.old), place.old)
    }

    /// What the library says of indices of the new key, said of participants.
    fn blame(&self, failure: Failure) -> Failure {
        let culprits = failure.culprits.iter().filter_map(|index| self.participant(*index)).collect();
        Failure { culprits, ..failure }
    }
}

/// One participant's side of a sharing, between two rounds.
#[derive(Debug)]
pub struct Sharing {
    terms: Terms,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    Committed(Committed),
    Dealt(Dealt),
    Proving(Box<Proving>),
    Opened(Box<Opened>),
}

impl Sharing {
    /// The first round.
    pub fn begin(request: &wire::Share) -> Result<(Self, Outgoing), Refusal> {
        let terms = Terms::read(request)?;
        let polynomial = own_polynomial(&terms, request)?;
        let (committed, outgoing) = deal::commit(&terms, polynomial);
        Ok((Self { terms, stage: Stage::Committed(committed) }, outgoing))
    }

    /// Whose messages the next step needs.
    pub fn awaited(&self) -> Vec<u8> {
        match self.stage {
            Stage::Committed(_) | Stage::Dealt(_) => self.terms.other_dealers(),
            Stage::Proving(_) | Stage::Opened(_) => self.terms.other_receivers(),
        }
    }

    /// What follows from the messages of a round; the session is over unless it gives another one.
    pub fn step(self, incoming: &Incoming) -> (Option<Self>, Outcome) {
        let Self { terms, stage } = self;
        let next = match stage {
            Stage::Committed(committed) => committed.open(&terms, incoming).map(|sent| goes_on(sent, Stage::Dealt)),
            Stage::Dealt(dealt) if terms.place(terms.me).new == 0 => {
                dealt.check(&terms, incoming).map(|_| (None, Outcome::Dealt))
            }
            Stage::Dealt(dealt) => dealt
                .check(&terms, incoming)
                .and_then(|(value, public)| prove::prove(&terms, value, public))
                .map(|sent| goes_on(sent, |proving| Stage::Proving(Box::new(proving)))),
            Stage::Proving(proving) => {
                proving.open(&terms, incoming).map(|sent| goes_on(sent, |opened| Stage::Opened(Box::new(opened))))
            }
            Stage::Opened(opened) => opened
                .finish(&terms, incoming)
                .map(|(share, public)| (None, Outcome::Shared { share: share.to_bytes(), public: public.to_bytes() })),
        };
        match next {
            Ok((stage, outcome)) => (stage.map(|stage| Self { terms, stage }), outcome),
            Err(failure) => (None, Outcome::Failed(failure)),
        }
    }
}

fn goes_on<T>((state, outgoing): (T, Outgoing), stage: impl Fn(T) -> Stage) -> (Option<Stage>, Outcome) {
    (Some(stage(state)), Outcome::Send(outgoing))
}

/// With a random constant for a new key, with this dealer's part of the key for one that is there; none where it does not deal.
fn own_polynomial(terms: &Terms, request: &wire::Share) -> Result<Option<Polynomial>, Refusal> {
    let place = terms.place(terms.me);
    if !terms.is_dealer(place) {
        return if request.share.is_empty() {
            Ok(None)
        } else {
            Err(Refusal::input("who does not deal needs no share"))
        };
    }
    let constant = match &terms.before {
        None => random_scalar(),
        Some(public) => {
            let share = Share::read(&request.share)?;
            if !share.is_of(public) || share.index() != place.old {
                return Err(Refusal::input("this is not the dealer's share of that key"));
            }
            let weight = terms.weight(place).ok_or_else(|| Refusal::input("the dealers are not a set"))?;
            weight * share.scalar()
        }
    };
    Ok(Some(crate::math::polynomial(constant, terms.threshold)))
}

/// The broadcast of each awaited sender, or the private message: who sent none is at fault.
fn from_each<'a, T>(
    senders: &[u8],
    incoming: &'a Incoming,
    read: impl Fn(u8, &'a crate::rounds::Message) -> Result<T, Failure>,
) -> Result<BTreeMap<u8, T>, Failure> {
    let of = |sender: &u8| {
        let message = incoming.get(sender).ok_or_else(|| Failure::of(*sender, "it sent nothing"))?;
        Ok((*sender, read(*sender, message)?))
    };
    senders.iter().map(of).collect()
}
