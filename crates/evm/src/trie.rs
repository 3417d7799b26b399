//! A sparse Merkle Patricia trie (yellow paper, appendix D) over keys of 32 bytes, such as hashed addresses and slots.
//!
//! Nodes are fetched by hash when a path first needs them, changed in memory, and hashed once a [`Trie::commit`], which
//! hands out only what changed. Every loaded node stays, with the reference its parent holds to it, so that a commit
//! encodes the changed paths alone.
//!
//! A node does not hold the part of the path it covers but a whole key of 32 bytes and the depth at which it lies.
//! Splitting and collapsing then move nodes without rewriting paths.

mod change;
mod decode;
mod encode;
mod node;
mod ordered;

use alloy_primitives::{B256, Bytes};
pub use alloy_trie::EMPTY_ROOT_HASH;
use core::fmt;
use node::{Node, Slot, nibble, shared};
pub use ordered::ordered_root;

/// Where nodes lie. The answer is trusted to be the preimage of the hash: it is decoded strictly but not hashed again.
pub trait NodeSource {
    /// The encoded node of this hash, or `None` where there is none.
    fn node(&self, hash: &B256) -> Option<Bytes>;
}

impl<S: NodeSource + ?Sized> NodeSource for &S {
    fn node(&self, hash: &B256) -> Option<Bytes> {
        (**self).node(hash)
    }
}

/// Why a path could not be followed. What was asked for did not happen; the trie stays as it was and may be used on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrieError {
    /// The source has no node of this hash.
    Missing(B256),
    /// The bytes the source gave for this hash are no node that can lie there.
    Malformed(B256),
}

impl fmt::Display for TrieError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(hash) => write!(f, "trie node {hash} is missing"),
            Self::Malformed(hash) => write!(f, "trie node {hash} is malformed"),
        }
    }
}

impl core::error::Error for TrieError {}

/// The trie under one root. Values are not empty: an empty one means that the key is absent.
#[derive(Clone, Debug, Default)]
pub struct Trie {
    /// `None`: the empty trie.
    root: Option<Slot>,
    /// Number of nodes in memory.
    loaded: usize,
    /// Nodes hashed for a proof before their commit.
    pending: Vec<(B256, Vec<u8>)>,
}

impl Trie {
    /// The trie under `root`, of which nothing is loaded; empty for [`EMPTY_ROOT_HASH`].
    pub fn new(root: B256) -> Self {
        Self { root: (root != EMPTY_ROOT_HASH).then(|| Slot::unloaded(root)), ..Self::default() }
    }

    /// The value of `key`, or `None`.
    pub fn get(&mut self, key: &B256, source: &impl NodeSource) -> Result<Option<&[u8]>, TrieError> {
        let Some(mut slot) = self.root.as_mut() else { return Ok(None) };
        let mut depth = 0;
        // Ends: every turn but the last goes at least one of the 64 nibbles deeper.
        loop {
            match slot.load(key, depth, source, &mut self.loaded)? {
                Node::Leaf(leaf) => return Ok((leaf.key() == key).then(|| leaf.value())),
                Node::Extension(extension) => {
                    if shared(extension.key, key) < extension.end {
                        return Ok(None);
                    }
                    depth = extension.end;
                    slot = extension.follow(key, source, &mut self.loaded)?;
                }
                Node::Branch { mask, children } => {
                    let Some(index) = node::index(*mask, nibble(key, depth)) else { return Ok(None) };
                    depth += 1;
                    slot = &mut children[index];
                }
            }
        }
    }

    /// Sets the value of `key`; an empty value removes it.
    pub fn insert(&mut self, key: &B256, value: Vec<u8>, source: &impl NodeSource) -> Result<(), TrieError> {
        if value.is_empty() {
            return self.remove(key, source);
        }
        match &mut self.root {
            Some(root) => change::insert(root, key, 0, &value, source, &mut self.loaded).map(drop),
            root => {
                *root = Some(Slot::leaf(key, &value));
                self.loaded += 1;
                Ok(())
            }
        }
    }

    /// Removes `key`. Nothing happens if it is absent.
    pub fn remove(&mut self, key: &B256, source: &impl NodeSource) -> Result<(), TrieError> {
        let Some(root) = &mut self.root else { return Ok(()) };
        if let Node::Leaf(leaf) = root.load(key, 0, source, &mut self.loaded)? {
            if leaf.key() == key {
                self.root = None;
                self.loaded -= 1;
            }
            return Ok(());
        }
        change::remove(root, key, 0, source, &mut self.loaded).map(drop)
    }

    /// Hashes what changed since the last commit and returns the root. The sink gets each changed node with its hash,
    /// children before parents; nodes below 32 bytes lie inside their parents. Equal nodes at two places come twice.
    pub fn commit(&mut self, sink: &mut impl FnMut(B256, Vec<u8>)) -> B256 {
        for (hash, node) in self.pending.drain(..) {
            sink(hash, node);
        }
        self.root.as_mut().map_or(EMPTY_ROOT_HASH, |root| encode::commit_root(root, sink))
    }

    /// The encoded nodes from the root to `key`, or to where its path ends if it is absent (EIP-1186). Empty for the
    /// empty trie. Nodes inside their parents are not listed. Should there be changes, they are hashed first, and their
    /// nodes handed out by the next commit.
    pub fn proof(&mut self, key: &B256, source: &impl NodeSource) -> Result<Vec<Bytes>, TrieError> {
        let Some(mut slot) = self.root.as_mut() else { return Ok(Vec::new()) };
        encode::commit_root(slot, &mut |hash, node| self.pending.push((hash, node)));
        let (mut proof, mut depth) = (Vec::new(), 0);
        // Ends: every turn but the last goes at least one of the 64 nibbles deeper.
        loop {
            let hashed = slot.hash().is_some();
            let node = slot.load(key, depth, source, &mut self.loaded)?;
            if hashed {
                proof.push(encode::encode(node, depth).into());
            }
            match node {
                Node::Leaf(_) => return Ok(proof),
                Node::Extension(extension) => {
                    if shared(extension.key, key) < extension.end {
                        return Ok(proof);
                    }
                    depth = extension.end;
                    slot = extension.follow(key, source, &mut self.loaded)?;
                }
                Node::Branch { mask, children } => {
                    let Some(index) = node::index(*mask, nibble(key, depth)) else { return Ok(proof) };
                    depth += 1;
                    slot = &mut children[index];
                }
            }
        }
    }

    /// Number of nodes in memory. A trie that has grown large is dropped and opened again by its root.
    pub fn size(&self) -> usize {
        self.loaded
    }
}

#[cfg(test)]
mod tests;
