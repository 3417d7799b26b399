//! Precompiled contracts, some of which a read moves elsewhere or replaces by code.

use alloy_primitives::{
    Address,
    map::{AddressMap, AddressSet},
};
use revm::{
    context::{Cfg, ContextTr, JournalTr, LocalContextTr},
    handler::{PrecompileProvider, precompile_output_to_interpreter_result},
    interpreter::InterpreterResult,
    precompile::{Precompile, PrecompileSpecId, Precompiles},
    primitives::hardfork::SpecId,
};

/// Those of a hardfork, apart from what was changed.
#[derive(Debug)]
pub(super) struct Precompiled {
    standard: &'static Precompiles,
    /// None: gone from there.
    changed: AddressMap<Option<Precompile>>,
}

impl Precompiled {
    pub(super) fn new(spec: SpecId) -> Self {
        Self { standard: Precompiles::new(PrecompileSpecId::from_spec_id(spec)), changed: AddressMap::default() }
    }

    /// The one at an address.
    pub(super) fn get(&self, address: &Address) -> Option<&Precompile> {
        match self.changed.get(address) {
            Some(changed) => changed.as_ref(),
            None => self.standard.get(address),
        }
    }

    /// Takes away the one at an address, so that the account's own code runs.
    pub(super) fn remove(&mut self, address: Address) {
        self.changed.insert(address, None);
    }

    /// Puts one at an address, over what is there.
    pub(super) fn put(&mut self, address: Address, precompile: Precompile) {
        self.changed.insert(address, Some(precompile));
    }

    /// Where they are without changes.
    pub(super) fn addresses(&self) -> &AddressSet {
        self.standard.addresses_set()
    }
}

impl<CTX: ContextTr> PrecompileProvider<CTX> for Precompiled {
    type Output = InterpreterResult;

    /// They are made for one hardfork.
    fn set_spec(&mut self, _spec: <CTX::Cfg as Cfg>::Spec) -> bool {
        false
    }

    fn run(
        &mut self,
        context: &mut CTX,
        inputs: &revm::interpreter::CallInputs,
    ) -> Result<Option<InterpreterResult>, String> {
        let Some(precompile) = self.get(&inputs.bytecode_address) else { return Ok(None) };
        let output = precompile
            .execute(&inputs.input.as_bytes(context), inputs.gas_limit, inputs.reservoir)
            .map_err(|error| error.to_string())?;
        // The words of a failure at the top are part of the result.
        if let Some(reason) = output.halt_reason().filter(|reason| !reason.is_oog())
            && context.journal().depth() == 1
        {
            context.local_mut().set_precompile_error_context(reason.to_string());
        }
        Ok(Some(precompile_output_to_interpreter_result(output, inputs.gas_limit)))
    }

    /// As go-ethereum has it: what moves leaves its warmth behind.
    fn warm_addresses(&self) -> &AddressSet {
        self.addresses()
    }

    fn contains(&self, address: &Address) -> bool {
        self.get(address).is_some()
    }
}
