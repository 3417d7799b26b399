//! The state at one root, as the EVM reads and changes it. Changes reach the tries once a block.

use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256, map::HashMap};
use alloy_rlp::{Decodable, Encodable, RlpDecodable, RlpEncodable};
use alloy_trie::EMPTY_ROOT_HASH;
use core::fmt;
use revm::{
    Database,
    bytecode::Bytecode,
    database_interface::DBErrorMarker,
    state::{Account as EvmAccount, AccountInfo, EvmState},
};

use crate::{
    host::Host,
    trie::{NodeSource, Trie, TrieError},
};

/// Loaded trie nodes, accounts and slots above which everything is read anew, so that memory stays bounded.
const MAX_LOADED: usize = 400_000;
/// A slot counts as its value and the nodes above it.
const SLOT_WEIGHT: usize = 4;

/// An account as the trie holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, RlpEncodable, RlpDecodable)]
pub struct Record {
    /// Transactions sent, or contracts made.
    pub nonce: u64,
    /// wei
    pub balance: U256,
    /// Root of the account's storage.
    pub storage_root: B256,
    /// keccak-256 of its code.
    pub code_hash: B256,
}

impl Record {
    const EMPTY: Self =
        Self { nonce: 0, balance: U256::ZERO, storage_root: EMPTY_ROOT_HASH, code_hash: KECCAK256_EMPTY };

    /// EIP-161
    fn is_empty(&self) -> bool {
        self.nonce == 0 && self.balance.is_zero() && self.code_hash == KECCAK256_EMPTY
    }
}

/// Why the state can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateError {
    /// The host does not have the node or code of this hash.
    Missing(B256),
    /// What the host gave for this hash is no node, account or slot.
    Malformed(B256),
}

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(hash) => write!(f, "the state lacks {hash}"),
            Self::Malformed(hash) => write!(f, "the state holds something malformed at {hash}"),
        }
    }
}

impl core::error::Error for StateError {}
impl DBErrorMarker for StateError {}

impl From<TrieError> for StateError {
    fn from(error: TrieError) -> Self {
        match error {
            TrieError::Missing(hash) => Self::Missing(hash),
            TrieError::Malformed(hash) => Self::Malformed(hash),
        }
    }
}

/// What a block adds to the state's nodes and codes.
#[derive(Debug, Default)]
pub struct Change {
    /// Root after it.
    pub root: B256,
    /// New nodes by hash.
    pub nodes: Vec<(B256, Vec<u8>)>,
    /// New codes by hash.
    pub codes: Vec<(B256, Bytes)>,
}

/// Storage of an account as far as it was touched.
#[derive(Debug)]
struct Storage {
    trie: Trie,
    values: HashMap<U256, U256>,
    dirty: Vec<U256>,
}

impl Storage {
    fn new(root: B256) -> Self {
        Self { trie: Trie::new(root), values: HashMap::default(), dirty: Vec::new() }
    }
}

#[derive(Debug)]
struct Entry {
    /// Key in the trie of accounts.
    hashed: B256,
    /// None: there is no such account.
    record: Option<Record>,
    storage: Option<Box<Storage>>,
    dirty: bool,
}

/// The state of one chain at one root. After an error its owner drops it.
#[derive(Debug)]
pub struct State<H> {
    host: H,
    root: B256,
    trie: Trie,
    accounts: HashMap<Address, Entry>,
    dirty: Vec<Address>,
    /// Slots in memory, of all accounts.
    slots: usize,
    codes: HashMap<B256, Bytecode>,
    new_codes: Vec<(B256, Bytes)>,
}

/// The nodes of a host, for the tries.
pub(crate) struct Nodes<'a, H>(pub(crate) &'a H);

impl<H: Host> NodeSource for Nodes<'_, H> {
    fn node(&self, hash: &B256) -> Option<Bytes> {
        self.0.node(hash)
    }
}

impl<H: Host> State<H> {
    /// The state at `root`.
    pub fn new(host: H, root: B256) -> Self {
        Self {
            host,
            root,
            trie: Trie::new(root),
            accounts: HashMap::default(),
            dirty: Vec::new(),
            slots: 0,
            codes: HashMap::default(),
            new_codes: Vec::new(),
        }
    }

    /// Root of what was sealed last.
    pub fn root(&self) -> B256 {
        self.root
    }

    /// The host that holds the nodes.
    pub fn host(&self) -> &H {
        &self.host
    }

