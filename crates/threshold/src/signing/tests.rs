use std::collections::BTreeMap;

use crate::{
    rounds::Message,
    signing::Signing,
    testing::{HONEST, Held, named, run, sign, three_of_four},
    wire::{Outcome, Sign},
};

fn request(held: &BTreeMap<u8, Held>, me: u8, digest: [u8; 32]) -> Sign {
    Sign { session: [9; 32], signers: vec![1, 2, 3].into(), digest, share: held[&me].share.clone().into() }
}

#[test]
fn who_sends_what_cannot_be_right_is_named_and_a_wrong_last_part_names_nobody() {
    let held = three_of_four();
    type Lie = fn(u8, usize, &mut Message);
    let to_1_and_3: BTreeMap<u8, Vec<u8>> = BTreeMap::from([(1, vec![2]), (3, vec![2])]);
    let to_1 = BTreeMap::from([(1, vec![2])]);
    let lies: [(Lie, &BTreeMap<u8, Vec<u8>>); 4] = [
        (
            |_, round, message| {
                if round == 1 {
                    message.private.truncate(100)
                }
            },
            &to_1_and_3,
        ),
        (
            |_, round, message| {
                if round == 2 {
                    message.private.clear()
                }
            },
            &to_1_and_3,
        ),
        (
            |to, round, message| {
                if round == 2 && to == 1 {
                    message.private[200] ^= 4
                }
            },
            &to_1,
        ),
        (
            |_, round, message| {
                if round == 3 {
                    message.broadcast.push(0)
                }
            },
            &to_1_and_3,
        ),
    ];
    for (lie, names) in lies {
        let ends = sign(&held, &[1, 2, 3], [3; 32], &|from, to, round, message| {
            if from == 2 {
                lie(to, round, message)
            }
        });
        assert_eq!(&named(&ends), names);
    }
    let ends = sign(&held, &[1, 2, 3], [3; 32], &|from, _, round, message| {
        if from == 2 && round == 3 {
            message.broadcast[20] ^= 1;
        }
    });
    assert_eq!(named(&ends), BTreeMap::from([(1, vec![]), (3, vec![])]));
    assert!(matches!(ends[&2], Outcome::Signed(_)));
}

#[test]
fn who_signs_another_digest_is_named_and_nothing_is_signed() {
    let held = three_of_four();
    let begun = [1, 2, 3].map(|me| {
        let digest = if me == 2 { [4; 32] } else { [3; 32] };
        (me, Signing::begin(&request(&held, me, digest)).unwrap())
    });
    let ends = run(begun.into(), HONEST);
    assert!(ends.values().all(|end| matches!(end, Outcome::Failed(_))));
    let names = named(&ends);
    assert_eq!(names[&3], vec![2]);
}

#[test]
fn a_request_that_makes_no_sense_is_refused() {
    let held = three_of_four();
    let good = request(&held, 1, [3; 32]);
    assert!(Signing::begin(&good).is_ok());
    for signers in
        [vec![1, 2], vec![1, 2, 3, 4], vec![2, 1, 3], vec![1, 1, 2], vec![2, 3, 4], vec![0, 1, 2], vec![1, 2, 9]]
    {
        assert!(Signing::begin(&Sign { signers: signers.clone().into(), ..good.clone() }).is_err(), "{signers:?}");
    }
    assert!(Signing::begin(&Sign { share: Default::default(), ..good }).is_err());
}
