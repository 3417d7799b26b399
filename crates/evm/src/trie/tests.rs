//! Fixed cases; random ones lie in `tests/trie.rs`.

#![allow(clippy::panic, clippy::unwrap_used)]

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
