//! A host that also has what a simulation adds to its chain.

use alloy_primitives::{B256, Bytes, map::HashMap};
use core::cell::RefCell;

use crate::{host::Host, read::at::At, state::Change};

/// The base block's chain, and the simulated blocks on it.
#[derive(Debug)]
pub(super) struct Fork<H> {
    host: H,
    /// Of the base block.
    number: u64,
    parent_hash: B256,
    added: RefCell<Added>,
}

#[derive(Debug, Default)]
struct Added {
    nodes: HashMap<B256, Bytes>,
    codes: HashMap<B256, Bytes>,
    /// Of the base block and those on it.
    blocks: HashMap<u64, B256>,
}

impl<H> Fork<H> {
    pub(super) fn new(host: H, at: &At) -> Self {
        let fork = Self { host, number: at.number, parent_hash: at.parent_hash, added: RefCell::default() };
        fork.add(at.number, at.hash);
        fork
    }

    /// A block of the fork.
    pub(super) fn add(&self, number: u64, hash: B256) {
        self.added.borrow_mut().blocks.insert(number, hash);
    }

    /// What a block adds to the state.
    pub(super) fn keep(&self, change: Change) {
        let mut added = self.added.borrow_mut();
        added.nodes.extend(change.nodes.into_iter().map(|(hash, node)| (hash, node.into())));
        added.codes.extend(change.codes);
    }
}

impl<H: Host> Host for Fork<H> {
    fn node(&self, hash: &B256) -> Option<Bytes> {
        self.added.borrow().nodes.get(hash).cloned().or_else(|| self.host.node(hash))
    }

    fn code(&self, hash: &B256) -> Option<Bytes> {
        self.added.borrow().codes.get(hash).cloned().or_else(|| self.host.code(hash))
    }

    fn block_hash(&self, number: u64) -> Option<B256> {
        if number >= self.number {
            self.added.borrow().blocks.get(&number).copied()
        } else if number + 1 == self.number {
            Some(self.parent_hash)
        } else {
            self.host.block_hash(number)
        }
    }

    fn ecrecover(&self, digest: &B256, signature: &[u8; 64], recovery_id: u8) -> Option<[u8; 64]> {
        self.host.ecrecover(digest, signature, recovery_id)
    }

    fn now(&self) -> f64 {
        self.host.now()
    }
}