    /// Forgets everything since the last `seal`.
    pub fn reset(&mut self) {
        self.trie = Trie::new(self.root);
        self.accounts.clear();
        self.dirty.clear();
        self.new_codes.clear();
        self.codes.clear();
        self.slots = 0;
    }

    /// The account, or None where there is none.
    pub fn account(&mut self, address: Address) -> Result<Option<Record>, StateError> {
        Ok(self.entry(address)?.record)
    }

    /// The value of a slot; zero where nothing is stored.
    pub fn slot(&mut self, address: Address, slot: U256) -> Result<U256, StateError> {
        self.entry(address)?;
        let Self { host, accounts, .. } = self;
        let Some(Entry { record: Some(record), storage, .. }) = accounts.get_mut(&address) else {
            return Ok(U256::ZERO);
        };
        if storage.is_none() && record.storage_root == EMPTY_ROOT_HASH {
            return Ok(U256::ZERO);
        }
        let storage = storage.get_or_insert_with(|| Box::new(Storage::new(record.storage_root)));
        if let Some(value) = storage.values.get(&slot) {
            return Ok(*value);
        }
        let key = keccak256(slot.to_be_bytes::<32>());
        let value = match storage.trie.get(&key, &Nodes(&*host))? {
            None => U256::ZERO,
            Some(mut encoded) => U256::decode(&mut encoded).map_err(|_| StateError::Malformed(key))?,
        };
        storage.values.insert(slot, value);
        self.slots += 1;
        Ok(value)
    }

    /// The code that hashes to `hash`.
    pub fn code(&mut self, hash: B256) -> Result<Bytecode, StateError> {
        if hash == KECCAK256_EMPTY {
            return Ok(Bytecode::default());
        }
        if let Some(code) = self.codes.get(&hash) {
            return Ok(code.clone());
        }
        let raw = self.host.code(&hash).ok_or(StateError::Missing(hash))?;
        let code = Bytecode::new_raw_checked(raw).map_err(|_| StateError::Malformed(hash))?;
        self.codes.insert(hash, code.clone());
        Ok(code)
    }

    /// Adds `wei` to an account (EIP-4895); nothing happens for zero.
    pub fn credit(&mut self, address: Address, wei: U256) -> Result<(), StateError> {
        if wei.is_zero() {
            return Ok(());
        }
        let mut record = self.entry(address)?.record.unwrap_or(Record::EMPTY);
        record.balance = record.balance.saturating_add(wei);
        self.write(address, Some(record))
    }

    /// Puts an account of a genesis: code and slots as given.
    pub fn place(
        &mut self,
        address: Address,
        balance: U256,
        code: Bytes,
        slots: &[(U256, U256)],
    ) -> Result<(), StateError> {
        let code_hash = if code.is_empty() { KECCAK256_EMPTY } else { keccak256(&code) };
        if !code.is_empty() {
            let known = Bytecode::new_raw_checked(code.clone()).map_err(|_| StateError::Malformed(code_hash))?;
            self.codes.insert(code_hash, known);
            self.new_codes.push((code_hash, code));
        }
        self.write(address, Some(Record { balance, code_hash, ..Record::EMPTY }))?;
        if let Some(entry) = self.accounts.get_mut(&address) {
            let storage = entry.storage.get_or_insert_with(|| Box::new(Storage::new(EMPTY_ROOT_HASH)));
            for (slot, value) in slots {
                storage.values.insert(*slot, *value);
                storage.dirty.push(*slot);
            }
        }
        Ok(())
    }

    /// Takes over what a transaction or system call changed.
    pub fn commit(&mut self, changes: EvmState) -> Result<(), StateError> {
        for (address, account) in changes {
            if account.is_touched() {
                self.take(address, account)?;
            }
        }
        Ok(())
    }

