//! One pump: in which order the dashboard is told what has happened, and by which clock.
//!
//! The driver and the simulation share it, so that what is simulated is what a browser does. Data frames never enter the
//! core; the dashboard learns of them here, at the next pump, with the time at which the last of them came, and before
//! anything else: by the time a timer goes off it is known what was heard.

use crate::core::connectivity::Event;
use crate::core::dashboard::{Config, Dashboard, Input, Output};
use crate::core::ids::SocketId;
use crate::core::payload::Payload;
use crate::core::time::{Clock, Instant};

/// What the system's clocks say, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The monotonic clock, from any origin.
    pub monotonic: u64,
    /// The wall clock, since 1970.
    pub wall: u64,
}

/// Frames that a socket has received since the last pump, whatever the router has done with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Which.
    pub socket: SocketId,
    /// How many.
    pub frames: u32,
    /// When the last of them came, on the monotonic clock, in milliseconds.
    pub at: u64,
}

/// What is to be done after a pump.
#[derive(Debug)]
pub struct Pumped<P> {
    /// The moment of the pump.
    pub now: Instant,
    /// In this order.
    pub outputs: Vec<Output<P>>,
    /// When to pump again, with [`Input::Wake`].
    pub deadline: Option<Instant>,
    /// Whether that has to be kept in a hidden page too.
    pub is_punctual: bool,
}

/// A dashboard with its clock.
#[derive(Debug)]
pub struct Pump<P: Payload> {
    dashboard: Dashboard<P>,
    clock: Clock,
}

impl<P: Payload> Pump<P> {
    /// With all machines idle; `seed` decides their jitter.
    pub fn new(config: Config, seed: u64) -> Self {
        Self { dashboard: Dashboard::new(config, seed), clock: Clock::new() }
    }

    /// The dashboard, to be asked.
    pub const fn dashboard(&self) -> &Dashboard<P> {
        &self.dashboard
    }

    /// The clock.
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Tells the dashboard what was heard and what has happened, and takes all it wants done.
    pub fn run(
        &mut self,
        reading: Reading,
        heard: impl IntoIterator<Item = Heard>,
        input: Input<P>,
    ) -> Pumped<P> {
        // Stamped before this reading: what the machine has slept since the last one is not added to them.
        let before = self.clock;
        let now = self.clock.read(reading.monotonic, reading.wall);
        let ended = match &input {
            Input::Connectivity(Event::Closed { socket, .. }) => Some(*socket),
            _ => None,
        };
        for Heard { socket, frames, at } in heard {
            // A socket that has ended is not alive, whatever came on it before.
            if Some(socket) != ended {
                self.dashboard.hear(now, socket, before.moment(at).min(now), frames);
            }
        }
        self.dashboard.handle(now, input);
        let mut outputs = Vec::new();
        while let Some(output) = self.dashboard.poll() {
            outputs.push(output);
        }
        let deadline = self.dashboard.next_deadline();
        let is_punctual = self.dashboard.is_punctual();
        Pumped { now, outputs, deadline, is_punctual }
    }
}
