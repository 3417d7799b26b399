//! Ceremonies of all participants in one place.

use std::{collections::BTreeMap, sync::OnceLock};

use crate::{
    key::PublicKey,
    rounds::{Failure, Incoming, Message, Outgoing},
    sharing::Sharing,
    signing::Signing,
    wire::{Outcome, Place, Share, Sign},
};

/// What one has after a sharing.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) share: Vec<u8>,
    pub(crate) public: Vec<u8>,
}

/// Changes what a participant sends: sender, receiver, round (from 1), and the message.
pub(crate) type Change<'a> = &'a dyn Fn(u8, u8, usize, &mut Message);

pub(crate) const HONEST: Change<'static> = &|_, _, _, _| ();

pub(crate) trait Run: Sized {
    fn awaited(&self) -> Vec<u8>;
    fn step(self, incoming: &Incoming) -> (Option<Self>, Outcome);
}

impl Run for Sharing {
    fn awaited(&self) -> Vec<u8> {
        self.awaited()
    }
    fn step(self, incoming: &Incoming) -> (Option<Self>, Outcome) {
        self.step(incoming)
    }
}

impl Run for Signing {
    fn awaited(&self) -> Vec<u8> {
        self.awaited()
    }
    fn step(self, incoming: &Incoming) -> (Option<Self>, Outcome) {
        self.step(incoming)
    }
}

/// Runs all to their ends. Who is over sends nothing more, which ends those who wait for it.
pub(crate) fn run<T: Run>(begun: BTreeMap<u8, (T, Outgoing)>, change: Change<'_>) -> BTreeMap<u8, Outcome> {
    let mut ends = BTreeMap::new();
    let mut running = begun;
    for round in 1.. {
        if running.is_empty() {
            break;
        }
        let sent: BTreeMap<u8, Outgoing> = running.iter().map(|(each, (_, sent))| (*each, sent.clone())).collect();
        let mut next = BTreeMap::new();
        for (me, (session, _)) in running {
            let mut incoming = Incoming::new();
            for from in session.awaited() {
                let Some(Outgoing { broadcast, private }) = sent.get(&from) else { continue };
                let private = private.get(&me).cloned().unwrap_or_default();
                let mut message = Message { broadcast: broadcast.clone(), private };
                change(from, me, round, &mut message);
                incoming.insert(from, message);
            }
            if incoming.len() < session.awaited().len() {
                ends.insert(me, Outcome::Failed(Failure::nobody("others are over")));
                continue;
            }
            match session.step(&incoming) {
                (Some(session), Outcome::Send(outgoing)) => drop(next.insert(me, (session, outgoing))),
                (_, outcome) => drop(ends.insert(me, outcome)),
            }
        }
        running = next;
    }
    ends
}

/// Shares a new key.
pub(crate) fn generate(threshold: u8, members: u8, change: Change<'_>) -> BTreeMap<u8, Outcome> {
    let places = all_new(members);
    let begun = (1..=members).map(|me| {
        let request = Share {
            session: [7; 32],
            me,
            places: places.clone(),
            threshold,
            public: Default::default(),
            share: Default::default(),
        };
        (me, Sharing::begin(&request).unwrap())
    });
    run(begun.collect(), change)
}

/// Shares a key anew; `held` by old index.
pub(crate) fn reshare(
    held: &BTreeMap<u8, Held>,
    places: &[Place],
    threshold: u8,
    change: Change<'_>,
) -> BTreeMap<u8, Outcome> {
    let public = held.values().next().unwrap().public.clone();
    let begun = (1..).zip(places).map(|(me, place)| {
        let share = held.get(&place.old).map(|held| held.share.clone()).unwrap_or_default();
        let request = Share {
            session: [8; 32],
            me,
            places: places.to_vec(),
            threshold,
            public: public.clone().into(),
            share: share.into(),
        };
        (me, Sharing::begin(&request).unwrap())
    });
    run(begun.collect(), change)
}

pub(crate) fn sign(
    held: &BTreeMap<u8, Held>,
    signers: &[u8],
    digest: [u8; 32],
    change: Change<'_>,
) -> BTreeMap<u8, Outcome> {
    let begun = signers.iter().map(|me| {
        let share = held[me].share.clone().into();
        let request = Sign { session: [9; 32], signers: signers.to_vec().into(), digest, share };
        (*me, Signing::begin(&request).unwrap())
    });
    run(begun.collect(), change)
}

/// What all hold, by index of the key, where all came to it.
pub(crate) fn shared(ends: BTreeMap<u8, Outcome>, places: &[Place]) -> BTreeMap<u8, Held> {
    let held: BTreeMap<u8, Held> = ends
        .into_iter()
        .filter(|(each, _)| places[usize::from(*each) - 1].new != 0)
        .map(|(each, end)| match end {
            Outcome::Shared { share, public } => (places[usize::from(each) - 1].new, Held { share, public }),
            other => panic!("{each} ended with {other:?}"),
        })
        .collect();
    let first = &held[&1].public;
    assert!(held.values().all(|held| held.public == *first));
    held
}

pub(crate) fn key_of(held: &BTreeMap<u8, Held>) -> PublicKey {
    PublicKey::read(&held[&1].public).unwrap()
}

/// Whom each who noticed something names.
pub(crate) fn named(ends: &BTreeMap<u8, Outcome>) -> BTreeMap<u8, Vec<u8>> {
    let of = |(each, end): (&u8, &Outcome)| match end {
        Outcome::Failed(failure) if failure.reason != "others are over" => Some((*each, failure.culprits.clone())),
        _ => None,
    };
    ends.iter().filter_map(of).collect()
}

/// The places of those who share a new key.
pub(crate) fn all_new(members: u8) -> Vec<Place> {
    (1..=members).map(|new| Place { old: 0, new }).collect()
}

/// A key that three of four members sign with; to make one takes seconds.
pub(crate) fn three_of_four() -> BTreeMap<u8, Held> {
    static KEY: OnceLock<BTreeMap<u8, Held>> = OnceLock::new();
    KEY.get_or_init(another_three_of_four).clone()
}

/// A new one.
pub(crate) fn another_three_of_four() -> BTreeMap<u8, Held> {
    shared(generate(3, 4, HONEST), &all_new(4))
}
