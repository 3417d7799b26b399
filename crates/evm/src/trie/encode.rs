//! Encoding and hashing of changed nodes (yellow paper, appendix D: c and n).

use super::node::{Node, Reference, Slot, nibble};
use alloy_primitives::{B256, keccak256};
use alloy_rlp::{EMPTY_STRING_CODE, Encodable, Header};

/// Gives the root slot its hash; a root is hashed however short it is.
pub(super) fn commit_root(root: &mut Slot, sink: &mut impl FnMut(B256, Vec<u8>)) -> B256 {
    if let Some(hash) = root.hash() {
        return *hash;
    }
    let encoded = commit_node(root, 0, sink);
    let hash = keccak256(&encoded);
    sink(hash, encoded);
    root.reference = Reference::Hash(hash);
    hash
}

/// Gives every changed slot from here down its reference.
fn commit(slot: &mut Slot, depth: usize, sink: &mut impl FnMut(B256, Vec<u8>)) {
    if !matches!(slot.reference, Reference::Changed) {
        return;
    }
    let encoded = commit_node(slot, depth, sink);
    slot.reference = if encoded.len() < 32 {
        Reference::inline(&encoded)
    } else {
        let hash = keccak256(&encoded);
        sink(hash, encoded);
        Reference::Hash(hash)
    };
}

/// Commits what lies below the slot's node, and encodes the node.
fn commit_node(slot: &mut Slot, depth: usize, sink: &mut impl FnMut(B256, Vec<u8>)) -> Vec<u8> {
    // Never absent: a changed node is always loaded.
    let Some(node) = &mut slot.node else { return Vec::new() };
    match node {
        Node::Leaf(_) => {}
        Node::Extension(extension) => commit(&mut extension.child, extension.end, sink),
        Node::Branch { children, .. } => children.iter_mut().for_each(|child| commit(child, depth + 1, sink)),
    }
    encode(node, depth)
}

/// The encoding of a node at this depth, whose children have their references.
pub(super) fn encode(node: &Node, depth: usize) -> Vec<u8> {
    match node {
        Node::Leaf(leaf) => {
            // Both ends of the path are known: it takes the key's last bytes, with half a byte before them if odd.
            let rest = &leaf.key()[depth.div_ceil(2)..];
            let first = if depth.is_multiple_of(2) { 0x20 } else { 0x30 | leaf.key()[depth / 2] & 15 };
            let mut out = list(path_length(1 + rest.len()) + leaf.value().length());
            path(first, rest, &mut out);
            leaf.value().encode(&mut out);
            out
        }
        Node::Extension(extension) => {
            let (start, end) = (depth + (extension.end - depth) % 2, extension.end);
            let first = if start > depth { 0x10 | nibble(&extension.key, depth) } else { 0 };
            let mut rest = [0; 32];
            let length = (end - start) / 2;
            for (at, byte) in rest[..length].iter_mut().enumerate() {
                let at = start + 2 * at;
                *byte = nibble(&extension.key, at) << 4 | nibble(&extension.key, at + 1);
            }
            let mut out = list(path_length(1 + length) + extension.child.length());
            path(first, &rest[..length], &mut out);
            extension.child.write(&mut out);
            out
        }
        Node::Branch { mask, children } => {
            let absent = 17 - children.len();
            let mut out = list(absent + children.iter().map(Slot::length).sum::<usize>());
            let mut children = children.iter();
            for nibble in 0..16 {
                match (mask >> nibble & 1 == 1).then(|| children.next()).flatten() {
                    Some(child) => child.write(&mut out),
                    None => out.push(EMPTY_STRING_CODE),
                }
            }
            out.push(EMPTY_STRING_CODE);
            out
        }
    }
}

/// A buffer of the right size that begins with the header of a list of `payload_length` bytes.
fn list(payload_length: usize) -> Vec<u8> {
    let header = Header { list: true, payload_length };
    let mut out = Vec::with_capacity(header.length_with_payload());
    header.encode(&mut out);
    out
}

/// Length of a compact path of this many bytes as an RLP string: one byte is below 0x80 and stands for itself.
fn path_length(bytes: usize) -> usize {
    if bytes == 1 { 1 } else { 1 + bytes }
}

/// Writes a compact path (at most 33 bytes) as an RLP string.
fn path(first: u8, rest: &[u8], out: &mut Vec<u8>) {
    if !rest.is_empty() {
        out.push(EMPTY_STRING_CODE + 1 + rest.len() as u8);
    }
    out.push(first);
    out.extend_from_slice(rest);
}

impl Slot {
    /// Length of the reference as an item of the parent.
    fn length(&self) -> usize {
        match &self.reference {
            Reference::Changed => 0,
            Reference::Hash(_) => 33,
            Reference::Inline { length, .. } => usize::from(*length),
        }
    }

    /// Writes the reference as an item of the parent.
    fn write(&self, out: &mut Vec<u8>) {
        match &self.reference {
            Reference::Changed => {}
            Reference::Hash(hash) => {
                out.push(EMPTY_STRING_CODE + 32);
                out.extend_from_slice(hash.as_slice());
            }
            Reference::Inline { length, bytes } => out.extend_from_slice(&bytes[..usize::from(*length)]),
        }
    }
}
