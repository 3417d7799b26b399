//! Fixed cases; random ones lie in `tests/trie.rs`.

#![allow(clippy::panic, clippy::unwrap_used)]

mod decoding;

use super::*;
use alloy_primitives::keccak256;
use alloy_trie::{HashBuilder, Nibbles};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

#[derive(Default)]
struct Store {
    nodes: HashMap<B256, Vec<u8>>,
    reads: RefCell<Vec<B256>>,
}

impl NodeSource for Store {
    fn node(&self, hash: &B256) -> Option<Bytes> {
        self.reads.borrow_mut().push(*hash);
        self.nodes.get(hash).cloned().map(Bytes::from)
    }
}

impl Store {
    fn commit(&mut self, trie: &mut Trie) -> B256 {
        trie.commit(&mut |hash, node| {
            assert_eq!(keccak256(&node), hash);
            self.nodes.insert(hash, node);
        })
    }
}

fn expected(entries: &BTreeMap<B256, Vec<u8>>) -> B256 {
    let mut builder = HashBuilder::default();
    entries.iter().for_each(|(key, value)| builder.add_leaf(Nibbles::unpack(key), value));
    builder.root()
}

#[test]
fn empty() {
    let store = Store::default();
    let mut trie = Trie::new(EMPTY_ROOT_HASH);
    assert_eq!(trie.get(&B256::ZERO, &store), Ok(None));
    assert_eq!(trie.remove(&B256::ZERO, &store), Ok(()));
    assert_eq!(trie.proof(&B256::ZERO, &store), Ok(vec![]));
    assert_eq!(trie.commit(&mut |_, _| panic!("nothing to hand out")), EMPTY_ROOT_HASH);
    assert_eq!(trie.size(), 0);
}

#[test]
fn many_keys() {
    let (mut store, mut trie, mut entries) = (Store::default(), Trie::new(EMPTY_ROOT_HASH), BTreeMap::new());
    for i in 0..3_000_u32 {
        let (key, value) = (keccak256(i.to_be_bytes()), vec![i as u8 | 1; i as usize % 90 + 1]);
        trie.insert(&key, value.clone(), &store).unwrap();
        entries.insert(key, value);
        if i % 500 == 0 {
            assert_eq!(store.commit(&mut trie), expected(&entries));
        }
    }
    let root = store.commit(&mut trie);
    assert_eq!(root, expected(&entries));
    assert!(store.reads.borrow().is_empty());
    let mut trie = Trie::new(root);
    for i in 0..3_000_u32 {
        let key = keccak256(i.to_be_bytes());
        assert_eq!(trie.get(&key, &store).unwrap(), Some(entries[&key].as_slice()));
    }
    let mut trie = Trie::new(root);
    for i in (0..3_000_u32).rev() {
        let key = keccak256(i.to_be_bytes());
        trie.remove(&key, &store).unwrap();
        entries.remove(&key);
        if i % 250 == 0 {
            assert_eq!(store.commit(&mut trie), expected(&entries));
        }
    }
    assert_eq!(trie.size(), 0);
}

#[test]
fn hands_out_no_unchanged_sibling() {
    let [first, second, third] = [0x10, 0x20, 0x21].map(|byte| {
        let mut key = B256::repeat_byte(0x77);
        key[0] = byte;
        key
    });
    let (mut store, mut trie) = (Store::default(), Trie::new(EMPTY_ROOT_HASH));
    [first, second, third].iter().for_each(|key| trie.insert(key, vec![key[0]; 40], &store).unwrap());
    let root = store.commit(&mut trie);
    assert_eq!(store.nodes.len(), 5, "two branches, three leaves");
    let mut trie = Trie::new(root);
    // The branch of the two others stays, an extension leads to it; then the last leaf alone stays, as the root.
    for (key, size) in [(first, 2), (second, 1)] {
        trie.remove(&key, &store).unwrap();
        let mut handed = 0;
        trie.commit(&mut |_, _| handed += 1);
        assert_eq!((handed, trie.size()), (1, size));
    }
    assert_eq!(trie.get(&third, &store).unwrap(), Some([0x21; 40].as_slice()));
}

#[test]
fn long_values() {
    let (mut store, mut trie, mut entries) = (Store::default(), Trie::new(EMPTY_ROOT_HASH), BTreeMap::new());
    for (byte, length) in [(0x11, 255), (0x12, 256), (0x21, 65_535), (0x22, 65_536)] {
        let (key, value) = (B256::repeat_byte(byte), vec![byte; length]);
        trie.insert(&key, value.clone(), &store).unwrap();
        entries.insert(key, value);
    }
    let root = store.commit(&mut trie);
    assert_eq!(root, expected(&entries));
    let mut trie = Trie::new(root);
    entries.iter().for_each(|(key, value)| assert_eq!(trie.get(key, &store).unwrap(), Some(value.as_slice())));
}
