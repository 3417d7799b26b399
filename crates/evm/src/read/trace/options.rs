//! What a trace is to hold.

use alloy_rpc_types_trace::geth::{
    GethDebugBuiltInTracerType, GethDebugTracerConfig, GethDebugTracerType, GethDebugTracingOptions,
};
use revm_inspectors::tracing::DebugInspector;
use serde::Deserialize;

use super::{bounded::Bounded, steps::Steps, tracer::Tracer};
use crate::wire::Refusal;

/// By the names that go-ethereum gave them.
const TRACERS: [(&str, GethDebugBuiltInTracerType); 6] = [
    ("callTracer", GethDebugBuiltInTracerType::CallTracer),
    ("prestateTracer", GethDebugBuiltInTracerType::PreStateTracer),
    ("flatCallTracer", GethDebugBuiltInTracerType::FlatCallTracer),
    ("4byteTracer", GethDebugBuiltInTracerType::FourByteTracer),
    ("muxTracer", GethDebugBuiltInTracerType::MuxTracer),
    ("noopTracer", GethDebugBuiltInTracerType::NoopTracer),
];

/// A `TraceConfig` of the execution-apis specification. Others of its fields have no effect: what bounds a trace here is
/// not its time (`timeout`), and no state has to be made anew (`reexec`).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Options {
    tracer: Option<String>,
    tracer_config: GethDebugTracerConfig,
    #[serde(flatten)]
    steps: StepOptions,
}

/// What each step of a trace without a named tracer holds.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct StepOptions {
    pub(super) enable_memory: Option<bool>,
    pub(super) disable_stack: Option<bool>,
    pub(super) disable_storage: Option<bool>,
    pub(super) enable_return_data: Option<bool>,
    /// Steps; 0: all of them.
    pub(super) limit: Option<u64>,
}

impl Options {
    /// The tracer of one transaction, which may hold so many bytes.
    pub(super) fn tracer(&self, room: usize) -> Result<Tracer, Refusal> {
        let Some(name) = self.tracer.as_deref().filter(|name| !name.is_empty()) else {
            return Ok(Tracer::Steps(Steps::new(self.steps, room)));
        };
        let Some((_, kind)) = TRACERS.iter().find(|(known, _)| *known == name) else { return Err(unknown(name)) };
        let options = GethDebugTracingOptions {
            tracer: Some(GethDebugTracerType::BuiltInTracer(*kind)),
            tracer_config: self.tracer_config.clone(),
            ..GethDebugTracingOptions::default()
        };
        let inspector = DebugInspector::new(options)
            .map_err(|error| Refusal::input(format!("the tracerConfig does not suit {name}: {error}")))?;
        Ok(Tracer::Library(Box::new(Bounded::new(inspector, room))))
    }
}

fn unknown(name: &str) -> Refusal {
    let start: String = name.chars().take(40).collect();
    let names = TRACERS.map(|(name, _)| name).join(", ");
    Refusal::input(format!(
        "the tracer {start:?} is none of {names}; tracers in JavaScript are not run, since they are programs of whoever asks"
    ))
}
