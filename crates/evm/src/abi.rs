//! The exports that a host calls and the imports that it provides: the only place with raw memory.
//!
//! A request lies in memory from [`alloc`] and is given away with the call; the reply, `pointer << 32 | length`, is the
//! caller's, who returns it with [`release`].
#![allow(unsafe_code)]

use core::{cell::RefCell, mem::ManuallyDrop};
use std::sync::Once;

use alloy_primitives::{B256, Bytes};
use revm::precompile::{Crypto, PrecompileHalt, install_crypto};

use crate::{
    engine::Engine,
    host::Host,
    transaction::address_of,
    wire::{Refusal, reply},
};

/// What the host provides; each pointer is to as many bytes as the type of `Host` says.
mod imports {
    #[link(wasm_import_module = "host")]
    unsafe extern "C" {
        pub(super) fn node(hash: *const u8) -> u64;
        pub(super) fn code(hash: *const u8) -> u64;
        pub(super) fn block_hash(number: u64, out: *mut u8) -> u32;
        pub(super) fn ecrecover(digest: *const u8, signature: *const u8, recovery_id: u32, out: *mut u8) -> u32;
        pub(super) fn now() -> f64;
        pub(super) fn panicked(text: *const u8, length: usize);
    }
}

/// The host on the other side of the imports.
#[derive(Clone, Copy, Debug)]
struct Imports;

impl Host for Imports {
    fn node(&self, hash: &B256) -> Option<Bytes> {
        // SAFETY: the host reads 32 bytes there and answers with memory from `alloc`, which is ours from now on.
        unsafe { given(imports::node(hash.as_ptr())) }
    }

    fn code(&self, hash: &B256) -> Option<Bytes> {
        // SAFETY: as for `node`.
        unsafe { given(imports::code(hash.as_ptr())) }
    }

    fn block_hash(&self, number: u64) -> Option<B256> {
        let mut hash = B256::ZERO;
        // SAFETY: the host writes 32 bytes there.
        (unsafe { imports::block_hash(number, hash.as_mut_ptr()) } == 1).then_some(hash)
    }

    fn ecrecover(&self, digest: &B256, signature: &[u8; 64], recovery_id: u8) -> Option<[u8; 64]> {
        let mut key = [0; 64];
        let id = u32::from(recovery_id);
        // SAFETY: the host reads 32 and 64 bytes, and writes 64.
        let found = unsafe { imports::ecrecover(digest.as_ptr(), signature.as_ptr(), id, key.as_mut_ptr()) };
        (found == 1).then_some(key)
    }

    fn now(&self) -> f64 {
        // SAFETY: no memory is involved.
        unsafe { imports::now() }
    }
}

/// Recovery of keys by the host, which is native; everything else as the library has it.
#[derive(Debug)]
struct HostCrypto;

impl Crypto for HostCrypto {
    fn secp256k1_ecrecover(
        &self,
        signature: &[u8; 64],
        recovery_id: u8,
        message: &[u8; 32],
    ) -> Result<[u8; 32], PrecompileHalt> {
        Imports
            .ecrecover(&B256::from(*message), signature, recovery_id)
            .map(|key| address_of(&key).into_word().0)
            .ok_or(PrecompileHalt::Secp256k1RecoverFailed)
    }
}

thread_local! {
    static ENGINE: RefCell<Option<Engine<Imports>>> = const { RefCell::new(None) };
}

/// Memory for `length` bytes, never at 0.
#[unsafe(no_mangle)]
pub extern "C" fn alloc(length: usize) -> *mut u8 {
    let mut bytes = ManuallyDrop::new(Vec::<u8>::with_capacity(length.max(1)));
    bytes.as_mut_ptr()
}

/// Gives back what a function replied.
///
/// # Safety
/// `pointer` and `length` are those of a reply, and are not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn release(pointer: *mut u8, length: usize) {
    // SAFETY: the caller's promise.
    drop(unsafe { owned(pointer, length) });
}

/// # Safety
/// `pointer` came from `alloc(length)` or is that of a reply, and nobody else owns it.
unsafe fn owned(pointer: *mut u8, length: usize) -> Vec<u8> {
    // SAFETY: the capacity is what `alloc` took and what `handed_out` shrank to.
    unsafe { Vec::from_raw_parts(pointer, length, length.max(1)) }
}

/// # Safety
/// `packed` is 0, or pointer and length of memory from `alloc` that the host filled and gave away.
unsafe fn given(packed: u64) -> Option<Bytes> {
    if packed == 0 {
        return None;
    }
    // SAFETY: the caller's promise.
    Some(unsafe { owned((packed >> 32) as usize as *mut u8, packed as u32 as usize) }.into())
}

fn handed_out(bytes: Vec<u8>) -> u64 {
    let bytes = ManuallyDrop::new(bytes.into_boxed_slice());
    ((bytes.as_ptr() as usize as u64) << 32) | bytes.len() as u64
}

fn answer(work: impl FnOnce() -> Result<Vec<u8>, Refusal>) -> u64 {
    handed_out(reply(work()))
}

/// Runs `work` on the engine that `open` made.
fn with(work: impl FnOnce(&mut Engine<Imports>) -> Result<Vec<u8>, Refusal>) -> u64 {
    answer(|| ENGINE.with_borrow_mut(|engine| work(engine.as_mut().ok_or_else(|| Refusal::input("no chain is open"))?)))
}

/// Nothing here may be random: libraries that ask are refused.
fn no_randomness(_: &mut [u8]) -> Result<(), getrandom::Error> {
    Err(getrandom::Error::UNSUPPORTED)
}

getrandom::register_custom_getrandom!(no_randomness);

fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        install_crypto(HostCrypto);
        std::panic::set_hook(Box::new(|panic| {
            let text = panic.to_string();
            // SAFETY: the host reads so many bytes there.
            unsafe { imports::panicked(text.as_ptr(), text.len()) }
        }));
    });
}

/// Opens a chain on the state of its head; see `wire::Open`.
///
/// # Safety
/// As for every function: the request lies in memory from `alloc(length)` and is given away.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn open(pointer: *mut u8, length: usize) -> u64 {
    prepare();
    // SAFETY: the caller's promise.
    let request = unsafe { owned(pointer, length) };
    answer(|| {
        let engine = Engine::open(&request, Imports)?;
        ENGINE.with_borrow_mut(|slot| *slot = Some(engine));
        Ok(Vec::new())
    })
}

macro_rules! exports {
    ($($name:ident),* $(,)?) => {$(
        #[doc = concat!("See `Engine::", stringify!($name), "`.")]
        ///
        /// # Safety
        /// The request lies in memory from `alloc(length)` and is given away.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(pointer: *mut u8, length: usize) -> u64 {
            // SAFETY: the caller's promise.
            let request = unsafe { owned(pointer, length) };
            with(|engine| engine.$name(&request))
        }
    )*};
}

exports!(
    genesis,
    begin,
    apply,
    finish,
    account,
    storage,
    signatures,
    addresses,
    decode,
    call,
    estimate,
    access_list,
    proof,
    trace_block,
    trace_call,
    simulate,
);