    fn take(&mut self, address: Address, account: EvmAccount) -> Result<(), StateError> {
        let before = self.entry(address)?.record;
        let info = &account.info;
        let kept = before.filter(|_| !account.is_created()).map_or(EMPTY_ROOT_HASH, |record| record.storage_root);
        let record = Record { nonce: info.nonce, balance: info.balance, code_hash: info.code_hash, storage_root: kept };
        let record = (!account.is_selfdestructed() && !record.is_empty()).then_some(record);
        let wiped = if record.is_some() { account.is_created() } else { before.is_some() };
        if before != record || wiped {
            self.write(address, record)?;
        }
        if wiped && let Some(entry) = self.accounts.get_mut(&address) {
            entry.storage = Some(Box::new(Storage::new(EMPTY_ROOT_HASH)));
        }
        let Some(record) = record else { return Ok(()) };
        if let Some(code) =
            info.code.as_ref().filter(|code| !code.is_empty() && !self.codes.contains_key(&record.code_hash))
        {
            self.new_codes.push((record.code_hash, code.original_bytes()));
            self.codes.insert(record.code_hash, code.clone());
        }
        let changed: Vec<_> = account.storage.into_iter().filter(|(_, slot)| slot.is_changed()).collect();
        if changed.is_empty() {
            return Ok(());
        }
        self.write(address, Some(record))?;
        if let Some(entry) = self.accounts.get_mut(&address) {
            let storage = entry.storage.get_or_insert_with(|| Box::new(Storage::new(record.storage_root)));
            for (slot, value) in changed {
                self.slots += usize::from(storage.values.insert(slot, value.present_value()).is_none());
                storage.dirty.push(slot);
            }
        }
        Ok(())
    }

    /// Hashes all changes since the last time and hands out what is new.
    pub fn seal(&mut self) -> Result<Change, StateError> {
        let mut change = Change::default();
        let nodes = &mut change.nodes;
        let mut sink = |hash: B256, encoded: Vec<u8>| nodes.push((hash, encoded));
        let mut encoded = Vec::with_capacity(128);
        for address in core::mem::take(&mut self.dirty) {
            let Some(entry) = self.accounts.get_mut(&address) else { continue };
            entry.dirty = false;
            let source = Nodes(&self.host);
            let Some(record) = &mut entry.record else {
                self.trie.remove(&entry.hashed, &source)?;
                continue;
            };
            if let Some(storage) = &mut entry.storage {
                record.storage_root = seal_storage(storage, &source, &mut sink)?;
            }
            encoded.clear();
            record.encode(&mut encoded);
            self.trie.insert(&entry.hashed, encoded.clone(), &source)?;
        }
        self.root = self.trie.commit(&mut sink);
        change.root = self.root;
        change.codes = core::mem::take(&mut self.new_codes);
        if self.loaded() > MAX_LOADED {
            self.reset();
        }
        Ok(change)
    }

    /// A measure of what is in memory.
    fn loaded(&self) -> usize {
        self.trie.size() + self.accounts.len() + SLOT_WEIGHT * self.slots
    }

    fn entry(&mut self, address: Address) -> Result<&Entry, StateError> {
        if !self.accounts.contains_key(&address) {
            let hashed = keccak256(address);
            let record = match self.trie.get(&hashed, &Nodes(&self.host))? {
                None => None,
                Some(mut encoded) => Some(Record::decode(&mut encoded).map_err(|_| StateError::Malformed(hashed))?),
            };
            self.accounts.insert(address, Entry { hashed, record, storage: None, dirty: false });
        }
        self.accounts.get(&address).ok_or(StateError::Malformed(self.root))
    }

    fn write(&mut self, address: Address, record: Option<Record>) -> Result<(), StateError> {
        self.entry(address)?;
        if let Some(entry) = self.accounts.get_mut(&address) {
            entry.record = record;
            if !entry.dirty {
                entry.dirty = true;
                self.dirty.push(address);
            }
        }
        Ok(())
    }
}

/// Brings the changed slots into the storage's trie. @returns its root
fn seal_storage(
    storage: &mut Storage,
    source: &impl NodeSource,
    sink: &mut impl FnMut(B256, Vec<u8>),
) -> Result<B256, StateError> {
    storage.dirty.sort_unstable();
    storage.dirty.dedup();
    for slot in core::mem::take(&mut storage.dirty) {
        let key = keccak256(slot.to_be_bytes::<32>());
        match storage.values.get(&slot) {
            Some(value) if !value.is_zero() => storage.trie.insert(&key, alloy_rlp::encode(value), source)?,
            _ => storage.trie.remove(&key, source)?,
        }
    }
    Ok(storage.trie.commit(sink))
}

impl<H: Host> Database for State<H> {
    type Error = StateError;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, StateError> {
        Ok(self.account(address)?.map(|record| AccountInfo {
            balance: record.balance,
            nonce: record.nonce,
            code_hash: record.code_hash,
            account_id: None,
            code: None,
        }))
    }

    fn code_by_hash(&mut self, hash: B256) -> Result<Bytecode, StateError> {
        self.code(hash)
    }

    fn storage(&mut self, address: Address, slot: U256) -> Result<U256, StateError> {
        self.slot(address, slot)
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, StateError> {
        Ok(self.host.block_hash(number).unwrap_or_default())
    }
}
