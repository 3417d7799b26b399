//! Nodes in memory, and the slots of their parents in which they lie.

use super::{NodeSource, TrieError, decode};
use alloy_primitives::B256;

/// How a parent names a node.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reference {
    /// The node changed since the last commit.
    Changed,
    Hash(B256),
    /// A node of less than 32 bytes, kept inside its parent as it is encoded.
    Inline {
        length: u8,
        bytes: [u8; 31],
    },
}

/// A place for a node: in a branch, under an extension, or the root. A changed node is always loaded.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) reference: Reference,
    /// `None`: not loaded yet.
    pub(super) node: Option<Node>,
}

#[derive(Clone, Debug)]
pub(super) enum Node {
    Leaf(Leaf),
    Extension(Box<Extension>),
    /// `mask` has a bit for each nibble with a child; `children` are in the order of nibbles, at least two.
    Branch {
        mask: u16,
        children: Box<[Slot]>,
    },
}

/// The whole key of 32 bytes, then the value, in one allocation.
#[derive(Clone, Debug)]
pub(super) struct Leaf(Box<[u8]>);

/// Leads from its own depth to the branch at depth `end`. Only the first `end` nibbles of `key` mean something.
#[derive(Clone, Debug)]
pub(super) struct Extension {
    pub(super) key: B256,
    pub(super) end: usize,
    pub(super) child: Slot,
}

impl Leaf {
    pub(super) fn new(key: &B256, value: &[u8]) -> Self {
        Self([key.as_slice(), value].concat().into())
    }

    pub(super) fn key(&self) -> &[u8] {
        &self.0[..32]
    }

    pub(super) fn value(&self) -> &[u8] {
        &self.0[32..]
    }

    /// Whether the value is another one than before.
    pub(super) fn set(&mut self, value: &[u8]) -> bool {
        let current = &mut self.0[32..];
        if current == value {
            return false;
        }
        if current.len() == value.len() {
            current.copy_from_slice(value);
        } else {
            self.0 = [self.key(), value].concat().into();
        }
        true
    }
}

impl Node {
    pub(super) fn is_branch(&self) -> bool {
        matches!(self, Self::Branch { .. })
    }
}

impl Extension {
    /// The slot of the branch it leads to, fetched if it was not loaded; `key` is any key whose path leads there.
    #[inline]
    pub(super) fn follow(
        &mut self,
        key: &B256,
        source: &impl NodeSource,
        loaded: &mut usize,
    ) -> Result<&mut Slot, TrieError> {
        if self.child.node.is_none() {
            self.child.node = Some(decode::fetch(&self.child.reference, key, self.end, true, source, loaded)?);
        }
        Ok(&mut self.child)
    }
}

impl Reference {
    /// The reference to a node of less than 32 bytes.
    pub(super) fn inline(encoded: &[u8]) -> Self {
        let mut bytes = [0; 31];
        bytes[..encoded.len()].copy_from_slice(encoded);
        Self::Inline { length: encoded.len() as u8, bytes }
    }
}

impl Slot {
    pub(super) fn unloaded(hash: B256) -> Self {
        Self { reference: Reference::Hash(hash), node: None }
    }

    pub(super) fn changed(node: Node) -> Self {
        Self { reference: Reference::Changed, node: Some(node) }
    }

    pub(super) fn leaf(key: &B256, value: &[u8]) -> Self {
        Self::changed(Node::Leaf(Leaf::new(key, value)))
    }

    pub(super) fn hash(&self) -> Option<&B256> {
        match &self.reference {
            Reference::Hash(hash) => Some(hash),
            _ => None,
        }
    }

    /// The node, fetched if it was not loaded; `key` is any key whose path leads to this slot at this depth.
    #[inline]
    pub(super) fn load(
        &mut self,
        key: &B256,
        depth: usize,
        source: &impl NodeSource,
        loaded: &mut usize,
    ) -> Result<&mut Node, TrieError> {
        match &mut self.node {
            Some(node) => Ok(node),
            none => Ok(none.insert(decode::fetch(&self.reference, key, depth, false, source, loaded)?)),
        }
    }
}

/// The nibble of `key` at this depth, below 64.
#[inline]
pub(super) fn nibble(key: &B256, depth: usize) -> u8 {
    let byte = key[depth / 2];
    if depth.is_multiple_of(2) { byte >> 4 } else { byte & 15 }
}

/// Changes the nibble of `key` at this depth, below 64.
pub(super) fn set_nibble(key: &mut B256, depth: usize, nibble: u8) {
    let byte = &mut key[depth / 2];
    *byte = if depth.is_multiple_of(2) { (*byte & 15) | (nibble << 4) } else { (*byte & 0xf0) | nibble };
}

/// How many nibbles the two keys begin with in common.
pub(super) fn shared(one: impl AsRef<[u8]>, other: &B256) -> usize {
    let differ = one.as_ref().iter().zip(other).position(|(a, b)| a != b);
    differ.map_or(64, |at| 2 * at + usize::from((one.as_ref()[at] ^ other[at]) < 16))
}

/// Where in a branch's children the one of this nibble lies, if there is one.
#[inline]
pub(super) fn index(mask: u16, nibble: u8) -> Option<usize> {
    (mask >> nibble & 1 == 1).then(|| position(mask, nibble))
}

/// How many children lie before this nibble.
#[inline]
pub(super) fn position(mask: u16, nibble: u8) -> usize {
    (mask & ((1 << nibble) - 1)).count_ones() as usize
}
