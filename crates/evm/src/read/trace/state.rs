//! Accounts before a transaction, and what it changed of them (go-ethereum's prestateTracer).

use alloy_primitives::{Address, B256};
use alloy_rpc_types_trace::geth::{AccountState, DiffMode, PreStateFrame, PreStateMode};
use revm::{Database, context::result::ResultAndState, primitives::KECCAK_EMPTY};
use serde::Serialize;
use std::collections::BTreeMap;

use super::{MOST_BYTES, tracer::too_large};
use crate::{
    read::{Reply, database::Overlay, json},
    state::StateError,
    wire::Refusal,
};

/// Bytes that an account takes as text beside its code.
const ACCOUNT: usize = 256;
/// Bytes that a slot takes as text, before and after.
const SLOT: usize = 280;

/// An account as the library shows it, and the hash of its code.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    #[serde(flatten)]
    account: AccountState,
    #[serde(skip_serializing_if = "Option::is_none")]
    code_hash: Option<B256>,
}

#[derive(Debug, Serialize)]
struct Diff {
    post: BTreeMap<Address, Shown>,
    pre: BTreeMap<Address, Shown>,
}

/// Refuses accounts that are too much to be written down.
pub(super) fn check_size<DB: Database<Error = StateError>>(
    done: &ResultAndState,
    db: &mut Overlay<DB>,
) -> Result<(), Refusal> {
    let mut size = 0;
    for account in done.state.values() {
        let code = match &account.info.code {
            Some(code) => code.len(),
            None if account.info.code_hash == KECCAK_EMPTY => 0,
            None => db.code_by_hash(account.info.code_hash)?.len(),
        };
        size += ACCOUNT + 4 * code + SLOT * account.storage.len();
        if size > MOST_BYTES {
            return Err(too_large());
        }
    }
    Ok(())
}

/// Writes what the library found, with the hashes of codes, and without accounts that were not there before.
pub(super) fn write<DB: Database<Error = StateError>>(
    frame: PreStateFrame,
    done: &ResultAndState,
    db: &mut Overlay<DB>,
) -> Reply {
    match frame {
        PreStateFrame::Default(PreStateMode(accounts)) => json::write(&before(accounts, db)?),
        PreStateFrame::Diff(DiffMode { post, pre }) => {
            let mut shown = BTreeMap::new();
            for (address, account) in post {
                let old = code_hash(address, db)?;
                let new = done.state.get(&address).map(|account| account.info.code_hash);
                let code_hash =
                    new.filter(|new| *new != old).map(|new| if new == KECCAK_EMPTY { B256::ZERO } else { new });
                shown.insert(address, Shown { account, code_hash });
            }
            json::write(&Diff { post: shown, pre: before(pre, db)? })
        }
    }
}

fn before<DB: Database<Error = StateError>>(
    accounts: BTreeMap<Address, AccountState>,
    db: &mut Overlay<DB>,
) -> Result<BTreeMap<Address, Shown>, StateError> {
    let mut shown = BTreeMap::new();
    for (address, account) in accounts {
        if db.basic(address)?.is_some_and(|info| !info.is_empty()) {
            let code_hash = Some(code_hash(address, db)?).filter(|hash| *hash != KECCAK_EMPTY);
            shown.insert(address, Shown { account, code_hash });
        }
    }
    Ok(shown)
}

fn code_hash<DB: Database<Error = StateError>>(address: Address, db: &mut Overlay<DB>) -> Result<B256, StateError> {
    Ok(db.basic(address)?.map_or(KECCAK_EMPTY, |info| info.code_hash))
}
