//! Times of the trie on a state of 100,000 accounts, of which blocks change 400 each. Run: `cargo bench --bench trie`.
//! Where a line gives two figures, they are the median and the least of its rounds: the least is what the work takes,
//! the median what it took next to the machine's other load.

#![allow(missing_docs)]

use alloy_primitives::{B256, Bytes, keccak256};
use alloy_trie::{EMPTY_ROOT_HASH, root::ordered_trie_root_encoded};
use evm::trie::{NodeSource, Trie, TrieError, ordered_root};
use std::cell::Cell;
use std::collections::HashMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

const ACCOUNTS: u64 = 100_000;
const CHANGED: u64 = 400;
const BLOCKS: u64 = 50;

#[derive(Default)]
struct Store {
    nodes: HashMap<B256, Bytes>,
    reads: Cell<usize>,
}

impl NodeSource for Store {
    fn node(&self, hash: &B256) -> Option<Bytes> {
        self.reads.set(self.reads.get() + 1);
        self.nodes.get(hash).cloned()
    }
}

fn key(index: u64) -> B256 {
    keccak256(index.to_be_bytes())
}

/// As long as an account: nonce and balance short, two hashes.
fn account(index: u64, block: u64) -> Vec<u8> {
    let mut value = vec![0xf8, 0x4c, 0x80 | block as u8, 0x88];
    value.extend((index << 32 | block).to_be_bytes());
    value.resize(78, 0xa5);
    value
}

/// Accounts that a block changes, scattered evenly.
fn changed(block: u64) -> impl Iterator<Item = u64> {
    (0..CHANGED).map(move |i| (block * CHANGED + i).wrapping_mul(0x9e37_79b9_7f4a_7c15) % ACCOUNTS)
}

fn report(what: &str, total: Duration, times: u64) {
    println!("{what:<58} {:>10.2} us", total.as_secs_f64() * 1e6 / times as f64);
}

/// Median and least of some rounds.
fn rounds(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    println!("{what:<58} {:>10.2} us, least {:.2}", micros(times[times.len() / 2]), micros(times[0]));
}

/// `BLOCKS` blocks on a trie, which may be opened anew for each.
fn blocks(what: &str, store: &mut Store, mut trie: Trie, mut root: B256, reopen: bool) -> Result<(), TrieError> {
    let (mut changing, mut committing, mut hashing, mut nodes) = (Vec::new(), Vec::new(), Vec::new(), 0);
    store.reads.set(0);
    for block in 1..=BLOCKS {
        if reopen {
            trie = Trie::new(root);
        }
        let updates: Vec<_> = changed(block).map(|index| (key(index), account(index, block))).collect();
        let start = Instant::now();
        for (key, value) in updates {
            trie.get(&key, store)?;
            trie.insert(&key, value, store)?;
        }
        changing.push(start.elapsed());
        let mut handed = Vec::new();
        let start = Instant::now();
        root = trie.commit(&mut |hash, node| handed.push((hash, node)));
        committing.push(start.elapsed());
        let start = Instant::now();
        handed.iter().for_each(|(_, node)| {
            black_box(keccak256(node));
        });
        hashing.push(start.elapsed());
        nodes += handed.len() as u64;
        store.nodes.extend(handed.into_iter().map(|(hash, node)| (hash, node.into())));
    }
    let (reads, nodes) = (store.reads.get() as u64 / BLOCKS, nodes / BLOCKS);
    println!("{what}: {reads} reads, {nodes} new nodes a block; {} nodes in memory", trie.size());
    rounds(&format!("    {CHANGED} gets and inserts"), changing);
    rounds("    commit", committing);
    rounds("    the keccak-256 of the same nodes alone", hashing);
    Ok(())
}

fn main() -> Result<(), TrieError> {
    let (mut store, mut trie) = (Store::default(), Trie::new(EMPTY_ROOT_HASH));
    let keys: Vec<_> = (0..ACCOUNTS).map(key).collect();

    let start = Instant::now();
    for (index, key) in keys.iter().enumerate() {
        trie.insert(key, account(index as u64, 0), &store)?;
    }
    report("insert of a new key, 0 to 100,000 keys", start.elapsed(), ACCOUNTS);
    let mut handed = Vec::new();
    let start = Instant::now();
    let root = trie.commit(&mut |hash, node| handed.push((hash, node)));
    report("commit of 100,000 new keys, per key", start.elapsed(), ACCOUNTS);
    store.nodes.extend(handed.into_iter().map(|(hash, node)| (hash, node.into())));

    let order: Vec<_> =
        (0..ACCOUNTS).map(|i| keys[(i.wrapping_mul(0x9e37_79b9_7f4a_7c15) % ACCOUNTS) as usize]).collect();
    let start = Instant::now();
    for key in &order {
        black_box(trie.get(key, &store)?);
    }
    report("get, all loaded", start.elapsed(), ACCOUNTS);
    let start = Instant::now();
    for (index, key) in order.iter().enumerate() {
        trie.insert(key, account(index as u64, 1), &store)?;
    }
    report("insert over an older value, all loaded", start.elapsed(), ACCOUNTS);

    let mut trie = Trie::new(root);
    store.reads.set(0);
    let start = Instant::now();
    for key in &order {
        black_box(trie.get(key, &store)?);
    }
    report("get, nothing loaded at first, per key", start.elapsed(), ACCOUNTS);
    println!("{} reads, {} nodes in memory", store.reads.get(), trie.size());

    blocks("all loaded", &mut store, trie, root, false)?;
    blocks("loaded as needed", &mut store, Trie::new(root), root, false)?;
    blocks("opened anew for each block", &mut store, Trie::new(root), root, true)?;

    for (count, size) in [(20, 110), (200, 110), (200, 300), (2_000, 300)] {
        let items: Vec<_> = (0..count).map(|i| vec![i as u8; size]).collect();
        let times = || 0..20_000 / count;
        let time = |root: &dyn Fn() -> B256| {
            let start = Instant::now();
            black_box(root());
            start.elapsed()
        };
        let own = times().map(|_| time(&|| ordered_root(black_box(&items).iter()))).collect();
        rounds(&format!("root of a list of {count} items of {size} bytes"), own);
        let library = times().map(|_| time(&|| ordered_trie_root_encoded(black_box(&items)))).collect();
        rounds("    by alloy-trie directly", library);
    }
    Ok(())
}
