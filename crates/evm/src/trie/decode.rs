//! Decoding of nodes. Only what this trie itself would have encoded at that depth is accepted.

use super::node::{Extension, Leaf, Node, Reference, Slot, set_nibble};
use super::{NodeSource, TrieError};
use alloy_primitives::B256;
use alloy_rlp::{EMPTY_LIST_CODE, EMPTY_STRING_CODE, Header};

/// Fetches and decodes the node of a reference, which has to be a branch if it lies `under_extension`.
#[cold]
pub(super) fn fetch(
    reference: &Reference,
    key: &B256,
    depth: usize,
    under_extension: bool,
    source: &impl NodeSource,
    loaded: &mut usize,
) -> Result<Node, TrieError> {
    let Reference::Hash(hash) = reference else {
        // Never so: changed nodes and those inside their parents are always loaded.
        return Err(TrieError::Malformed(B256::ZERO));
    };
    let bytes = source.node(hash).ok_or(TrieError::Missing(*hash))?;
    let mut count = 0;
    match decode(&bytes, key, depth, &mut count) {
        // Below the root, a shorter node lies inside its parent.
        Some(node) if (bytes.len() >= 32 || depth == 0) && (node.is_branch() || !under_extension) => {
            *loaded += count;
            Ok(node)
        }
        _ => Err(TrieError::Malformed(*hash)),
    }
}

/// The node that these bytes encode at this depth under the first `depth` nibbles of `key`, with those inside it.
fn decode(mut bytes: &[u8], key: &B256, depth: usize, count: &mut usize) -> Option<Node> {
    *count += 1;
    let mut payload = Header::decode_bytes(&mut bytes, true).ok()?;
    if !bytes.is_empty() {
        return None;
    }
    let mut rest = payload;
    skip(&mut rest)?;
    skip(&mut rest)?;
    if !rest.is_empty() {
        return branch(payload, key, depth, count);
    }
    let path = Header::decode_bytes(&mut payload, false).ok()?;
    let (&first, path) = path.split_first()?;
    let odd = first & 0x10 != 0;
    if first & 0xc0 != 0 || (!odd && first & 0x0f != 0) {
        return None;
    }
    let end = depth + 2 * path.len() + usize::from(odd);
    if end > 64 {
        return None;
    }
    let mut key = *key;
    if odd {
        set_nibble(&mut key, depth, first & 15);
    }
    if first & 0x20 != 0 {
        let value = Header::decode_bytes(&mut payload, false).ok()?;
        if end < 64 || value.is_empty() || !payload.is_empty() {
            return None;
        }
        key[32 - path.len()..].copy_from_slice(path);
        return Some(Node::Leaf(Leaf::new(&key, value)));
    }
    for (at, byte) in path.iter().enumerate() {
        let at = depth + usize::from(odd) + 2 * at;
        set_nibble(&mut key, at, byte >> 4);
        set_nibble(&mut key, at + 1, byte & 15);
    }
    if end == depth || end == 64 {
        return None;
    }
    let child = item(&mut payload, &key, end, count)?;
    if !payload.is_empty() {
        return None;
    }
    let branch = child.node.as_ref().is_none_or(Node::is_branch);
    branch.then(|| Node::Extension(Box::new(Extension { key, end, child })))
}

/// A branch of this payload. It holds at least two children and, as all keys are of one length, no value.
fn branch(mut payload: &[u8], key: &B256, depth: usize, count: &mut usize) -> Option<Node> {
    if depth >= 64 {
        return None;
    }
    let (mut key, mut mask) = (*key, 0_u16);
    // Sixteen short items at least: a wrong guess costs one allocation.
    let mut children = Vec::with_capacity(payload.len().saturating_sub(17) / 32);
    for nibble in 0..16 {
        if payload.first() == Some(&EMPTY_STRING_CODE) {
            payload = &payload[1..];
            continue;
        }
        set_nibble(&mut key, depth, nibble);
        children.push(item(&mut payload, &key, depth + 1, count)?);
        mask |= 1 << nibble;
    }
    (payload == [EMPTY_STRING_CODE] && children.len() >= 2)
        .then(|| Node::Branch { mask, children: children.into_boxed_slice() })
}

/// A child named by the next item: by its hash, or the node itself if it is shorter than a hash.
fn item(payload: &mut &[u8], key: &B256, depth: usize, count: &mut usize) -> Option<Slot> {
    let first = *payload.first()?;
    if first == EMPTY_STRING_CODE + 32 {
        let (hash, rest) = payload[1..].split_first_chunk()?;
        *payload = rest;
        return Some(Slot::unloaded(B256::new(*hash)));
    }
    // A list of at most 31 bytes, its header of one byte included. Each level takes at least that: recursion ends.
    let length = usize::from(first.checked_sub(EMPTY_LIST_CODE)?) + 1;
    if length > 31 {
        return None;
    }
    let (encoded, rest) = payload.split_at_checked(length)?;
    *payload = rest;
    let node = decode(encoded, key, depth, count)?;
    Some(Slot { reference: Reference::inline(encoded), node: Some(node) })
}

/// Steps over one item.
fn skip(rest: &mut &[u8]) -> Option<()> {
    let header = Header::decode(rest).ok()?;
    *rest = rest.get(header.payload_length..)?;
    Some(())
}
