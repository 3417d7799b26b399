//! Which blocks a simulation consists of.

use super::{
    BlockStateCalls,
    refusals::{LIMIT, NUMBER, PARAMETERS, TIME, refusal},
};
use crate::{
    read::{
        at::At,
        overrides::{BlockOverrides, StateOverrides},
        request::Request,
    },
    wire::Refusal,
};

/// Blocks above the base, as the specification suggests.
const MOST_BLOCKS: u64 = 256;
/// Calls in a block, and in all blocks, as go-ethereum has it.
const MOST_CALLS_IN_BLOCK: usize = 5_000;
const MOST_CALLS: usize = 10_000;
/// Seconds from a block to the next one, where nothing else is asked for.
const BLOCK_TIME: u64 = 12;

/// A block that is going to be run.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) number: u64,
    /// seconds
    pub(super) time: u64,
    pub(super) overrides: BlockOverrides,
    pub(super) accounts: StateOverrides,
    pub(super) calls: Vec<Request>,
}

/// Gives each block its number and time, and fills gaps with empty blocks.
pub(super) fn plan(base: &At, wanted: Vec<BlockStateCalls>) -> Result<Vec<Planned>, Refusal> {
    if wanted.is_empty() {
        return Err(refusal(PARAMETERS, "empty input"));
    }
    check_calls(&wanted)?;
    let mut planned = Vec::with_capacity(wanted.len());
    let (mut number, mut time) = (base.number, base.timestamp);
    for block in wanted {
        let overrides = block.block_overrides.unwrap_or_default();
        let target = overrides.number.unwrap_or(number.saturating_add(1));
        if target <= number {
            return Err(refusal(NUMBER, format!("block numbers must be in order: {target} <= {number}")));
        }
        if target - base.number > MOST_BLOCKS {
            return Err(refusal(LIMIT, "too many blocks"));
        }
        for number in number + 1..target {
            time = after(time)?;
            planned.push(Planned {
                number,
                time,
                overrides: BlockOverrides::default(),
                accounts: StateOverrides::default(),
                calls: Vec::new(),
            });
        }
        let at = match overrides.time {
            None => after(time)?,
            Some(at) if at > time => at,
            Some(at) => return Err(refusal(TIME, format!("block timestamps must be in order: {at} <= {time}"))),
        };
        (number, time) = (target, at);
        let (accounts, calls) = (block.state_overrides.unwrap_or_default(), block.calls.unwrap_or_default());
        planned.push(Planned { number, time, overrides, accounts, calls });
    }
    Ok(planned)
}

fn check_calls(wanted: &[BlockStateCalls]) -> Result<(), Refusal> {
    let mut total = 0;
    for block in wanted {
        let calls = block.calls.as_ref().map_or(0, Vec::len);
        total += calls;
        if calls > MOST_CALLS_IN_BLOCK {
            return Err(refusal(LIMIT, format!("too many calls in block: {calls} > {MOST_CALLS_IN_BLOCK}")));
        }
        if total > MOST_CALLS {
            return Err(refusal(LIMIT, format!("too many calls: {total} > {MOST_CALLS}")));
        }
    }
    Ok(())
}

fn after(time: u64) -> Result<u64, Refusal> {
    let late = || refusal(TIME, format!("there is no block after the time {time}"));
    time.checked_add(BLOCK_TIME).ok_or_else(late)
}
