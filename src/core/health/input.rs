//! What the machine is told, and what it says.

use std::rc::Rc;

use super::alarm::Alert;
use super::check::{CheckConfig, ProbeId};
use super::status::Status;

/// Why the machine wants to be woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// A check is to be probed.
    Probe,
    /// A probe has not been answered in time.
    Answer,
    /// An alert is due, unless something changes.
    Alert,
    /// What has passed is entered into the history.
    Tick,
    /// The leader has said nothing for too long.
    Silence,
}

/// What came of a probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProbeResult {
    /// It was answered.
    Ok {
        /// After so many milliseconds.
        latency: u64,
    },
    /// It was not, or not well.
    Failed {
        /// Why.
        message: String,
    },
}

/// What has happened.
#[derive(Clone, Debug)]
pub enum Input {
    /// Monitoring begins, or goes on with another interval.
    Start {
        /// Milliseconds between two probes of a check, from a second to a day.
        interval: u64,
    },
    /// It ends. What is observed is still taken in.
    Stop,
    /// There is something to watch. What [`Health::admits`](super::Health::admits) does not admit is left out.
    Register {
        /// Its name, of 1 to 64 characters.
        name: Rc<str>,
        /// How it is done.
        config: CheckConfig,
    },
    /// It is not to be watched any more. Its history is kept.
    Unregister {
        /// Its name.
        name: Rc<str>,
    },
    /// Whether this tab leads.
    Leading(bool),
    /// What the browser says of the network.
    Online(bool),
    /// Whether somebody sees the page.
    Visible(bool),
    /// Something was used, and answered or failed.
    Observed {
        /// The name of its check.
        name: Rc<str>,
        /// Whether it answered.
        is_ok: bool,
        /// How long that took in milliseconds, if it was measured.
        latency: Option<u64>,
        /// What it said.
        message: Option<String>,
    },
    /// A part of this page says itself how it is.
    Reported {
        /// The name of its check.
        name: Rc<str>,
        /// How it is.
        status: Status,
        /// What it says to that.
        message: Option<String>,
    },
    /// The answer to [`Output::Probe`].
    Probed {
        /// Which.
        probe: ProbeId,
        /// What came of it.
        result: ProbeResult,
    },
    /// A day of the history as it was stored: what [`Output::Keep`] gave. Anything else is ignored.
    Loaded {
        /// The text.
        text: String,
    },
    /// What another tab, the leader, says: what [`Output::Tell`] gave there. Anything else is ignored.
    Heard {
        /// The text.
        text: String,
    },
    /// What the wall clock says now. Before it is told there is no history.
    Wall {
        /// Milliseconds since 1970.
        epoch: u64,
    },
    /// Time has passed.
    Wake,
}

/// What the application is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// A status has changed, or an alert has begun or ended: at most once for all that was handled before it.
    Changed,
    /// Somebody should know this.
    Alert(Alert),
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Ask how something is; answer with [`Input::Probed`]. What is not answered within the timeout of the check has failed,
    /// and a later answer is ignored.
    Probe {
        /// The question's number.
        probe: ProbeId,
        /// The check.
        name: Rc<str>,
    },
    /// Tell the application.
    News(News),
    /// What days are stored is wanted: answer with [`Input::Loaded`] for each. The first [`Output::Keep`] comes a minute
    /// later.
    Load,
    /// Store this in place of the same day, and of the one eight days before. At most once a minute for each day.
    Keep {
        /// The day, counted from 1970 on, UTC.
        day: u64,
        /// Its history.
        text: String,
    },
    /// Say this to the other tabs; they take it in by [`Input::Heard`].
    Tell {
        /// The states, and the alerts that are new.
        text: String,
    },
}
