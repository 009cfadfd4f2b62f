//! Cache: a machine that keeps what was fetched, in memory, on the disk and in a remote tier, and knows what of it still holds.
//!
//! Values are handles, and are not looked at. What is in memory stands in a table of JavaScript's, which gives it without a question
//! until the moment that the core has written beside it; everything else is asked of the core. What an entry's tags mean is in
//! [`generation`], what lies beside a value in [`header`].
//!
//! Everything that removes or replaces is an operation ([`operating`]), and operations are done in the order in which they were
//! asked for, once the counters of their tags are known. Whoever asks for a key while an operation on it waits, waits with it.

mod counting;
mod entry;
mod flying;
pub mod generation;
mod halving;
pub mod header;
mod hearing;
pub mod input;
mod landed;
mod landing;
mod locking;
mod looking;
mod memory;
mod operating;
pub mod output;
pub mod policy;
mod reading;
mod remote;
mod repairing;
mod repairs;
mod sending;
mod serving;
mod silence;
pub mod stats;
mod superseding;
mod waiting;
mod watching;
mod writing;

use std::rc::Rc;

use crate::core::fifo::Fifo;
use crate::core::ids::CallId;
use crate::core::resilience::breaker::Breaker;
use crate::core::rng::Rng;
use crate::core::sorted_map::SortedMap;
use crate::core::time::{Instant, Timers};
use counting::Counting;
pub use counting::{SOME_ROW, given_tag, table_tag};
use entry::Entry;
use flying::Flight;
use generation::Generations;
use input::{Command, Input, RequestId, Settings};
use operating::Operation;
use output::{Outcome, Output};
use reading::Reading;
use remote::{Checking, remote_breaker};
use repairs::Repairs;
use serving::Caller;
use stats::{Stats, Told};
use watching::Watched;
use writing::Job;

/// Why the cache wants to be woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// Somebody has waited long enough, or a fetch that nobody waits for is ended.
    Wait,
    /// What is shown has become stale, or older.
    Age,
    /// What a tier has refused is tried again.
    Repair,
}

/// The machine. `P` is the handle of a value, of a fetcher, or of an error.
#[derive(Debug)]
pub struct Cache<P> {
    settings: Settings,
    /// What the wall clock says at the origin of the driver's clock, in milliseconds.
    wall: u64,
    /// What of it is in memory, by key.
    entries: SortedMap<Rc<str>, Box<Entry<P>>>,
    /// Their keys by their names.
    slots: SortedMap<input::SlotId, Rc<str>>,
    /// What they take, in bytes.
    bytes: u64,
    /// How many components show a key.
    watched: SortedMap<Rc<str>, Watched>,
    generations: Generations,
    /// The suppliers of whom anything was asked, the last ones.
    suppliers: Vec<Rc<str>>,
    /// Of these there are as many as the application has calls that have not ended, or keys that are asked for at once: each ends
    /// when the disk answers, which it always does, when a fetch does, or by its own deadline. What nobody has called for, changes of
    /// tables, has a bound of its own.
    counting: Vec<Counting>,
    readings: Vec<Reading<P>>,
    operations: Vec<Operation<P>>,
    jobs: Vec<Job<P>>,
    callers: Vec<Caller<P>>,
    flights: Vec<Flight<P>>,
    /// Keys that another tab has written while a job of this one does: no more than jobs have.
    contested: Vec<Rc<str>>,
    repairs: Repairs<P>,
    remote: Breaker,
    /// Tags that the remote tier is asked for at the end of this turn, and whose; and those that it is being asked for.
    unchecked: Vec<(Rc<str>, Rc<str>)>,
    checking: Vec<Checking>,
    is_remote_well: bool,
    told: Told,
    counts: Stats,
    uses: u64,
    last: u32,
    timers: Timers<Timer>,
    rng: Rng,
    outputs: Fifo<Output<P>>,
}

impl<P: Clone> Cache<P> {
    /// An empty one. `wall` is what the wall clock says at the origin of the driver's clock, in milliseconds.
    pub fn new(wall: u64, mut rng: Rng) -> Self {
        let origin = rng.next_id() as u32;
        Self {
            settings: Settings { memory: 0, has_remote: false, has_locks: false },
            wall,
            entries: SortedMap::new(),
            slots: SortedMap::new(),
            bytes: 0,
            watched: SortedMap::new(),
            generations: Generations::new(origin),
            suppliers: Vec::new(),
            counting: Vec::new(),
            readings: Vec::new(),
            operations: Vec::new(),
            jobs: Vec::new(),
            contested: Vec::new(),
            callers: Vec::new(),
            flights: Vec::new(),
            repairs: Repairs::default(),
            remote: Breaker::new(remote_breaker(), rng.split()),
            unchecked: Vec::new(),
            checking: Vec::new(),
            is_remote_well: true,
            told: Told::default(),
            counts: Stats::default(),
            uses: 0,
            last: 0,
            timers: Timers::default(),
            rng,
            outputs: Fifo::default(),
        }
    }

