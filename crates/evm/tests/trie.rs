//! The trie against a sorted map and alloy-trie's hash builder, on random changes over keys that clash.

#![allow(clippy::panic, clippy::unwrap_used)]

use alloy_primitives::{B256, Bytes, keccak256};
use alloy_rlp::Header;
use alloy_trie::{EMPTY_ROOT_HASH, HashBuilder, Nibbles, proof::verify_proof};
use evm::trie::{NodeSource, Trie, TrieError, ordered_root};
use proptest::{collection::vec, prelude::*, sample::select};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};

type Nodes = HashMap<B256, Vec<u8>>;
type Entries = BTreeMap<B256, Vec<u8>>;

/// All nodes; of those not granted, one read fails when `failing` comes to it.
#[derive(Default)]
struct Store {
    nodes: Nodes,
    failing: bool,
    granted: RefCell<BTreeSet<B256>>,
    reads: Cell<usize>,
}

impl NodeSource for Store {
    fn node(&self, hash: &B256) -> Option<Bytes> {
        self.reads.set(self.reads.get() + 1);
        if self.failing && self.granted.borrow_mut().insert(*hash) {
            return None;
        }
        self.nodes.get(hash).cloned().map(Bytes::from)
    }
}

#[derive(Clone, Debug)]
enum Step {
    Insert(B256, Vec<u8>),
    Remove(B256),
    Get(B256),
    Proof(B256),
    Commit,
    Reopen,
}

/// Keys that share long prefixes: at each of a few depths, one of two nibbles; the rest of the key is alike.
fn key() -> impl Strategy<Value = B256> {
    let depth = select(vec![0_usize, 1, 2, 7, 30, 31, 59, 60, 61, 62, 63]);
    vec((depth, select(vec![0_u8, 1, 8, 15])), 0..4).prop_map(|changes| {
        let mut key = B256::repeat_byte(0x33);
        for (depth, nibble) in changes {
            let (byte, shift) = (&mut key[depth / 2], 4 * (1 - depth % 2));
            *byte = *byte & !(15 << shift) | nibble << shift;
        }
        key
    })
}

/// Lengths on both sides of what lies inside a parent, and on both sides of the long form of a string.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let length = prop_oneof![4 => 0_usize..4, 2 => 20_usize..34, 1 => 50_usize..60, 1 => select(vec![200_usize, 300])];
    (any::<u8>(), length).prop_map(|(byte, length)| vec![byte; length])
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (key(), value()).prop_map(|(key, value)| Step::Insert(key, value)),
        6 => key().prop_map(Step::Remove),
        3 => key().prop_map(Step::Get),
        2 => key().prop_map(Step::Proof),
        1 => Just(Step::Commit),
        1 => Just(Step::Reopen),
    ]
}

/// The root that alloy-trie gives to these entries.
fn root(entries: &Entries) -> B256 {
    let mut builder = HashBuilder::default();
    entries.iter().for_each(|(key, value)| builder.add_leaf(Nibbles::unpack(key), value));
    builder.root()
}

/// The hashes of all nodes under a root.
fn reachable(root: B256, nodes: &Nodes) -> BTreeSet<B256> {
    fn visit(mut item: &[u8], nodes: &Nodes, found: &mut BTreeSet<B256>) {
        let header = Header::decode(&mut item).unwrap();
        if !header.list {
            if let Ok(hash) = B256::try_from(item) {
                found.insert(hash);
                visit(&nodes[&hash], nodes, found);
            }
            return;
        }
        let mut items = Vec::new();
        while !item.is_empty() {
            let mut after = item;
            let header = Header::decode(&mut after).unwrap();
            let length = item.len() - after.len() + header.payload_length;
            items.push(&item[..length]);
            item = &item[length..];
        }
        let children = if items.len() == 17 { &items[..16] } else { &items[1..] };
        let leaf = items.len() == 2 && {
            let path = Header::decode_bytes(&mut &items[0][..], false).unwrap();
            path[0] & 0x20 != 0
        };
        if !leaf {
            children.iter().for_each(|child| visit(child, nodes, found));
        }
    }
    let mut found = BTreeSet::new();
    if root != EMPTY_ROOT_HASH {
        found.insert(root);
        visit(&nodes[&root], nodes, &mut found);
    }
    found
}

