//! The sessions that are under way. Secrets of one end with it: a failed one is begun again from its first round.

use std::collections::BTreeMap;

use crate::{
    rounds::{Incoming, Outgoing},
    sharing::Sharing,
    signing::Signing,
    wire::{self, Outcome, Refusal},
};

/// Sessions at once: far more than a node has members to sign with.
const MAX_SESSIONS: usize = 256;

#[derive(Debug)]
enum Session {
    Sharing(Box<Sharing>),
    Signing(Box<Signing>),
}

impl Session {
    /// Whose messages the next step needs.
    fn awaited(&self) -> Vec<u8> {
        match self {
            Self::Sharing(sharing) => sharing.awaited(),
            Self::Signing(signing) => signing.awaited(),
        }
    }
}

/// By handle.
#[derive(Debug, Default)]
pub struct Sessions {
    last: u32,
    open: BTreeMap<u32, Session>,
}

impl Sessions {
    /// None under way.
    pub const fn new() -> Self {
        Self { last: 0, open: BTreeMap::new() }
    }

    /// Begins a sharing (`wire::Share`); the reply is `wire::begun`.
    pub fn share(&mut self, request: &[u8]) -> Result<Vec<u8>, Refusal> {
        let (sharing, outgoing) = Sharing::begin(&wire::read(request)?)?;
        self.keep(Session::Sharing(Box::new(sharing)), outgoing)
    }

    /// Begins a signature (`wire::Sign`); the reply is `wire::begun`.
    pub fn sign(&mut self, request: &[u8]) -> Result<Vec<u8>, Refusal> {
        let (signing, outgoing) = Signing::begin(&wire::read(request)?)?;
        self.keep(Session::Signing(Box::new(signing)), outgoing)
    }

    /// The messages of a round; the reply is `wire::ended`.
    pub fn step(&mut self, request: &[u8]) -> Result<Vec<u8>, Refusal> {
        let (handle, incoming) = wire::read_step(request)?;
        let session = self.open.get(&handle).ok_or_else(|| Refusal::input("there is no such session"))?;
        check_senders(session, &incoming)?;
        let session = self.open.remove(&handle).ok_or_else(|| Refusal::input("there is no such session"))?;
        let (session, outcome): (Option<Session>, Outcome) = match session {
            Session::Sharing(sharing) => {
                let (next, outcome) = sharing.step(&incoming);
                (next.map(|next| Session::Sharing(Box::new(next))), outcome)
            }
            Session::Signing(signing) => {
                let (next, outcome) = signing.step(&incoming);
                (next.map(|next| Session::Signing(Box::new(next))), outcome)
            }
        };
        let awaited = session.as_ref().map(Session::awaited).unwrap_or_default();
        if let Some(session) = session {
            self.open.insert(handle, session);
        }
        Ok(wire::ended(&awaited, outcome))
    }

    /// Gives a session up.
    pub fn forget(&mut self, handle: u32) {
        self.open.remove(&handle);
    }

    fn keep(&mut self, session: Session, outgoing: Outgoing) -> Result<Vec<u8>, Refusal> {
        if self.open.len() >= MAX_SESSIONS {
            return Err(Refusal::input(format!("{MAX_SESSIONS} sessions are under way")));
        }
        self.last = self.last.wrapping_add(1);
        let awaited = session.awaited();
        self.open.insert(self.last, session);
        Ok(wire::begun(self.last, &awaited, outgoing))
    }
}

/// A round is over when all have spoken: the host waits for them, and for nobody else.
fn check_senders(session: &Session, incoming: &Incoming) -> Result<(), Refusal> {
    let awaited = session.awaited();
    if incoming.keys().copied().eq(awaited.iter().copied()) {
        return Ok(());
    }
    Err(Refusal::input(format!("the round needs the messages of {awaited:?}, these are of {:?}", incoming.keys())))
}
