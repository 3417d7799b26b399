//! The functions behind the exports: each takes a request and answers it.

use alloy_consensus::Transaction as _;
use alloy_eips::eip4895::Withdrawal;
use alloy_primitives::{B256, Bytes};
use alloy_rlp::Encodable;
use alloy_trie::EMPTY_ROOT_HASH;

use crate::{
    block::{self, Building},
    chain::{BlockContext, Chain},
    host::Host,
    read,
    state::{Nodes, State},
    transaction::{Decoded, address_of, decode},
    wire::{
        self, AccountAt, Allocation, Apply, Begin, Open, Paid, Refusal, Sent, StorageAt, genesis, list, outcomes,
        read as request_of,
    },
};

type Reply = Result<Vec<u8>, Refusal>;

/// One chain: the state of its head, and the block that is being built on it.
#[derive(Debug)]
pub struct Engine<H> {
    chain: Chain,
    head: State<H>,
    building: Option<Building>,
}

impl<H: Host + Copy> Engine<H> {
    /// The engine of a chain, on the state of its head.
    pub fn open(request: &[u8], host: H) -> Result<Self, Refusal> {
        let open: Open = request_of(request)?;
        let chain = Chain { chain_id: open.chain_id, osaka_time: open.osaka()? };
        Ok(Self { chain, head: State::new(host, open.root), building: None })
    }

    /// Its rules.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Its host.
    pub fn host(&self) -> &H {
        self.head.host()
    }

    /// The state of an alloc.
    pub fn genesis(&self, request: &[u8]) -> Reply {
        let mut state = State::new(*self.host(), EMPTY_ROOT_HASH);
        for Allocation { address, balance, code, slots } in request_of::<Vec<Allocation>>(request)? {
            let slots: Vec<_> = slots.iter().map(|slot| (slot.key, slot.value)).collect();
            state.place(address, balance, code, &slots)?;
        }
        Ok(genesis(&state.seal()?))
    }

    /// Begins a block on the head, instead of one that was not finished.
    pub fn begin(&mut self, request: &[u8]) -> Reply {
        let request: Begin = request_of(request)?;
        if self.building.take().is_some() {
            self.head.reset();
        }
        let context = BlockContext {
            number: request.number,
            timestamp: request.timestamp,
            fee_recipient: request.fee_recipient,
            prev_randao: request.prev_randao,
            gas_limit: request.gas_limit,
            base_fee: request.base_fee,
        };
        self.building = Some(block::begin(&mut self.head, self.chain, context, request.parent_hash)?);
        Ok(Vec::new())
    }

    /// Executes transactions as far as the slice of time allows.
    pub fn apply(&mut self, request: &[u8]) -> Reply {
        let Apply { slice, transactions } = request_of(request)?;
        let building = self.building.as_mut().ok_or_else(no_block)?;
        let start = self.head.host().now();
        let over = |host: &H| slice > 0 && host.now() - start >= slice as f64;
        let sent = transactions.iter().map(|Sent { raw, sender }| (raw.as_ref(), *sender));
        Ok(outcomes(&building.apply(&mut self.head, sent, over)?))
    }

    /// Ends the block; its state is the head's from now on.
    pub fn finish(&mut self, request: &[u8]) -> Reply {
        let withdrawals: Vec<Withdrawal> = request_of::<Vec<Paid>>(request)?.into_iter().map(Into::into).collect();
        let building = self.building.take().ok_or_else(no_block)?;
        Ok(wire::finished(&building.finish(&mut self.head, &withdrawals)?))
    }

    /// An account at a root: [nonce, balance, codeHash, storageRoot], or [] where there is none.
    pub fn account(&mut self, request: &[u8]) -> Reply {
        let AccountAt { root, address } = request_of(request)?;
        let record = self.at(root, |state| state.account(address))?;
        let mut fields = Vec::new();
        if let Some(record) = record {
            record.nonce.encode(&mut fields);
            record.balance.encode(&mut fields);
            record.code_hash.encode(&mut fields);
            record.storage_root.encode(&mut fields);
        }
        Ok(list(&fields))
    }

    /// The value of a slot at a root.
    pub fn storage(&mut self, request: &[u8]) -> Reply {
        let StorageAt { root, address, slot } = request_of(request)?;
        Ok(alloy_rlp::encode(self.at(root, |state| state.slot(address, slot))?))
    }