/// Applies a change, again and again while reads fail; after each failure the trie must be as it was.
fn change(trie: &mut Trie, store: &Store, mut act: impl FnMut(&mut Trie, &Store) -> Result<(), TrieError>) {
    // Ends: each failure grants one more of the nodes, of which there are finitely many.
    while let Err(error) = act(trie, store) {
        assert!(store.failing, "{error}");
        assert!(matches!(error, TrieError::Missing(hash) if store.granted.borrow().contains(&hash)));
    }
}

struct Run {
    trie: Trie,
    store: Store,
    entries: Entries,
    /// The root of the last commit, and its nodes.
    committed: (B256, BTreeSet<B256>),
    /// Whether a proof hashed changes that later changes may have undone.
    proved: bool,
}

impl Run {
    fn new(failing: bool) -> Self {
        let committed = (EMPTY_ROOT_HASH, BTreeSet::new());
        let store = Store { failing, ..Store::default() };
        Self { trie: Trie::new(EMPTY_ROOT_HASH), store, entries: Entries::new(), committed, proved: false }
    }

    fn commit(&mut self) {
        let mut handed = Nodes::new();
        let root = self.trie.commit(&mut |hash, node| {
            assert_eq!(keccak256(&node), hash);
            handed.insert(hash, node);
        });
        assert_eq!(root, self::root(&self.entries));
        let hashes: BTreeSet<_> = handed.keys().copied().collect();
        self.store.nodes.extend(handed);
        let nodes = reachable(root, &self.store.nodes);
        assert!(nodes.difference(&self.committed.1).all(|hash| hashes.contains(hash)), "a new node was kept back");
        assert!(self.proved || hashes.is_subset(&nodes), "a node that is not of this root was handed out");
        assert_eq!(self.trie.commit(&mut |_, _| panic!("handed out again")), root);
        self.committed = (root, nodes);
        self.proved = false;
    }

