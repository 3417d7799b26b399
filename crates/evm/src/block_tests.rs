use alloy_primitives::{Address, B256, Bytes, TxKind, U256, bytes, keccak256};
use revm::Database as _;

use super::*;
use crate::testing::{CHAIN, GWEI, Memory, Wallet};

/// Stores 7 in slot 1.
const STORE: Bytes = bytes!("6007600155");
/// Deploys `STORE`.
const DEPLOY_STORE: Bytes = bytes!("6460076001556000526005601bf3");
const RICH: u128 = 1_000_000_000 * GWEI;

struct Chained {
    host: Memory,
    state: State<Memory>,
    number: u64,
}

impl Chained {
    fn new(rich: &[&Wallet], contracts: &[(Address, Bytes)]) -> Self {
        let host = Memory::new();
        let mut state = State::new(host, alloy_trie::EMPTY_ROOT_HASH);
        for wallet in rich {
            state.place(wallet.address(), U256::from(RICH), Bytes::new(), &[]).unwrap();
        }
        for (address, code) in contracts {
            state.place(*address, U256::ZERO, code.clone(), &[]).unwrap();
        }
        host.store(&state.seal().unwrap());
        Self { host, state, number: 0 }
    }

    fn context(&self) -> BlockContext {
        BlockContext {
            number: self.number + 1,
            timestamp: 1_700_000_000 + self.number,
            fee_recipient: Address::repeat_byte(0x5e),
            prev_randao: B256::ZERO,
            gas_limit: 30_000_000,
            base_fee: GWEI as u64,
        }
    }

    /// A block of `sent`; each as (envelope, sender).
    fn block(&mut self, sent: &[(Bytes, Address)], paid: &[Withdrawal]) -> (Vec<Option<Obstacle>>, Finished) {
        let context = self.context();
        let mut building = begin(&mut self.state, CHAIN, context, B256::ZERO).unwrap();
        let each = sent.iter().map(|(raw, sender)| (raw.as_ref(), *sender));
        let outcomes = building.apply(&mut self.state, each, |_| false).unwrap();
        let finished = building.finish(&mut self.state, paid).unwrap();
        self.host.store(&finished.change);
        self.number += 1;
        (outcomes, finished)
    }

    /// The state of the head, read anew from what was stored.
    fn reopened(&self) -> State<Memory> {
        State::new(self.host, self.state.root())
    }
}

#[test]
fn a_transfer_moves_value_and_pays_for_its_gas() {
    let (alice, bob) = (Wallet::new(1), Wallet::new(2));
    let mut chain = Chained::new(&[&alice], &[]);
    let raw = alice.send(0, TxKind::Call(bob.address()), 5, Bytes::new(), 21_000);
    let (outcomes, finished) = chain.block(&[(raw.clone(), alice.address())], &[]);
    assert_eq!(outcomes, [None]);
    assert_eq!(finished.gas_used, 21_000);
    assert_eq!(finished.executed[0].hash, keccak256(&raw));
    assert_eq!(finished.executed[0].gas_price, 2 * GWEI);
    let mut state = chain.reopened();
    let sender = state.account(alice.address()).unwrap().unwrap();
    assert_eq!((sender.nonce, sender.balance), (1, U256::from(RICH - 5 - 21_000 * 2 * GWEI)));
    assert_eq!(state.account(bob.address()).unwrap().unwrap().balance, U256::from(5));
    let tips = state.account(Address::repeat_byte(0x5e)).unwrap().unwrap();
    assert_eq!(tips.balance, U256::from(21_000 * GWEI));
}

#[test]
fn what_cannot_be_included_is_left_out_with_its_reason() {
    let (alice, poor) = (Wallet::new(1), Wallet::new(3));
    let mut chain = Chained::new(&[&alice], &[(poor.address(), STORE)]);
    let to = TxKind::Call(Address::ZERO);
    let send = |nonce, gas_limit| alice.send(nonce, to, 0, Bytes::new(), gas_limit);
    let cases = [
        (send(1, 21_000), alice.address(), "its nonce 1 is above the account's 0", false),
        (send(0, 20_999), alice.address(), "its gas limit 20999 is below the 21000 that it needs at least", true),
        (send(0, 30_000_001), alice.address(), "its gas limit 30000001 is above the block's 30000000", true),
        (
            alice.send(0, to, RICH, Bytes::new(), 21_000),
            alice.address(),
            "it may cost 1002100000000000000 wei and the account has 1000000000000000000 wei",
            false,
        ),
        (bytes!("01"), alice.address(), "input too short", true),
        (bytes!("03c0"), alice.address(), "its type is 3, and only types 0, 1, 2 and 4 are accepted", true),
    ];
    let sent: Vec<_> = cases.iter().map(|(raw, sender, ..)| (raw.clone(), *sender)).collect();
    let (outcomes, finished) = chain.block(&sent, &[]);
    assert_eq!(finished.gas_used, 0);
    for ((_, _, reason, stale), outcome) in cases.iter().zip(outcomes) {
        let obstacle = outcome.unwrap();
        assert_eq!((obstacle.stale, obstacle.reason.as_str()), (*stale, *reason));
    }
}

