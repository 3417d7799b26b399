//! The state that a read sees: that of a block, below what the read itself changes.

use alloy_primitives::{Address, B256, U256};
use core::cell::RefCell;
use revm::{Database, DatabaseRef, bytecode::Bytecode, database::CacheDB, state::AccountInfo};

use super::at::At;
use crate::state::StateError;

/// What a read changes, over the state of a block.
pub(super) type Overlay<DB> = CacheDB<Base<DB>>;

/// The state of a block, with the hashes of the block and of its ancestors.
pub(super) struct Base<DB> {
    state: RefCell<DB>,
    number: u64,
    hash: B256,
    parent_hash: B256,
}

/// The state `at` a block, nothing of which is changed yet.
pub(super) fn overlay<DB: Database<Error = StateError>>(state: DB, at: &At) -> Overlay<DB> {
    let &At { number, hash, parent_hash, .. } = at;
    CacheDB::new(Base { state: RefCell::new(state), number, hash, parent_hash })
}

impl<DB: Database<Error = StateError>> DatabaseRef for Base<DB> {
    type Error = StateError;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, StateError> {
        self.state.borrow_mut().basic(address)
    }

    fn code_by_hash_ref(&self, hash: B256) -> Result<Bytecode, StateError> {
        self.state.borrow_mut().code_by_hash(hash)
    }

    fn storage_ref(&self, address: Address, slot: U256) -> Result<U256, StateError> {
        self.state.borrow_mut().storage(address, slot)
    }

    /// Blocks above the read's own have no hash, also where the block's number is overridden.
    fn block_hash_ref(&self, number: u64) -> Result<B256, StateError> {
        if number == self.number {
            Ok(self.hash)
        } else if number > self.number {
            Ok(B256::ZERO)
        } else if number + 1 == self.number {
            Ok(self.parent_hash)
        } else {
            self.state.borrow_mut().block_hash(number)
        }
    }
}