    fn step(&mut self, step: Step) {
        let Self { trie, store, entries, .. } = self;
        match step {
            Step::Insert(key, value) => {
                change(trie, store, |trie, store| trie.insert(&key, value.clone(), store));
                if value.is_empty() {
                    entries.remove(&key)
                } else {
                    entries.insert(key, value)
                };
            }
            Step::Remove(key) => {
                change(trie, store, |trie, store| trie.remove(&key, store));
                entries.remove(&key);
            }
            Step::Get(key) => {
                change(trie, store, |trie, store| trie.get(&key, store).map(drop));
                assert_eq!(trie.get(&key, store).unwrap(), entries.get(&key).map(Vec::as_slice));
            }
            Step::Proof(key) => {
                change(trie, store, |trie, store| trie.proof(&key, store).map(drop));
                let proof = trie.proof(&key, store).unwrap();
                let value = entries.get(&key).cloned();
                verify_proof(root(entries), Nibbles::unpack(key), value, &proof).unwrap();
                self.proved = true;
            }
            Step::Commit => self.commit(),
            Step::Reopen => {
                self.commit();
                self.trie = Trie::new(self.committed.0);
                self.store.granted.get_mut().clear();
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Every change, read and proof is right, also where siblings are not loaded and where reads fail half-way.
    #[test]
    fn follows_the_map(steps in vec(step(), 1..80), failing: bool) {
        let mut run = Run::new(failing);
        steps.into_iter().for_each(|step| run.step(step));
        run.commit();
        // What is loaded is what the counter says, and gone when everything is removed.
        let keys: Vec<_> = run.entries.keys().copied().collect();
        keys.into_iter().for_each(|key| run.step(Step::Remove(key)));
        run.commit();
        prop_assert_eq!(run.committed.0, EMPTY_ROOT_HASH);
        prop_assert_eq!(run.trie.size(), 0);
    }

    /// A change that sets what is already there changes nothing, and one change hands out one path.
    #[test]
    fn hands_out_little(entries in vec((key(), value()), 1..60), changed in key()) {
        let mut run = Run::new(false);
        entries.iter().for_each(|(key, value)| run.step(Step::Insert(*key, value.clone())));
        run.step(Step::Reopen);
        for (key, value) in run.entries.clone() {
            run.trie.insert(&key, value, &run.store).unwrap();
        }
        prop_assert_eq!(run.trie.commit(&mut |_, _| panic!("nothing changed")), run.committed.0);
        run.step(Step::Remove(changed));
        run.commit();
        run.trie.insert(&changed, vec![7; 40], &run.store).unwrap();
        let mut handed = 0;
        run.trie.commit(&mut |_, _| handed += 1);
        // The path of the key, and the node that it may have pushed aside.
        let path = run.trie.proof(&changed, &run.store).unwrap().len();
        prop_assert!(handed == path || handed == path + 1, "{} for {}", handed, path);
    }

    /// Nodes that were changed on the disk are refused or read as they stand; nothing panics.
    #[test]
    fn endures_damage(
        entries in vec((key(), value()), 1..60),
        damage in vec((any::<prop::sample::Index>(), 0_u8..6, any::<prop::sample::Index>(), any::<u8>()), 1..6),
        steps in vec(step(), 1..60),
    ) {
        let mut run = Run::new(false);
        entries.into_iter().for_each(|(key, value)| run.step(Step::Insert(key, value)));
        run.commit();
        let mut hashes: Vec<_> = run.store.nodes.keys().copied().collect();
        hashes.sort();
        for (node, kind, at, byte) in damage {
            if hashes.is_empty() {
                break;
            }
            let other = run.store.nodes[at.get(&hashes)].clone();
            let node = run.store.nodes.get_mut(node.get(&hashes)).unwrap();
            match kind {
                _ if node.is_empty() => node.push(byte),
                0 => node.truncate(at.index(node.len())),
                1 => node.push(byte),
                2 => node.insert(at.index(node.len()), byte),
                3 => drop(node.remove(at.index(node.len()))),
                4 => *node = other,
                _ => {
                    let at = at.index(node.len());
                    node[at] ^= byte;
                }
            }
        }
        let (mut trie, mut store) = (Trie::new(run.committed.0), run.store);
        for step in steps {
            let result = match step {
                Step::Insert(key, value) => trie.insert(&key, value, &store),
                Step::Remove(key) => trie.remove(&key, &store),
                Step::Get(key) => trie.get(&key, &store).map(drop),
                Step::Proof(key) => trie.proof(&key, &store).map(drop),
                Step::Commit | Step::Reopen => {
                    let mut handed = Nodes::new();
                    trie.commit(&mut |hash, node| drop(handed.insert(hash, node)));
                    store.nodes.extend(handed);
                    Ok(())
                }
            };
            if let Err(TrieError::Malformed(hash)) = result {
                prop_assert!(store.nodes.contains_key(&hash));
            }
        }
    }

    /// Any bytes at all at any depth.
    #[test]
    fn endures_any_bytes(bytes in vec(prop_oneof![any::<u8>(), select(vec![0x80_u8, 0xa0, 0xc0, 0xc1, 0xd0, 0xf8])], 0..80)) {
        let hash = keccak256(&bytes);
        let store = Store { nodes: [(hash, bytes)].into(), ..Store::default() };
        for key in [B256::ZERO, B256::repeat_byte(0xff)] {
            let mut trie = Trie::new(hash);
            let _ = trie.get(&key, &store);
            let _ = trie.insert(&key, vec![1], &store);
            let _ = trie.remove(&key, &store);
            trie.commit(&mut |_, _| {});
        }
    }

    /// Lists of every length around the borders of their positions' encoding.
    #[test]
    fn roots_of_lists(
        length in prop_oneof![0_usize..20, 120_usize..140, 250_usize..260, 300_usize..700],
        sizes in vec(prop_oneof![0_usize..3, 20_usize..40, 100_usize..300], 1..10),
    ) {
        let items: Vec<_> = (0..length).map(|i| vec![i as u8; sizes[i % sizes.len()]]).collect();
        let expected = alloy_trie::root::ordered_trie_root_encoded(&items);
        prop_assert_eq!(ordered_root(items.iter()), expected);
    }
}
