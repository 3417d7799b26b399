//! The exports that a host calls and the imports that it provides: the only place with raw memory.
//!
//! A request lies in memory from [`alloc`] and is given away with the call; the reply, `pointer << 32 | length`, is the
//! caller's, who returns it with [`release`].
#![allow(unsafe_code)]

use core::{cell::RefCell, mem::ManuallyDrop};
use std::sync::Once;

use crate::{sessions::Sessions, wire::reply};

/// What the host provides.
mod imports {
    #[link(wasm_import_module = "host")]
    unsafe extern "C" {
        /// Fills memory with bytes that nobody can foretell.
        pub(super) fn random(out: *mut u8, length: usize);
        pub(super) fn panicked(text: *const u8, length: usize);
    }
}

/// Where the library's randomness comes from.
///
/// # Safety
/// Its caller owns so many bytes there.
#[unsafe(no_mangle)]
unsafe extern "Rust" fn __getrandom_v03_custom(out: *mut u8, length: usize) -> Result<(), real_getrandom::Error> {
    // SAFETY: the host writes so many bytes there, or throws, which ends this instance.
    unsafe { imports::random(out, length) };
    Ok(())
}

thread_local! {
    static SESSIONS: RefCell<Sessions> = const { RefCell::new(Sessions::new()) };
}

/// Memory for `length` bytes, never at 0.
#[unsafe(no_mangle)]
pub extern "C" fn alloc(length: usize) -> *mut u8 {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            let text = panic.to_string();
            // SAFETY: the host reads so many bytes there.
            unsafe { imports::panicked(text.as_ptr(), text.len()) }
        }));
    });
    let mut bytes = ManuallyDrop::new(Vec::<u8>::with_capacity(length.max(1)));
    bytes.as_mut_ptr()
}

/// Gives back what a function replied, which may be secret: nothing of it stays in memory.
///
/// # Safety
/// `pointer` and `length` are those of a reply, and are not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn release(pointer: *mut u8, length: usize) {
    // SAFETY: the caller's promise.
    drop(zeroize::Zeroizing::new(unsafe { owned(pointer, length) }));
}

/// # Safety
/// `pointer` came from `alloc(length)` or is that of a reply, and nobody else owns it.
unsafe fn owned(pointer: *mut u8, length: usize) -> Vec<u8> {
    // SAFETY: the capacity is what `alloc` took and what `handed_out` shrank to.
    unsafe { Vec::from_raw_parts(pointer, length, length.max(1)) }
}

fn handed_out(bytes: Vec<u8>) -> u64 {
    let bytes = ManuallyDrop::new(bytes.into_boxed_slice());
    ((bytes.as_ptr() as usize as u64) << 32) | bytes.len() as u64
}

macro_rules! exports {
    ($($name:ident),* $(,)?) => {$(
        #[doc = concat!("See `Sessions::", stringify!($name), "`.")]
        ///
        /// # Safety
        /// The request lies in memory from `alloc(length)` and is given away.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(pointer: *mut u8, length: usize) -> u64 {
            // SAFETY: the caller's promise.
            let request = zeroize::Zeroizing::new(unsafe { owned(pointer, length) });
            handed_out(SESSIONS.with_borrow_mut(|sessions| reply(sessions.$name(&request))))
        }
    )*};
}

exports!(share, sign, step);

/// See `Sessions::forget`.
#[unsafe(no_mangle)]
pub extern "C" fn forget(handle: u32) {
    SESSIONS.with_borrow_mut(|sessions| sessions.forget(handle));
}
