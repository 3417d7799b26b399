//! Polynomials over the scalars of the curve: what shares, and their public points, are values of.

use dkls23_core::utilities::rng::get_rng;
use k256::{
    AffinePoint, ProjectivePoint, Scalar,
    elliptic_curve::{
        Field,
        group::{Curve, Group},
        sec1::{FromSec1Point, Sec1Point, ToSec1Point},
    },
};
use zeroize::Zeroizing;

/// Bytes of a point, compressed (SEC 1).
pub const POINT_BYTES: usize = 33;

/// Coefficients, the constant one first.
pub type Polynomial = Zeroizing<Vec<Scalar>>;

/// A random polynomial of degree `threshold` - 1.
pub fn polynomial(constant: Scalar, threshold: u8) -> Polynomial {
    let mut random = get_rng();
    let others = (1..threshold).map(|_| Scalar::random(&mut random));
    Zeroizing::new(std::iter::once(constant).chain(others).collect())
}

/// A random scalar.
pub fn random_scalar() -> Scalar {
    Scalar::random(&mut get_rng())
}

/// The value of a polynomial.
pub fn value(coefficients: &[Scalar], at: u8) -> Scalar {
    let at = Scalar::from(u64::from(at));
    coefficients.iter().rev().fold(Scalar::ZERO, |sum, coefficient| sum * at + coefficient)
}

/// The point of the value of a polynomial, of which the points of its coefficients are known.
pub fn point_value(coefficients: &[ProjectivePoint], at: u8) -> ProjectivePoint {
    let at = Scalar::from(u64::from(at));
    coefficients.iter().rev().fold(ProjectivePoint::IDENTITY, |sum, point| sum * at + point)
}

/// The point of a scalar.
pub fn point(scalar: &Scalar) -> ProjectivePoint {
    ProjectivePoint::generator() * scalar
}

/// The factor of the value at `me` in the sum that gives the constant coefficient, from the values at `places`.
/// `None` where the places are no set that `me` is in, or one is 0.
pub fn weight(places: &[u8], me: u8) -> Option<Scalar> {
    let at = |place: u8| Scalar::from(u64::from(place));
    let others = places.iter().filter(|place| **place != me);
    let (above, below) = others
        .fold((Scalar::ONE, Scalar::ONE), |(above, below), other| (above * at(*other), below * (at(*other) - at(me))));
    let is_new = |(i, place): (usize, &u8)| *place != 0 && !places[..i].contains(place);
    let is_set = places.contains(&me) && places.iter().enumerate().all(is_new);
    is_set.then(|| below.invert().map(|inverse| above * inverse).into_option()).flatten()
}

/// A point as bytes.
pub fn point_bytes(point: &AffinePoint) -> [u8; POINT_BYTES] {
    let mut bytes = [0; POINT_BYTES];
    let encoded = point.to_sec1_point(true);
    let length = encoded.as_bytes().len().min(POINT_BYTES); // the identity has one byte
    bytes[..length].copy_from_slice(&encoded.as_bytes()[..length]);
    bytes
}

/// The point of its bytes; never the identity.
pub fn read_point(bytes: &[u8]) -> Option<AffinePoint> {
    if bytes.len() != POINT_BYTES {
        return None;
    }
    let point = Option::<AffinePoint>::from(AffinePoint::from_sec1_point(
        &Sec1Point::<k256::Secp256k1>::from_bytes(bytes).ok()?,
    ))?;
    (point != AffinePoint::IDENTITY).then_some(point)
}

/// All of them as they are encoded.
pub fn affine(points: &[ProjectivePoint]) -> Vec<AffinePoint> {
    points.iter().map(Curve::to_affine).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn any_threshold_of_values_gives_the_constant() {
        let secret = random_scalar();
        let polynomial = polynomial(secret, 3);
        for places in [[1, 2, 3], [2, 4, 7], [9, 1, 5]] {
            let sum = places
                .iter()
                .fold(Scalar::ZERO, |sum, place| sum + weight(&places, *place).unwrap() * value(&polynomial, *place));
            assert_eq!(sum, secret);
        }
    }

    #[test]
    fn a_place_that_is_twice_there_or_none_has_no_weight() {
        for (places, me) in [(vec![1, 1, 2], 1), (vec![1, 2], 3), (vec![0, 1], 1), (vec![1, 2, 2], 1)] {
            assert_eq!(weight(&places, me), None);
        }
    }

    #[test]
    fn points_follow_their_scalars() {
        let polynomial = polynomial(random_scalar(), 4);
        let points: Vec<_> = polynomial.iter().map(point).collect();
        for at in 1..6 {
            assert_eq!(point_value(&points, at), point(&value(&polynomial, at)));
        }
    }

    #[test]
    fn a_point_is_read_back_and_nothing_else_is_one() {
        let own = point(&random_scalar()).to_affine();
        let bytes = point_bytes(&own);
        assert_eq!(read_point(&bytes), Some(own));
        assert_eq!(read_point(&bytes[1..]), None);
        assert_eq!(read_point(&point_bytes(&AffinePoint::IDENTITY)), None);
        assert_eq!(read_point(&[5; POINT_BYTES]), None);
    }
}
