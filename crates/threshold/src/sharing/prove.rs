//! Rounds 3 and 4: the receivers prove that they know their shares, and each two prepare to multiply (Functionalities 3.4 and
//! 3.5 of `DKLs23`), by the library.

use std::collections::BTreeMap;

use dkls23_core::{
    protocols::{
        Parameters, PartiesMessage, PartyIndex,
        derivation::ChainCode,
        dkg::{
            self, BroadcastDerivationPhase2to4, BroadcastDerivationPhase3to4, KeepInitMulPhase3to4,
            KeepInitZeroSharePhase2to3, KeepInitZeroSharePhase3to4, ProofCommitment, SessionData,
            TransmitInitMulPhase3to4, TransmitInitZeroSharePhase2to4, TransmitInitZeroSharePhase3to4,
            UniqueKeepDerivationPhase2to3,
        },
    },
    utilities::{hashes::HashOutput, proofs::DLogProof, zero_shares::Seed},
};
use k256::{Scalar, Secp256k1};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Terms, from_each};
use crate::{
    key::{PublicKey, Share},
    rounds::{Failure, Incoming, Outgoing, decode, encode},
};

/// To everybody in round 3.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Commitments {
    proof: HashOutput,
    chain_code: HashOutput,
}

/// To everybody in round 4.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Opening {
    proof: DLogProof<Secp256k1>,
    chain_code: ChainCode,
    salt: Vec<u8>,
}

/// To each receiver in round 4; who sent it to whom is known.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Pairing {
    seed: Seed,
    salt: Vec<u8>,
    multiplication: TransmitInitMulPhase3to4<Secp256k1>,
}

/// After round 3.
pub(super) struct Proving {
    data: SessionData,
    public: PublicKey,
    value: Zeroizing<Scalar>,
    proof: ProofCommitment<Secp256k1>,
    commitments: Commitments,
    zero: BTreeMap<PartyIndex, KeepInitZeroSharePhase2to3>,
    chain_code: UniqueKeepDerivationPhase2to3,
}

/// After round 4.
pub(super) struct Opened {
    data: SessionData,
    public: PublicKey,
    value: Zeroizing<Scalar>,
    own: (Commitments, Opening),
    others: BTreeMap<u8, (Commitments, HashOutput)>,
    zero: BTreeMap<PartyIndex, KeepInitZeroSharePhase3to4>,
    multiplication: BTreeMap<PartyIndex, KeepInitMulPhase3to4<Secp256k1>>,
}

macro_rules! secret {
    ($($name:ident),*) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )*};
}
secret!(Proving, Opened);

fn index(new: u8) -> Result<PartyIndex, Failure> {
    PartyIndex::new(new).map_err(Failure::nobody)
}

pub(super) fn prove(
    terms: &Terms,
    value: Zeroizing<Scalar>,
    public: PublicKey,
) -> Result<(Proving, Outgoing), Failure> {
    let own = terms.place(terms.me).new;
    let data = SessionData {
        parameters: Parameters::new(terms.threshold, terms.members()).map_err(Failure::nobody)?,
        party_index: index(own)?,
        session_id: terms.session.to_vec(),
    };
    let (value, proof, zero, sent, chain_code, chain_code_commitment) = dkg::phase2::<Secp256k1>(&data, &[*value]);
    let commitments = Commitments { proof: proof.commitment, chain_code: chain_code_commitment.cc_commitment };
    let private = sent
        .iter()
        .filter_map(|message| Some((terms.participant(message.parties.receiver.as_u8())?, message.commitment.to_vec())))
        .collect();
    let outgoing = Outgoing { broadcast: encode(&commitments), private };
    Ok((Proving { data, public, value: Zeroizing::new(value), proof, commitments, zero, chain_code }, outgoing))
}