    /// What recovering senders takes: [hash, digest, signature, recovery id], or [reason], of each envelope.
    pub fn signatures(&self, request: &[u8]) -> Reply {
        let mut items = Vec::new();
        for raw in request_of::<Vec<Bytes>>(request)? {
            let mut fields = Vec::new();
            match decode(&raw, &self.chain).and_then(|decoded| Ok((decoded.hash, decoded.signature()?))) {
                Err(reason) => reason.as_str().encode(&mut fields),
                Ok((hash, signature)) => {
                    hash.encode(&mut fields);
                    signature.digest.encode(&mut fields);
                    signature.rs.as_slice().encode(&mut fields);
                    signature.parity.encode(&mut fields);
                }
            }
            items.extend_from_slice(&list(&fields));
        }
        Ok(list(&items))
    }

    /// The addresses of public keys, one after the other.
    pub fn addresses(&self, request: &[u8]) -> Reply {
        let mut all = Vec::new();
        for key in request_of::<Vec<Bytes>>(request)? {
            let key: &[u8; 64] = key.as_ref().try_into().map_err(|_| Refusal::input("a public key has 64 bytes"))?;
            all.extend_from_slice(address_of(key).as_slice());
        }
        Ok(alloy_rlp::encode(all.as_slice()))
    }

    /// The fields of an envelope, see the host's side.
    pub fn decode(&self, request: &[u8]) -> Reply {
        let raw: Bytes = request_of(request)?;
        Ok(list(&fields_of(&decode(&raw, &self.chain).map_err(Refusal::input)?)))
    }

    /// See [`read::call`].
    pub fn call(&self, request: &[u8]) -> Reply {
        read::call(request, &self.chain, |root| State::new(*self.host(), root))
    }

    /// See [`read::estimate`].
    pub fn estimate(&self, request: &[u8]) -> Reply {
        read::estimate(request, &self.chain, |root| State::new(*self.host(), root))
    }

    /// See [`read::access_list`].
    pub fn access_list(&self, request: &[u8]) -> Reply {
        read::access_list(request, &self.chain, |root| State::new(*self.host(), root))
    }

    /// See [`read::proof`].
    pub fn proof(&self, request: &[u8]) -> Reply {
        read::proof(request, &Nodes(self.host()))
    }

    /// See [`read::trace_block`].
    pub fn trace_block(&self, request: &[u8]) -> Reply {
        read::trace_block(request, &self.chain, *self.host())
    }

    /// See [`read::trace_call`].
    pub fn trace_call(&self, request: &[u8]) -> Reply {
        read::trace_call(request, &self.chain, |root| State::new(*self.host(), root))
    }

    /// See [`read::simulate`].
    pub fn simulate(&self, request: &[u8]) -> Reply {
        read::simulate(request, &self.chain, *self.host())
    }

    /// Reads of the head's state use what is loaded; others open the state at their root.
    fn at<T, E>(&mut self, root: B256, work: impl FnOnce(&mut State<H>) -> Result<T, E>) -> Result<T, E> {
        if self.building.is_none() && root == self.head.root() {
            return work(&mut self.head);
        }
        work(&mut State::new(*self.host(), root))
    }
}

fn fields_of(decoded: &Decoded) -> Vec<u8> {
    let tx = &decoded.envelope;
    let mut out = Vec::new();
    decoded.kind().encode(&mut out);
    match tx.chain_id() {
        Some(id) => id.encode(&mut out),
        None => Bytes::new().encode(&mut out),
    }
    tx.nonce().encode(&mut out);
    match tx.to() {
        Some(to) => to.encode(&mut out),
        None => Bytes::new().encode(&mut out),
    }
    tx.value().encode(&mut out);
    tx.gas_limit().encode(&mut out);
    tx.max_fee_per_gas().encode(&mut out);
    tx.max_priority_fee_per_gas().unwrap_or_else(|| tx.max_fee_per_gas()).encode(&mut out);
    tx.input().encode(&mut out);
    tx.access_list().cloned().unwrap_or_default().encode(&mut out);
    tx.authorization_list().unwrap_or_default().to_vec().encode(&mut out);
    let signature = tx.signature();
    let parity = u128::from(signature.v());
    let v = match (tx.is_legacy(), tx.chain_id()) {
        (false, _) => parity,
        (true, None) => 27 + parity,
        (true, Some(id)) => 35 + 2 * u128::from(id) + parity,
    };
    v.encode(&mut out);
    signature.r().encode(&mut out);
    signature.s().encode(&mut out);
    signature.v().encode(&mut out);
    decoded.hash.encode(&mut out);
    out
}

fn no_block() -> Refusal {
    Refusal::input("no block was begun")
}

#[cfg(test)]
#[path = "engine_tests.rs"]
#[allow(clippy::unwrap_used)]
mod tests;
