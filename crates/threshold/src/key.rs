//! What everybody may know of a shared key, and what its member alone does.

use alloy_rlp::{Decodable, Encodable, RlpDecodable, RlpEncodable};
use dkls23_core::protocols::{Parameters, Party};
use k256::{AffinePoint, ProjectivePoint, Scalar, Secp256k1};

use crate::{
    math::{POINT_BYTES, point, point_bytes, point_value, read_point},
    wire::Refusal,
};

/// Members that a key is shared among at most.
pub const MAX_MEMBERS: u8 = 64;

/// The public part of a shared key: how many members sign, its point, and the point of each member's share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// So many sign, and any of them.
    pub threshold: u8,
    /// The key of the group.
    pub key: AffinePoint,
    /// By index from 1.
    pub shares: Vec<AffinePoint>,
}

#[derive(RlpEncodable, RlpDecodable)]
struct Wire {
    threshold: u8,
    key: [u8; POINT_BYTES],
    shares: Vec<[u8; POINT_BYTES]>,
}

impl PublicKey {
    /// Of the points of the coefficients whose values are the shares.
    pub fn of(coefficients: &[ProjectivePoint], members: u8) -> Option<Self> {
        let shares: Vec<_> = (1..=members).map(|index| point_value(coefficients, index).to_affine()).collect();
        let key = coefficients.first()?.to_affine();
        let threshold = u8::try_from(coefficients.len()).ok()?;
        let is_sound = !shares.contains(&AffinePoint::IDENTITY) && key != AffinePoint::IDENTITY;
        is_sound.then_some(Self { threshold, key, shares })
    }

    /// How many members there are.
    pub fn members(&self) -> u8 {
        self.shares.len() as u8 // at most MAX_MEMBERS
    }

    /// The point of a member's share.
    pub fn share(&self, index: u8) -> Option<AffinePoint> {
        self.shares.get(usize::from(index).checked_sub(1)?).copied()
    }

    /// RLP of [threshold, key, shares], points compressed.
    pub fn to_bytes(&self) -> Vec<u8> {
        let Self { threshold, key, shares } = self;
        let wire =
            Wire { threshold: *threshold, key: point_bytes(key), shares: shares.iter().map(point_bytes).collect() };
        let mut bytes = Vec::new();
        wire.encode(&mut bytes);
        bytes
    }

    /// What `to_bytes` gave.
    pub fn read(mut bytes: &[u8]) -> Result<Self, Refusal> {
        let wire = Wire::decode(&mut bytes).map_err(Refusal::input)?;
        let point = |bytes: &[u8; POINT_BYTES]| read_point(bytes).ok_or_else(|| Refusal::input("a point is none"));
        let shares = wire.shares.iter().map(point).collect::<Result<Vec<_>, _>>()?;
        let count = u8::try_from(shares.len()).ok().filter(|count| *count <= MAX_MEMBERS);
        let count = count.ok_or_else(|| Refusal::input(format!("a key has at most {MAX_MEMBERS} members")))?;
        Parameters::new(wire.threshold, count).map_err(Refusal::input)?;
        if !bytes.is_empty() {
            return Err(Refusal::input("a public key is followed by other bytes"));
        }
        Ok(Self { threshold: wire.threshold, key: point(&wire.key)?, shares })
    }
}

/// A member's part of a key. Secret: whoever has a threshold of them has the key.
#[derive(Debug)]
pub struct Share(pub Party<Secp256k1>);

impl Share {
    /// As it lies on the (encrypted) disk.
    pub fn to_bytes(&self) -> Vec<u8> {
        crate::rounds::encode(&self.0)
    }

    /// What `to_bytes` gave.
    pub fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        let (party, rest) = postcard::take_from_bytes::<Party<Secp256k1>>(bytes).map_err(Refusal::input)?;
        let share = Self(party);
        let is_sound = rest.is_empty() && share.index() <= share.0.parameters.share_count;
        is_sound.then_some(share).ok_or_else(|| Refusal::input("a share is damaged"))
    }

    /// From 1 on.
    pub fn index(&self) -> u8 {
        self.0.party_index.as_u8()
    }

    /// The number that is shared: the value of the polynomial.
    pub fn scalar(&self) -> &Scalar {
        &self.0.poly_point
    }

    /// Whether this is a share of that key.
    pub fn is_of(&self, public: &PublicKey) -> bool {
        let Parameters { threshold, share_count } = self.0.parameters;
        (threshold, share_count) == (public.threshold, public.members())
            && self.0.pk == public.key
            && public.share(self.index()) == Some(point(self.scalar()).to_affine())
    }
}
