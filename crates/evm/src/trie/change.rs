//! Inserting and removing. Whatever has to be fetched is fetched before the first change, so that an error leaves the
//! trie as it was. Recursion ends after 64 nibbles: a decoded node never lies deeper.

use super::node::{Extension, Node, Reference, Slot, index, nibble, position, set_nibble, shared};
use super::{NodeSource, TrieError};
use alloy_primitives::B256;

/// Sets the value of `key` below `slot`. Whether anything changed.
pub(super) fn insert(
    slot: &mut Slot,
    key: &B256,
    depth: usize,
    value: &[u8],
    source: &impl NodeSource,
    loaded: &mut usize,
) -> Result<bool, TrieError> {
    let fork = match slot.load(key, depth, source, loaded)? {
        Node::Leaf(leaf) if leaf.key() == key => {
            let changed = leaf.set(value);
            return Ok(touch(slot, changed));
        }
        Node::Leaf(leaf) => shared(leaf.key(), key),
        Node::Extension(extension) => {
            let fork = shared(extension.key, key);
            if fork >= extension.end {
                let end = extension.end;
                let changed = insert(extension.follow(key, source, loaded)?, key, end, value, source, loaded)?;
                return Ok(touch(slot, changed));
            }
            fork
        }
        Node::Branch { mask, children } => {
            let nibble = nibble(key, depth);
            let changed = if let Some(index) = index(*mask, nibble) {
                insert(&mut children[index], key, depth + 1, value, source, loaded)?
            } else {
                let mut grown = Vec::from(core::mem::take(children));
                grown.reserve_exact(1);
                grown.insert(position(*mask, nibble), Slot::leaf(key, value));
                *children = grown.into();
                *mask |= 1 << nibble;
                *loaded += 1;
                true
            };
            return Ok(touch(slot, changed));
        }
    };
    split(slot, key, depth, fork, Slot::leaf(key, value), loaded);
    Ok(true)
}

/// Puts a branch at depth `fork`, where `key` leaves the path of the leaf or extension in `slot`.
fn split(slot: &mut Slot, key: &B256, depth: usize, fork: usize, leaf: Slot, loaded: &mut usize) {
    *loaded += 2;
    let (other, rest) = match slot.node.take() {
        Some(Node::Extension(extension)) => {
            let other = nibble(&extension.key, fork);
            if extension.end == fork + 1 {
                *loaded -= 1;
                (other, extension.child)
            } else {
                (other, Slot::changed(Node::Extension(extension)))
            }
        }
        Some(Node::Leaf(leaf)) => (nibble(&B256::from_slice(leaf.key()), fork), Slot::changed(Node::Leaf(leaf))),
        node => {
            // Never so: only leaves and extensions have a path of their own to leave.
            slot.node = node;
            return;
        }
    };
    let own = nibble(key, fork);
    let children = if own < other { [leaf, rest] } else { [rest, leaf] };
    let branch = Slot::changed(Node::Branch { mask: 1 << own | 1 << other, children: Box::new(children) });
    *slot = if fork > depth {
        *loaded += 1;
        Slot::changed(Node::Extension(Box::new(Extension { key: *key, end: fork, child: branch })))
    } else {
        branch
    };
}

/// Removes `key` below `slot`, which holds a branch or an extension. Whether anything changed.
pub(super) fn remove(
    slot: &mut Slot,
    key: &B256,
    depth: usize,
    source: &impl NodeSource,
    loaded: &mut usize,
) -> Result<bool, TrieError> {
    let collapsed = match slot.load(key, depth, source, loaded)? {
        Node::Leaf(_) => return Ok(false),
        Node::Extension(extension) => {
            let end = extension.end;
            if shared(extension.key, key) < end
                || !remove(extension.follow(key, source, loaded)?, key, end, source, loaded)?
            {
                return Ok(false);
            }
            match extension.child.node {
                Some(Node::Branch { .. }) => None,
                // A leaf or an extension takes the place of the one that led to it: it knows its whole key.
                _ => {
                    *loaded -= 1;
                    extension.child.node.take()
                }
            }
        }
        Node::Branch { mask, children } => {
            let nibble = nibble(key, depth);
            let Some(index) = index(*mask, nibble) else { return Ok(false) };
            let more = children.len() > 2;
            match children[index].load(key, depth + 1, source, loaded)? {
                Node::Leaf(leaf) if leaf.key() != key => return Ok(false),
                Node::Leaf(_) if more => {
                    let mut rest = Vec::from(core::mem::take(children));
                    rest.remove(index);
                    *children = rest.into();
                    *mask &= !(1 << nibble);
                    *loaded -= 1;
                    None
                }
                Node::Leaf(_) => {
                    let sibling = &mut children[1 - index];
                    let mut key = *key;
                    set_nibble(&mut key, depth, (*mask & !(1 << nibble)).trailing_zeros() as u8);
                    sibling.load(&key, depth + 1, source, loaded)?;
                    *loaded -= 2;
                    match sibling.node.take() {
                        branch @ Some(Node::Branch { .. }) => {
                            *loaded += 1;
                            let child = Slot { reference: sibling.reference, node: branch };
                            Some(Node::Extension(Box::new(Extension { key, end: depth + 1, child })))
                        }
                        node => node,
                    }
                }
                _ => {
                    if !remove(&mut children[index], key, depth + 1, source, loaded)? {
                        return Ok(false);
                    }
                    None
                }
            }
        }
    };
    if collapsed.is_some() {
        slot.node = collapsed;
    }
    Ok(touch(slot, true))
}

/// Marks the slot's node as changed if it is.
#[inline]
fn touch(slot: &mut Slot, changed: bool) -> bool {
    if changed {
        slot.reference = Reference::Changed;
    }
    changed
}
