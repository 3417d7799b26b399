//! Rounds 1 and 2: the dealers.

use std::collections::BTreeMap;

use k256::{
    ProjectivePoint, Scalar,
    elliptic_curve::{PrimeField, group::Curve},
};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{Terms, from_each};
use crate::{
    key::PublicKey,
    math::{POINT_BYTES, Polynomial, affine, point, point_bytes, point_value, read_point, value},
    rounds::{Failure, Incoming, Outgoing},
};

type Hash = [u8; 32];

/// After round 1.
#[derive(Debug)]
pub(super) struct Committed {
    polynomial: Option<Polynomial>,
    /// Of the coefficients, as they are sent.
    points: Vec<u8>,
}

/// After round 2.
#[derive(Debug)]
pub(super) struct Dealt {
    committed: Committed,
    hashes: BTreeMap<u8, Hash>,
}

/// Commits before it reveals: the last dealer to speak could bend the key otherwise.
pub(super) fn commit(terms: &Terms, polynomial: Option<Polynomial>) -> (Committed, Outgoing) {
    let points = polynomial.as_ref().map_or_else(Vec::new, |polynomial| {
        let points: Vec<_> = polynomial.iter().map(point).collect();
        affine(&points).iter().flat_map(point_bytes).collect()
    });
    let broadcast = if points.is_empty() { Vec::new() } else { hash(terms, terms.me, &points).to_vec() };
    (Committed { polynomial, points }, Outgoing { broadcast, private: BTreeMap::new() })
}

fn hash(terms: &Terms, dealer: u8, points: &[u8]) -> Hash {
    let domain = b"metis-seq threshold: the points of a dealer";
    Sha256::new()
        .chain_update(domain)
        .chain_update(terms.session)
        .chain_update([dealer])
        .chain_update(points)
        .finalize()
        .into()
}

impl Committed {
    /// All have committed: the points go to everybody, the values each to its receiver.
    pub(super) fn open(self, terms: &Terms, incoming: &Incoming) -> Result<(Dealt, Outgoing), Failure> {
        let hashes = from_each(&terms.other_dealers(), incoming, |from, message| {
            Hash::try_from(message.broadcast.as_slice()).map_err(|_| Failure::of(from, "its commitment is no hash"))
        })?;
        let private = self.polynomial.as_ref().map_or_else(BTreeMap::new, |polynomial| {
            let of = |receiver: u8| value(polynomial, terms.place(receiver).new).to_repr().to_vec();
            terms.other_receivers().into_iter().map(|receiver| (receiver, of(receiver))).collect()
        });
        let broadcast = self.points.clone();
        Ok((Dealt { committed: self, hashes }, Outgoing { broadcast, private }))
    }
}

impl Dealt {
    /// This receiver's value of the sum of all polynomials (0 where it only deals), and what is public of it.
    pub(super) fn check(self, terms: &Terms, incoming: &Incoming) -> Result<(Zeroizing<Scalar>, PublicKey), Failure> {
        let Self { committed: Committed { polynomial, points }, hashes } = self;
        let own = terms.place(terms.me).new;
        let mut sum = vec![ProjectivePoint::IDENTITY; usize::from(terms.threshold)];
        let mut total = Zeroizing::new(Scalar::ZERO);
        if let Some(polynomial) = polynomial {
            add(&mut sum, &read_points(terms, terms.me, &points)?);
            *total += value(&polynomial, own);
        }
        let dealt = from_each(&terms.other_dealers(), incoming, |from, message| {
            if hashes.get(&from) != Some(&hash(terms, from, &message.broadcast)) {
                return Err(Failure::of(from, "its points are not those that it committed to"));
            }
            let points = read_points(terms, from, &message.broadcast)?;
            check_constant(terms, from, &points)?;
            let value = if own == 0 { Scalar::ZERO } else { read_value(from, &message.private, &points, own)? };
            Ok((points, Zeroizing::new(value)))
        })?;
        for (points, value) in dealt.values() {
            add(&mut sum, points);
            *total += **value;
        }
        let public = PublicKey::of(&sum, terms.members()).ok_or_else(|| Failure::nobody("the key is none"))?;
        match &terms.before {
            Some(before) if before.key != public.key => Err(Failure::nobody("another key would come of it")),
            _ => Ok((total, public)),
        }
    }
}

fn add(sum: &mut [ProjectivePoint], points: &[ProjectivePoint]) {
    for (sum, point) in sum.iter_mut().zip(points) {
        *sum += point;
    }
}

fn read_points(terms: &Terms, from: u8, bytes: &[u8]) -> Result<Vec<ProjectivePoint>, Failure> {
    let points = bytes.chunks(POINT_BYTES).map(read_point).collect::<Option<Vec<_>>>();
    let points = points.filter(|points| points.len() == usize::from(terms.threshold));
    let points = points.ok_or_else(|| Failure::of(from, format!("it sent no {} points", terms.threshold)))?;
    Ok(points.into_iter().map(ProjectivePoint::from).collect())
}

/// Of a key that is there, a dealer has to deal its own part, and the points of all shares are known.
fn check_constant(terms: &Terms, from: u8, points: &[ProjectivePoint]) -> Result<(), Failure> {
    let Some(before) = &terms.before else { return Ok(()) };
    let place = terms.place(from);
    let wanted = before.share(place.old).zip(terms.weight(place)).map(|(share, weight)| share * weight);
    let is_own = wanted.map(|wanted| wanted.to_affine()) == points.first().map(Curve::to_affine);
    if is_own { Ok(()) } else { Err(Failure::of(from, "what it deals is not its share of the key")) }
}

fn read_value(from: u8, bytes: &[u8], points: &[ProjectivePoint], own: u8) -> Result<Scalar, Failure> {
    let repr =
        <[u8; 32]>::try_from(bytes).ok().and_then(|bytes| Option::<Scalar>::from(Scalar::from_repr(bytes.into())));
    let value = repr.ok_or_else(|| Failure::of(from, "the value that it sent is no scalar"))?;
    let is_on = point(&value).to_affine() == point_value(points, own).to_affine();
    if is_on { Ok(value) } else { Err(Failure::of(from, "the value that it sent is not on its polynomial")) }
}
