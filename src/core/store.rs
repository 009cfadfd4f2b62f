//! Store: a machine that keeps a user's values in the browser's databases.
//!
//! What it asks of the browser is in [`operation`], what it is told of it in [`event`], what lies on the disk in
//! [`segment`], what everything is called in [`names`], and what a log means in [`index`].
//!
//! Everything that is written waits in the queue of its database until it is known to be committed: by the answer, or by
//! the log itself, since each entry carries its [`EntryId`](segment::EntryId). Outcomes that are unknown are so resolved by
//! reading, and writing again does no harm. The queue goes to the database from its front, in one transaction at a time; so
//! the log has an origin's entries in the order of their numbers, and [`index`] can tell what has been there before.
//!
//! While the outbox does not answer, its queue is also written to the spill, a database of this tab's own; there the calls
//! are settled. The queue keeps going to the outbox from its front, spilled or not, so that nothing later overtakes what is
//! spilled; when it is empty, so is the spill. What a tab that is gone has left in its spill, the leader puts into its own
//! queue ([`orphans`]), and deletes once it is committed.
//!
//! Why removals may be forgotten ([`compacting`] drops them where the log begins): whoever removes an entry has seen it in
//! the log, or is its origin, whose removal has a higher number and follows it through the same queue. Either way its
//! number has been seen in the log once the removal is there, and what is appended with a number that has been seen does not
//! count. A removal by somebody who had not seen the entry is kept until nobody is left who could still append it.

mod appending;
mod asking;
mod checking;
pub mod compacting;
mod database;
pub mod event;
mod evicting;
pub mod index;
pub mod input;
mod listing;
pub mod names;
mod opening;
pub mod operation;
mod orphans;
pub mod output;
mod reading;
mod rebuilding;
pub mod segment;
mod serving;
mod sparing;
mod spilling;
mod sweeping;
mod table;
mod telling;
mod wiping;
mod writing;

use crate::core::fifo::Fifo;
use crate::core::ids::CallId;
use crate::core::rng::Rng;
use crate::core::time::{Instant, Timers};
use asking::Purpose;
use database::{Database, Databases, Link};
use input::{Command, Config, Input, Limits, Timer};
use names::{Kind, Owner};
use operation::{HandleId, Operation, OperationId};
use output::{News, Output, Status};
use sparing::Spared;
use sweeping::Sweep;

/// Whether anything is done at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Life {
    /// Not started, or wiped.
    Ended,
    /// The marks are being read.
    Starting,
    Running,
    /// The page is put away.
    Suspended,
}

/// How long an operation may take before its outcome counts as unknown, in milliseconds.
const DEADLINE: u64 = 5_000;
/// How long an opening takes at the most where nobody is in its way, in milliseconds: that somebody is has to be told within a
/// second.
const OPENING: u64 = 800;
/// The same where it only has to be shown that the handle lives.
const PROBE_DEADLINE: u64 = 1_000;

/// The machine. `P` is the handle of a value.
#[derive(Debug)]
pub struct Store<P> {
    owner: Owner,
    origin: u64,
    wall: u64,
    limits: Limits,
    life: Life,
    incarnation: u64,
    /// Somebody uses it: its databases are open, or to be opened.
    is_used: bool,
    /// Some of its databases are opened once what somebody waits for has been read from another one.
    is_put_off: bool,
    is_visible: bool,
    /// Of this tab, if it leads; otherwise 0.
    epoch: u64,
    /// What is to be above the epoch that is wanted.
    drawing: Option<u64>,
    databases: Databases<P>,
    is_spilling: bool,
    /// How many entries this origin has made.
    number: u64,
    /// What is under way.
    operations: Vec<(OperationId, Purpose)>,
    next_operation: u32,
    next_handle: u32,
    /// Calls that wait, by the time at which they have waited too long; some may have been settled since.
    waiting: Vec<(Instant, CallId)>,
    /// Wipes that wait until all of the outbox is known.
    leaving: Vec<CallId>,
    round: orphans::Round,
    sweep: Option<Sweep>,
    timers: Timers<Timer>,
    status: Status,
    rng: Rng,
    outputs: Fifo<Output<P>>,
}

impl<P: Clone> Store<P> {
    /// A store that does nothing until it is started.
    pub fn new(config: Config, rng: Rng) -> Self {
        let Config { owner, origin, wall, limits } = config;
        Self {
            owner,
            origin,
            wall,
            limits,
            life: Life::Ended,
            incarnation: 0,
            is_used: false,
            is_put_off: false,
            is_visible: true,
            epoch: 0,
            drawing: None,
            databases: Databases::default(),
            is_spilling: false,
            number: 0,
            operations: Vec::new(),
            next_operation: 0,
            next_handle: 0,
            waiting: Vec::new(),
            leaving: Vec::new(),
            round: orphans::Round::default(),
            sweep: None,
            timers: Timers::default(),
            status: Status::default(),
            rng,
            outputs: Fifo::default(),
        }
    }