impl Proving {
    /// All have committed: the proofs are opened.
    pub(super) fn open(self, terms: &Terms, incoming: &Incoming) -> Result<(Opened, Outgoing), Failure> {
        let Self { data, public, value, proof, commitments, zero, chain_code } = self;
        let others = from_each(&terms.other_receivers(), incoming, |from, message| {
            let zero = HashOutput::try_from(message.private.as_slice());
            let zero = zero.map_err(|_| Failure::of(from, "the commitment to its seed is no hash"))?;
            Ok((decode(from, "its commitments", &message.broadcast)?, zero))
        })?;
        let (zero, seeds, kept, pairs, chain_code) = dkg::phase3::<Secp256k1>(&data, &zero, &chain_code);
        let opening = Opening { proof: proof.proof, chain_code: chain_code.aux_chain_code, salt: chain_code.cc_salt };
        let mut private = BTreeMap::new();
        for (seed, multiplication) in seeds.into_iter().zip(pairs) {
            let receiver = multiplication.parties.receiver;
            let to = terms.participant(receiver.as_u8()).filter(|_| seed.parties.receiver == receiver);
            let to = to.ok_or_else(|| Failure::nobody("the library's messages are in another order"))?;
            private.insert(to, encode(&Pairing { seed: seed.seed, salt: seed.salt, multiplication }));
        }
        let outgoing = Outgoing { broadcast: encode(&opening), private };
        let own = (commitments, opening);
        Ok((Opened { data, public, value, own, others, zero, multiplication: kept }, outgoing))
    }
}

impl Opened {
    /// Everything is checked against what was committed to and dealt; then this is a share of the key.
    pub(super) fn finish(self, terms: &Terms, incoming: &Incoming) -> Result<(Share, PublicKey), Failure> {
        let Self { data, public, value, own, others, zero, multiplication } = self;
        let mut gathered = Gathered::default();
        let (commitments, opening) = own;
        gathered.open(data.party_index, commitments, opening);
        let messages = from_each(&terms.other_receivers(), incoming, |from, message| {
            let opening: Opening = decode(from, "its proof", &message.broadcast)?;
            let pairing: Pairing = decode(from, "what it multiplies with", &message.private)?;
            Ok((opening, pairing))
        })?;
        for (from, (opening, pairing)) in messages {
            let new = terms.place(from).new;
            if Some(opening.proof.point) != public.share(new) {
                return Err(Failure::of(from, "it proves another share than it was dealt"));
            }
            let (commitments, seed) = *others.get(&from).ok_or_else(|| Failure::nobody("a commitment is missing"))?;
            gathered.open(index(new)?, commitments, opening);
            gathered.pair(PartiesMessage { sender: index(new)?, receiver: data.party_index }, seed, pairing);
        }
        let shared = dkg::phase4::<Secp256k1>(
            &data,
            &value,
            &gathered.proofs,
            &zero,
            &gathered.zero_commitments,
            &gathered.zero_seeds,
            &multiplication,
            &gathered.multiplications,
            &gathered.chain_commitments,
            &gathered.chain_codes,
            |_| String::new(),
        );
        let (party, _) = shared.map_err(|abort| terms.blame(abort.into()))?;
        let share = Share(party);
        if share.is_of(&public) { Ok((share, public)) } else { Err(Failure::nobody("the share is not of the key")) }
    }
}

/// The messages as the library takes them.
#[derive(Default)]
struct Gathered {
    proofs: Vec<ProofCommitment<Secp256k1>>,
    zero_commitments: Vec<TransmitInitZeroSharePhase2to4>,
    zero_seeds: Vec<TransmitInitZeroSharePhase3to4>,
    multiplications: Vec<TransmitInitMulPhase3to4<Secp256k1>>,
    chain_commitments: BTreeMap<PartyIndex, BroadcastDerivationPhase2to4>,
    chain_codes: BTreeMap<PartyIndex, BroadcastDerivationPhase3to4>,
}

impl Gathered {
    fn open(&mut self, sender_index: PartyIndex, commitments: Commitments, opening: Opening) {
        let Opening { proof, chain_code, salt } = opening;
        self.proofs.push(ProofCommitment { index: sender_index, proof, commitment: commitments.proof });
        let committed = BroadcastDerivationPhase2to4 { sender_index, cc_commitment: commitments.chain_code };
        self.chain_commitments.insert(sender_index, committed);
        let opened = BroadcastDerivationPhase3to4 { sender_index, aux_chain_code: chain_code, cc_salt: salt };
        self.chain_codes.insert(sender_index, opened);
    }

    fn pair(&mut self, parties: PartiesMessage, commitment: HashOutput, pairing: Pairing) {
        let Pairing { seed, salt, multiplication } = pairing;
        self.zero_commitments.push(TransmitInitZeroSharePhase2to4 { parties: parties.clone(), commitment });
        self.zero_seeds.push(TransmitInitZeroSharePhase3to4 { parties: parties.clone(), seed, salt });
        self.multiplications.push(TransmitInitMulPhase3to4 { parties, ..multiplication });
    }
}
