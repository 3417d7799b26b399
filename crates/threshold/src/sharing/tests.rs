use std::collections::BTreeMap;

use crate::{
    math::{POINT_BYTES, point},
    rounds::{Message, Outgoing},
    sharing::Sharing,
    testing::{
        HONEST, Held, all_new, another_three_of_four, generate, key_of, named, reshare, run, shared, sign,
        three_of_four,
    },
    wire::{Outcome, Place, Share},
};

/// Each signature is one of the key, by the library's own last check.
fn can_sign(held: &BTreeMap<u8, Held>, signers: &[u8]) {
    for (each, end) in sign(held, signers, [3; 32], HONEST) {
        assert!(matches!(end, Outcome::Signed(_)), "{each}: {end:?}");
    }
}

fn flip(bytes: &mut [u8], at: usize) {
    bytes[at] ^= 1;
}

#[test]
fn any_three_of_four_sign_with_a_key_that_nobody_has() {
    let held = three_of_four();
    for signers in [[1, 2, 3], [1, 2, 4], [2, 3, 4]] {
        can_sign(&held, &signers);
    }
}

#[test]
fn a_key_goes_to_other_members_and_stays_the_same() {
    let before = three_of_four();
    // 2 deals and leaves, 1, 4 deal and stay, 3 stays without dealing (it lost its share), two join.
    let places = [
        Place { old: 1, new: 1 },
        Place { old: 2, new: 0 },
        Place { old: 0, new: 2 },
        Place { old: 4, new: 3 },
        Place { old: 0, new: 4 },
        Place { old: 0, new: 5 },
    ];
    let ends = reshare(&before, &places, 4, HONEST);
    assert!(matches!(ends[&2], Outcome::Dealt));
    let after = shared(ends, &places);
    assert_eq!(key_of(&after).key, key_of(&before).key);
    assert_eq!(key_of(&after).threshold, 4);
    can_sign(&after, &[1, 3, 4, 5]);
    // Shares of before and after do not go together.
    let mixed =
        BTreeMap::from([(1, before[&1].clone()), (2, before[&2].clone()), (3, another_three_of_four()[&3].clone())]);
    assert!(sign(&mixed, &[1, 2, 3], [3; 32], HONEST).values().all(|end| matches!(end, Outcome::Failed(_))));
}

#[test]
fn a_dealer_that_deals_wrongly_is_named_and_nobody_else() {
    // Round by round: another commitment, other points, a value off the polynomial (to 1 alone), a point of another curve.
    type Lie = fn(u8, usize, &mut Message);
    let lies: [(Lie, &[u8]); 5] = [
        (
            |_, round, message| {
                if round == 1 {
                    flip(&mut message.broadcast, 3)
                }
            },
            &[1, 2],
        ),
        (
            |_, round, message| {
                if round == 1 {
                    message.broadcast.truncate(31)
                }
            },
            &[1, 2],
        ),
        (
            |_, round, message| {
                if round == 2 {
                    message.broadcast.truncate(POINT_BYTES)
                }
            },
            &[1, 2],
        ),
        (
            |to, round, message| {
                if round == 2 && to == 1 {
                    flip(&mut message.private, 31)
                }
            },
            &[1],
        ),
        (
            |to, round, message| {
                if round == 2 && to == 2 {
                    message.private = vec![0xff; 32]
                }
            },
            &[2],
        ),
    ];
    for (lie, notice) in lies {
        let ends = generate(2, 3, &|from, to, round, message| {
            if from == 3 {
                lie(to, round, message)
            }
        });
        let wanted: BTreeMap<u8, Vec<u8>> = notice.iter().map(|each| (*each, vec![3])).collect();
        assert_eq!(named(&ends), wanted);
    }
}

#[test]
fn a_receiver_that_proves_wrongly_is_named_by_whom_it_tells() {
    type Lie = fn(u8, usize, &mut Message);
    let lies: [(Lie, &[u8]); 6] = [
        (
            |_, round, message| {
                if round == 3 {
                    message.broadcast.clear()
                }
            },
            &[1, 3],
        ),
        (
            |to, round, message| {
                if round == 3 && to == 1 {
                    message.private.clear()
                }
            },
            &[1],
        ),
        (
            |_, round, message| {
                if round == 3 {
                    flip(&mut message.broadcast, 0)
                }
            },
            &[1, 3],
        ),
        (
            |_, round, message| {
                if round == 4 {
                    flip(&mut message.broadcast, 5)
                }
            },
            &[1, 3],
        ),
        (
            |to, round, message| {
                if round == 4 && to == 3 {
                    flip(&mut message.private, 0)
                }
            },
            &[3],
        ),
        (
            |to, round, message| {
                if round == 4 && to == 1 {
                    message.private.truncate(1000)
                }
            },
            &[1],
        ),
    ];
    for (number, (lie, notice)) in lies.into_iter().enumerate() {
        let ends = generate(2, 3, &|from, to, round, message| {
            if from == 2 {
                lie(to, round, message)
            }
        });
        let wanted: BTreeMap<u8, Vec<u8>> = notice.iter().map(|each| (*each, vec![2])).collect();
        assert_eq!(named(&ends), wanted, "lie {number}");
    }
}