    /// Takes in what has happened. [`Input::Wake`] makes the earliest timer that is due go off.
    pub fn handle(&mut self, now: Instant, input: Input<P>) {
        match input {
            Input::Start => self.start(now),
            Input::Open => self.open_all(now),
            Input::Call { call, command } => {
                // What is asked for says which database is opened first.
                self.call(now, call, command);
                self.open_all(now);
            }
            Input::Event(event) => self.event(now, event),
            Input::DrawEpoch { above } => self.draw(now, above),
            Input::Leading { epoch } => self.lead(now, epoch),
            Input::NotLeading => self.follow(now),
            Input::Announced { database, through, generation } => {
                self.announced(now, database, through, generation);
            }
            Input::Wiped { incarnation } if incarnation > self.incarnation => {
                // Told by a tab that may have slept: the mark knows better.
                self.ask_marks(now, Purpose::Rumour(incarnation));
            }
            Input::Wiped { .. } => {}
            Input::End => self.abandon(),
            Input::Visible => self.visible(now),
            Input::Hidden => self.is_visible = false,
            Input::Suspend => self.suspend(),
            Input::Resume => self.resume(now),
            Input::Wake => self.wake(now),
        }
        self.open_put_off(now);
        self.tell_status();
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

    /// How well things are kept.
    pub const fn status(&self) -> Status {
        self.status
    }

    /// The number of live entries of a database, their size, and that of the whole log, in bytes.
    pub fn sizes(&self, database: Kind) -> (u32, u64, u64) {
        self.databases.get(database).map_or((0, 0, 0), |database| database.index.sizes())
    }

    /// What is known of a database's log, once it has been read.
    pub fn index(&self, database: Kind) -> Option<&index::Index<P>> {
        self.databases.get(database).filter(|database| database.is_loaded).map(|database| &database.index)
    }

    /// The name of the database that keeps the key of what is encrypted; `None` while it is not known which incarnation
    /// counts, and after a wipe.
    pub fn key_database(&self) -> Option<std::rc::Rc<str>> {
        let is_known = matches!(self.life, Life::Running | Life::Suspended);
        is_known.then(|| self.owner.database(self.incarnation, Kind::Key))
    }

    fn wake(&mut self, now: Instant) {
        match self.timers.take_due(now) {
            Some((Timer::Flush, _)) => self.flush_all(now),
            Some((Timer::Deadline(operation), _)) => self.overdue(now, operation),
            Some((Timer::Spill, _)) => self.begin_spilling(now),
            Some((Timer::Retry(kind), _)) => self.open(now, kind),
            Some((Timer::Check, _)) => self.check(now),
            Some((Timer::Limit, _)) => self.end_of_patience(now),
            Some((Timer::Draw, _)) => self.tell_epoch(None),
            Some((Timer::Round, _)) => self.begin_round(now),
            Some((Timer::Compact, _)) => self.compact_all(now),
            Some((Timer::Sweep, _)) => self.end_sweep(),
            None => {}
        }
    }

    fn call(&mut self, now: Instant, call: CallId, command: Command<P>) {
        match command {
            Command::Write { database, writes, is_leaders } => {
                self.write(now, call, database, writes, is_leaders)
            }
            Command::Get { database, key } => self.get(now, call, database, Some(key), false),
            Command::Latest { database, key } => self.get(now, call, database, Some(key), true),
            Command::All { database } => self.get(now, call, database, None, false),
            Command::Persist => self.persist(now, call),
            Command::Estimate => {
                self.ask(now, Purpose::Estimate(call), Operation::Estimate, DEADLINE);
            }
            Command::Wipe { spares_pending: false } => self.wipe(now, call, Spared::Nothing),
            Command::Wipe { spares_pending: true } => self.wipe_unless_pending(now, call),
        }
    }

    fn tell(&mut self, output: Output<P>) {
        self.outputs.push(output);
    }

    fn tell_news(&mut self, news: News<P>) {
        self.tell(Output::News(news));
    }

    /// What is known of a database; there is one of this kind from now on.
    fn database(&mut self, kind: Kind) -> Option<&mut Database<P>> {
        self.databases.of(kind, &self.owner, self.incarnation)
    }

    fn next_handle(&mut self) -> HandleId {
        self.next_handle = self.next_handle.wrapping_add(1);
        HandleId(self.next_handle)
    }

    fn is_leading(&self) -> bool {
        self.epoch > 0
    }

    fn is_hidden_or_away(&self) -> bool {
        !self.is_visible || self.life != Life::Running
    }

    /// Whether a database is open and read.
    fn is_ready(&self, kind: Kind) -> bool {
        self.databases.get(kind).is_some_and(|database| database.link == Link::Ready)
    }
}