#[test]
fn an_account_with_code_cannot_send() {
    let alice = Wallet::new(1);
    let mut chain = Chained::new(&[&alice], &[]);
    chain.state.place(alice.address(), U256::from(RICH), STORE, &[]).unwrap();
    let raw = alice.send(0, TxKind::Call(Address::ZERO), 0, Bytes::new(), 21_000);
    let (outcomes, _) = chain.block(&[(raw, alice.address())], &[]);
    assert!(outcomes[0].as_ref().is_some_and(|each| each.stale && each.reason.contains("code")), "{outcomes:?}");
}

#[test]
fn contracts_are_deployed_and_write() {
    let alice = Wallet::new(1);
    let mut chain = Chained::new(&[&alice], &[]);
    let from = alice.address();
    let contract = from.create(0);
    let deploy = alice.send(0, TxKind::Create, 0, DEPLOY_STORE, 100_000);
    let call = alice.send(1, TxKind::Call(contract), 0, Bytes::new(), 100_000);
    let (outcomes, finished) = chain.block(&[(deploy, from), (call, from)], &[]);
    assert_eq!(outcomes, [None, None]);
    assert_eq!(finished.executed[0].created, Some(contract));
    assert_eq!(finished.change.codes, [(keccak256(&STORE), STORE)]);
    let mut state = chain.reopened();
    assert_eq!(state.slot(contract, U256::from(1)).unwrap(), U256::from(7));
    assert_eq!(state.code(keccak256(&STORE)).unwrap().original_bytes(), STORE);
}

#[test]
fn an_authorization_delegates_and_clears() {
    let (alice, bob) = (Wallet::new(1), Wallet::new(2));
    let target = Address::repeat_byte(0xaa);
    let mut chain = Chained::new(&[&alice], &[(target, STORE)]);
    let set = alice.delegate(0, bob.address(), vec![bob.authorize(target, 0)]);
    chain.block(&[(set, alice.address())], &[]);
    let mut state = chain.reopened();
    let delegated = state.account(bob.address()).unwrap().unwrap();
    assert_eq!(delegated.nonce, 1);
    assert_eq!(state.code(delegated.code_hash).unwrap().eip7702_address(), Some(target));
    assert_eq!(state.slot(bob.address(), U256::from(1)).unwrap(), U256::from(7));
    let clear = alice.delegate(1, target, vec![bob.authorize(Address::ZERO, 1)]);
    chain.block(&[(clear, alice.address())], &[]);
    let cleared = chain.reopened().account(bob.address()).unwrap().unwrap();
    assert_eq!((cleared.nonce, cleared.code_hash), (2, alloy_primitives::KECCAK256_EMPTY));
}

#[test]
fn withdrawals_credit_gwei_and_nothing_makes_no_account() {
    let mut chain = Chained::new(&[], &[]);
    let paid =
        |index, byte, amount| Withdrawal { index, validator_index: 0, address: Address::repeat_byte(byte), amount };
    let (_, finished) = chain.block(&[], &[paid(0, 1, 3), paid(1, 1, 4), paid(2, 2, 0)]);
    assert_ne!(finished.withdrawals_root, alloy_trie::EMPTY_ROOT_HASH);
    let mut state = chain.reopened();
    assert_eq!(state.account(Address::repeat_byte(1)).unwrap().unwrap().balance, U256::from(7 * GWEI));
    assert_eq!(state.account(Address::repeat_byte(2)).unwrap(), None);
}

#[test]
fn a_failing_system_contract_stops_the_block() {
    let mut chain = Chained::new(&[], &[(BLOCK_HASHES, bytes!("fe"))]);
    let context = chain.context();
    let error = begin(&mut chain.state, CHAIN, context, B256::ZERO).unwrap_err();
    assert_eq!(error, BlockError::SystemCall(BLOCK_HASHES, "InvalidFEOpcode".into()));
}

#[test]
fn a_missing_node_is_named() {
    let alice = Wallet::new(1);
    let mut chain = Chained::new(&[&alice], &[]);
    chain.host.lose(&chain.state.root());
    let mut state = chain.reopened();
    assert_eq!(state.basic(alice.address()), Err(StateError::Missing(chain.state.root())));
    chain.state.reset();
    let context = chain.context();
    let error = begin(&mut chain.state, CHAIN, context, B256::ZERO).unwrap_err();
    assert_eq!(error, BlockError::State(StateError::Missing(chain.state.root())));
}

#[test]
fn blocks_stop_where_they_are_told_to() {
    let alice = Wallet::new(1);
    let mut chain = Chained::new(&[&alice], &[]);
    let context = chain.context();
    let mut building = begin(&mut chain.state, CHAIN, context, B256::ZERO).unwrap();
    let raws: Vec<_> =
        (0..3).map(|nonce| alice.send(nonce, TxKind::Call(Address::ZERO), 1, Bytes::new(), 21_000)).collect();
    let sent = raws.iter().map(|raw| (raw.as_ref(), alice.address()));
    let mut done = 0;
    let stop = |_: &Memory| {
        done += 1;
        done == 2
    };
    assert_eq!(building.apply(&mut chain.state, sent.clone(), stop).unwrap().len(), 2);
    assert_eq!(building.apply(&mut chain.state, sent.skip(2), |_| false).unwrap(), [None]);
    assert_eq!(building.finish(&mut chain.state, &[]).unwrap().gas_used, 63_000);
}