    /// Takes in what has happened. [`Input::Wake`] makes the earliest timer that is due go off.
    pub fn handle(&mut self, now: Instant, input: Input<P>) {
        match input {
            Input::Begin(settings) => self.settings = settings,
            Input::User => self.forget_user(),
            Input::Command { call, command } => self.command(now, call, command),
            Input::Leave { call } => self.leave(now, call),
            Input::Watch { key } => self.watch(now, key),
            Input::Unwatch { key } => self.unwatch(&key),
            Input::Look { key } => self.look_for_table(now, &key),
            Input::Touched(slots) => self.touched(&slots),
            Input::Encoded { request, result } => self.encoded(now, request, result),
            Input::Written { request, written } => self.written(now, request, written),
            Input::Read { request, found } => self.read(now, request, found),
            Input::Unread { request } => self.unread(now, request),
            Input::Counted { request, generation } => self.counted(now, request, generation.as_deref()),
            Input::Disk { keys } => self.disk_changed(now, &keys),
            Input::Locked { flight, was_contended } => self.locked(now, flight, was_contended),
            Input::Fetched { flight, result } => self.fetched(now, flight, result),
            Input::Remote { request, answer } => self.remote_answered(now, request, answer),
            Input::Heard { text, is_written } => self.heard(now, &text, is_written),
            Input::Changed { supplier, table, row, at } => {
                self.table_changed(now, &supplier, &table, row.as_deref(), at);
            }
            Input::Gap => self.gap(now),
            Input::Retry => self.retry(now),
            Input::Wake => match self.timers.take_due(now) {
                Some((Timer::Wait, _)) => self.wait_over(now),
                Some((Timer::Age, _)) => self.age(now),
                Some((Timer::Repair, _)) => self.repair(now),
                None => {}
            },
        }
        self.advance_flights(now);
        self.ask_counters(now);
        self.tell_tiers(now);
        self.plan(now);
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Output<P>> {
        self.outputs.pop()
    }

    /// When to wake it, and why.
    pub fn next_timeout(&self) -> Option<(Instant, Timer)> {
        self.timers.next().map(|(deadline, timer)| (deadline, *timer))
    }

    /// When a timer is due, if it runs.
    pub fn deadline(&self, timer: Timer) -> Option<Instant> {
        self.timers.deadline(&timer)
    }

    fn command(&mut self, now: Instant, call: CallId, command: Command<P>) {
        match command {
            Command::Get { key, version } => {
                self.meet(&key.supplier);
                self.serve(now, Caller::new(call, key, version, None));
            }
            Command::Fetch { key, fetcher, fetching } => {
                self.meet(&key.supplier);
                let version = fetching.keeping.version.clone();
                self.serve(now, Caller::new(call, key, version, Some((fetcher, fetching))));
            }
            Command::Set { key, value, keeping } => self.set(now, call, vec![(key, value, keeping)]),
            Command::Warm { entries } => self.set(now, call, entries),
            Command::Delete { key } => self.delete(now, call, key),
            Command::Invalidate { tags, supplier } => self.invalidate(now, Some(call), tags, supplier),
        }
    }

    /// Another user is here: whoever waits is told so, and what is under way ends in nothing.
    fn forget_user(&mut self) {
        let mut calls = Vec::new();
        for caller in std::mem::take(&mut self.callers) {
            calls.push(caller.call);
        }
        for mut operation in std::mem::take(&mut self.operations) {
            calls.append(&mut operation.calls);
        }
        for mut job in std::mem::take(&mut self.jobs) {
            calls.append(&mut job.calls);
        }
        for call in calls {
            self.settle(call, Outcome::user_changed());
        }
        for flight in std::mem::take(&mut self.flights) {
            self.end_outside(&flight);
        }
        self.contested.clear();
        self.unchecked.clear();
        self.checking.clear();
        self.counting.clear();
        self.readings.clear();
        self.entries.clear();
        self.slots.clear();
        self.bytes = 0;
        self.watched.clear();
        self.generations.clear();
        self.suppliers.clear();
        self.repairs = Repairs::default();
        self.outputs.push(Output::Clear);
    }

    /// The supplier is one of those whose entries there may be.
    fn meet(&mut self, supplier: &Rc<str>) {
        /// The most suppliers that are remembered.
        const MOST: usize = 100;
        if !self.suppliers.contains(supplier) {
            if self.suppliers.len() >= MOST {
                self.suppliers.remove(0);
            }
            self.suppliers.push(supplier.clone());
        }
    }

    fn settle(&mut self, call: CallId, outcome: Outcome<P>) {
        self.outputs.push(Output::Settled { call, outcome });
    }

    fn request(&mut self) -> RequestId {
        self.last = self.last.wrapping_add(1);
        RequestId(self.last)
    }

    /// The wall clock, in milliseconds.
    const fn wall(&self, now: Instant) -> u64 {
        self.wall.saturating_add(now.as_millis())
    }

    /// When something has to be done by itself.
    fn plan(&mut self, now: Instant) {
        for (timer, deadline) in [
            (Timer::Wait, self.next_wait()),
            (Timer::Age, self.next_age(now)),
            (Timer::Repair, self.repairs.due()),
        ] {
            match deadline {
                Some(deadline) => self.timers.set(timer, deadline),
                None => self.timers.clear(&timer),
            }
        }
    }
}

/// The earlier of two deadlines that may not be there.
fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