#[test]
fn who_deals_another_number_than_its_share_is_named_by_all() {
    let before = three_of_four();
    let places =
        [Place { old: 1, new: 1 }, Place { old: 2, new: 2 }, Place { old: 3, new: 3 }, Place { old: 0, new: 4 }];
    let public = before[&1].public.clone();
    let begin = |me: u8, held: &Held| {
        let share = if places[usize::from(me) - 1].old == 0 { Vec::new() } else { held.share.clone() };
        let request = Share {
            session: [8; 32],
            me,
            places: places.to_vec(),
            threshold: 3,
            public: public.clone().into(),
            share: share.into(),
        };
        (me, Sharing::begin(&request).unwrap())
    };
    // Dealer 2 takes part in the sharing of a new key instead, with the same commitments of its own.
    let other = Share {
        session: [8; 32],
        me: 2,
        places: all_new(4),
        threshold: 3,
        public: Default::default(),
        share: Default::default(),
    };
    let mut begun: BTreeMap<u8, (Sharing, Outgoing)> = [1, 3, 4].map(|me| begin(me, &before[&me])).into();
    begun.insert(2, Sharing::begin(&other).unwrap());
    let ends = run(begun, &|from, to, _, message| {
        if to == 2 && from == 4 {
            message.broadcast = vec![0; 32]; // who deals nothing here has nothing to say to it
        }
    });
    let names = named(&ends);
    assert_eq!([&names[&1], &names[&3], &names[&4]], [&vec![2], &vec![2], &vec![2]]);
}

#[test]
fn terms_that_make_no_sense_are_refused() {
    let held = three_of_four();
    let place = |old, new| Place { old, new };
    let good = Share {
        session: [1; 32],
        me: 1,
        places: vec![place(1, 1), place(2, 2), place(3, 3), place(0, 4)],
        threshold: 3,
        public: held[&1].public.clone().into(),
        share: held[&1].share.clone().into(),
    };
    assert!(Sharing::begin(&good).is_ok());
    let wrong: [(&str, Share); 10] = [
        ("has no place", Share { me: 5, ..good.clone() }),
        ("has no place", Share { me: 0, ..good.clone() }),
        ("neither deals", Share { places: vec![place(1, 1), place(2, 2), place(3, 0), place(0, 0)], ..good.clone() }),
        ("no sharing", Share { threshold: 1, ..good.clone() }),
        ("no sharing", Share { threshold: 5, ..good.clone() }),
        ("no sharing", Share { places: vec![place(1, 1), place(2, 2), place(3, 2), place(0, 4)], ..good.clone() }),
        ("as many different", Share { places: vec![place(1, 1), place(2, 2), place(0, 3)], ..good.clone() }),
        ("as many different", Share { places: vec![place(1, 1), place(2, 2), place(5, 3)], ..good.clone() }),
        ("not the dealer's share", Share { share: held[&2].share.clone().into(), ..good.clone() }),
        ("no old dealers", Share { public: Default::default(), ..good.clone() }),
    ];
    for (reason, share) in wrong {
        let refused = Sharing::begin(&share).unwrap_err().0;
        assert!(refused.contains(reason), "{refused} is not about {reason}");
    }
}

#[test]
fn a_share_says_whose_it_is() {
    let held = three_of_four();
    let public = key_of(&held);
    for (index, held) in &held {
        let share = crate::key::Share::read(&held.share).unwrap();
        assert!(share.is_of(&public));
        assert_eq!(public.share(*index), Some(point(share.scalar()).to_affine()));
    }
    let other = another_three_of_four();
    assert!(!crate::key::Share::read(&other[&1].share).unwrap().is_of(&public));
    assert!(crate::key::Share::read(&held[&1].share[1..]).is_err());
    assert!(crate::key::PublicKey::read(&held[&1].public[1..]).is_err());
}
