//! What a trace is to hold.

use alloy_rpc_types_trace::geth::{
    GethDebugBuiltInTracerType, GethDebugTracerConfig, GethDebugTracerType, GethDebugTracingOptions,
};
use revm_inspectors::tracing::DebugInspector;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use std::collections::BTreeMap;

use super::{
    bounded::Bounded,
    flat::FlatOptions,
    library::{Kind, Library},
    steps::Steps,
    tracer::Tracer,
};
use crate::wire::Refusal;

const MUX: &str = "muxTracer";
/// By the names that go-ethereum gave them.
const TRACERS: [(&str, GethDebugBuiltInTracerType, Kind); 5] = [
    ("callTracer", GethDebugBuiltInTracerType::CallTracer, Kind::Calls),
    ("flatCallTracer", GethDebugBuiltInTracerType::CallTracer, Kind::Flat(FlatOptions::PLAIN)),
    ("prestateTracer", GethDebugBuiltInTracerType::PreStateTracer, Kind::State),
    ("4byteTracer", GethDebugBuiltInTracerType::FourByteTracer, Kind::Other),
    ("noopTracer", GethDebugBuiltInTracerType::NoopTracer, Kind::Other),
];

/// A `TraceConfig` of the execution-apis specification. Others of its fields have no effect: what bounds a trace here is
/// not its time (`timeout`), and no state has to be made anew (`reexec`).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Options {
    tracer: Option<String>,
    tracer_config: Value,
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
        match self.tracer.as_deref().unwrap_or_default() {
            "" => Ok(Tracer::Steps(Steps::new(self.steps, room))),
            MUX => {
                let parts: BTreeMap<String, Value> = config(MUX, &self.tracer_config)?;
                let room = room / parts.len().max(1);
                let tracers = parts.into_iter().map(|(name, config)| {
                    let tracer = named(&name, &config, room)?;
                    Ok((name, tracer))
                });
                tracers.collect::<Result<_, Refusal>>().map(Tracer::Several)
            }
            name => named(name, &self.tracer_config, room).map(Tracer::One),
        }
    }
}

fn named(name: &str, options: &Value, room: usize) -> Result<Library, Refusal> {
    let Some(&(_, tracer, kind)) = TRACERS.iter().find(|(known, ..)| *known == name) else {
        return Err(unknown(name));
    };
    let (kind, tracer_config) = match kind {
        Kind::Flat(_) => (Kind::Flat(config(name, options)?), Value::Null),
        kind => (kind, options.clone()),
    };
    let inspector = DebugInspector::new(GethDebugTracingOptions {
        tracer: Some(GethDebugTracerType::BuiltInTracer(tracer)),
        tracer_config: GethDebugTracerConfig(tracer_config),
        ..GethDebugTracingOptions::default()
    });
    let inspector = inspector.map_err(|error| unsuited(name, error))?;
    Ok(Library { bounded: Bounded::new(inspector, room), kind, room })
}

/// A tracer's own options; `null` is as if they were not there.
fn config<T: DeserializeOwned + Default>(name: &str, options: &Value) -> Result<T, Refusal> {
    let read: Result<Option<T>, _> = serde_json::from_value(options.clone());
    read.map(Option::unwrap_or_default).map_err(|error| unsuited(name, error))
}

fn unsuited(name: &str, error: impl core::fmt::Display) -> Refusal {
    Refusal::input(format!("the tracerConfig does not suit {name}: {error}"))
}

fn unknown(name: &str) -> Refusal {
    let start: String = name.chars().take(40).collect();
    let names = TRACERS.map(|(name, ..)| name).join(", ");
    Refusal::input(format!(
        "the tracer {start:?} is none of {names}, {MUX}; tracers in JavaScript are not run, since they are programs of \
         whoever asks"
    ))
}
