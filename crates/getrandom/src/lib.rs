//! What the crates of `threshold` use of `getrandom` 0.4, by version 0.3. On wasm32 `dkls23-core` asks for the feature `wasm_js`
//! (wasm-bindgen and the browser's objects), and version 0.4 does not compile with that and a backend of one's own.

pub use rand_core;
use rand_core::{TryCryptoRng, TryRng};
pub use real::{Error, fill, u32, u64};

/// The randomness of the system; in an engine, of its host.
#[derive(Clone, Copy, Debug, Default)]
pub struct SysRng;

impl TryRng for SysRng {
    type Error = Error;

    fn try_next_u32(&mut self) -> Result<u32, Error> {
        u32()
    }

    fn try_next_u64(&mut self) -> Result<u64, Error> {
        u64()
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Error> {
        fill(out)
    }
}

impl TryCryptoRng for SysRng {}
